/** Prints an object of each class, says what a clone of it says, and walks through proxies of it: on any host. */
import { Arena, FrameArena, TickArena } from "../../../packages/arena/src/index.ts";
import { AtomicBitSet, BitSet } from "../../../packages/bitset/src/index.ts";
import { ConsciousnessStatePool, MiniVm, TeslaConsciousnessPool } from "../../../packages/consciousness/src/index.ts";
import { PhaseOne } from "../../../packages/consciousness/src/phase-1.ts";
import { RangeHeap } from "../../../packages/gpu/src/index.ts";
import { FencedQueue, StagingRing, vertexPool } from "../../../packages/gpu/src/webgpu/index.ts";
import { SoftDevice } from "../../../packages/gpu/test/webgpu/soft-device.ts";
import { BlockPool, ChainKeys, KvPager, VllmKeys } from "../../../packages/kv-pager/src/index.ts";
import { Planner } from "../../../packages/kv-pager/src/plan/index.ts";
import { MemoryContext } from "../../../packages/memory-context/src/index.ts";
import { MetadataPool, SharedMetadataPool } from "../../../packages/metadata-pool/src/index.ts";
import { SharedSlabAllocator, SlabAllocator } from "../../../packages/slab/src/index.ts";
import { record, TraceBuilder, TraceDecoder, TraceWriter } from "../../../packages/trace/src/index.ts";
import { SharedWasmAllocator, WasmAllocator } from "../../../packages/wasm/src/index.ts";

const capacity = 1 << 20;
const root = new MemoryContext(null, { name: "root", quota: capacity });
const slab = new SlabAllocator({ capacity });
const queue = new FencedQueue(new SoftDevice());
const pager = new KvPager({ blocks: 1000, blockTokens: 16 });
pager.allocateSlots(pager.open({ tokens: [1, 2, 3] }), 3);
const subjects = [
  slab,
  slab.memory,
  new SharedSlabAllocator({ capacity }),
  WasmAllocator.createSync({ capacity }),
  SharedWasmAllocator.createSync({ capacity }),
  new Arena({ capacity: 1 << 16 }),
  new FrameArena({ capacity: 1 << 16 }),
  new TickArena({ frequency: 60, bytesPerTick: 4096 }),
  new BitSet(1000),
  new AtomicBitSet(1000),
  new MetadataPool({ capacity: 1000 }),
  new SharedMetadataPool({ capacity: 1000 }),
  new MemoryContext(root, { name: "child", quota: 1 << 16 }),
  new MiniVm(null, { vmName: "vm", poolSize: 10 }),
  new ConsciousnessStatePool({ poolSize: 10 }),
  new TeslaConsciousnessPool({ bytesPerTick: 4096 }),
  new PhaseOne({ capacity }),
  new RangeHeap({ bytes: 2 ** 33 }),
  queue,
  vertexPool(queue, { stride: 12 }),
  new StagingRing(queue),
  new BlockPool({ blocks: 10_000 }),
  pager,
  pager.events,
  new ChainKeys(),
  new VllmKeys({ seed: "0" }),
  new Planner({ capacities: [{ policy: "vllm", blocks: 100 }] }),
  record(slab),
  new TraceBuilder(),
  new TraceDecoder(),
  new TraceWriter(),
];

slab.allocate(80);
(subjects[8] as BitSet).set(7);

for (const subject of subjects) {
  console.log(subject);
  try {
    // Among other things, as a message has it.
    structuredClone({ message: [subject] });
    console.log("cloned");
  } catch (error) {
    console.log((error as Error & { code: string }).code, (error as Error).message);
  }
  const proxy = new Proxy(subject, {});
  for (const key in proxy) void proxy[key as keyof typeof proxy];
  if (JSON.parse(JSON.stringify({ proxy })).proxy !== JSON.parse(JSON.stringify(subject))) console.log("another line");
}

root.dispose();
console.log([subjects[12]]);
