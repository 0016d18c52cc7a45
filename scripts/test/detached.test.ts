/** A buffer that was transferred away, given to whatever takes one: one error everywhere, which says why nothing is there. */
import { describe, expect, test } from "vitest";
import { Arena, FrameArena, TickArena } from "../../packages/arena/src/index.ts";
import { AtomicBitSet, BitSet } from "../../packages/bitset/src/index.ts";
import { ConsciousnessStatePool } from "../../packages/consciousness/src/index.ts";
import { RangeHeap } from "../../packages/gpu/src/index.ts";
import { BlockPool, KvPager } from "../../packages/kv-pager/src/index.ts";
import { MemoryContext } from "../../packages/memory-context/src/index.ts";
import { MetadataPool, SharedMetadataPool } from "../../packages/metadata-pool/src/index.ts";
import { isAvailable, NativeAllocator } from "../../packages/native/src/index.ts";
import { SharedSlabAllocator, SlabAllocator } from "../../packages/slab/src/index.ts";
import { readTrace, TraceDecoder } from "../../packages/trace/src/index.ts";

type Call = (buffer: ArrayBuffer) => unknown;

/** By what makes something new in the buffer. */
const MAKE: Readonly<Record<string, Call>> = {
  "new Arena": (buffer) => new Arena({ buffer }),
  "new Arena, a memory": (buffer) => new Arena({ memory: { buffer } }),
  "new FrameArena": (buffer) => new FrameArena({ capacity: 64, buffer }),
  "new TickArena": (buffer) => new TickArena({ frequency: 60, bytesPerTick: 4096, buffer }),
  "new SlabAllocator": (buffer) => new SlabAllocator({ buffer }),
  "new SlabAllocator, a memory": (buffer) => new SlabAllocator({ memory: { buffer, grow: () => 0 } }),
  "new SharedSlabAllocator": (buffer) => new SharedSlabAllocator({ buffer: buffer as never }),
  "new MetadataPool": (buffer) => new MetadataPool({ capacity: 10, buffer }),
  "new SharedMetadataPool": (buffer) => new SharedMetadataPool({ capacity: 10, buffer: buffer as never }),
  "new ConsciousnessStatePool": (buffer) => new ConsciousnessStatePool({ poolSize: 10, buffer }),
  "new RangeHeap": (buffer) => new RangeHeap({ bytes: 1 << 20, buffer }),
  "new MemoryContext": (buffer) => new MemoryContext(null, { name: "a", quota: 1 << 18, memory: () => ({ buffer }) }),
  "new BlockPool": (buffer) => new BlockPool({ blocks: 10, buffer }),
  "new KvPager": (buffer) => new KvPager({ blocks: 10, blockTokens: 16, buffer }),
};

/** By what goes on with what is there. */
const ATTACH: Readonly<Record<string, Call>> = {
  "SlabAllocator.attach": (buffer) => SlabAllocator.attach(buffer),
  "SharedSlabAllocator.attach": (buffer) => SharedSlabAllocator.attach(buffer as never),
  "MetadataPool.attach": (buffer) => MetadataPool.attach(buffer),
  "SharedMetadataPool.attach": (buffer) => SharedMetadataPool.attach(buffer as never, { ticket: 1 }),
  "ConsciousnessStatePool.attach": (buffer) => ConsciousnessStatePool.attach(buffer),
  "RangeHeap.attach": (buffer) => RangeHeap.attach(buffer),
  "BlockPool.attach": (buffer) => BlockPool.attach(buffer),
  "KvPager.attach": (buffer) => KvPager.attach(buffer),
  ...(isAvailable() && { "NativeAllocator.attach": (buffer) => NativeAllocator.attach(buffer as never) }),
};

/** By what copies, or looks into, a view of the buffer. */
const VIEW: Readonly<Record<string, (bytes: Uint8Array, words: Int32Array) => unknown>> = {
  "BitSet.over": (_, words) => BitSet.over(words, 0, 100),
  "AtomicBitSet.over": (_, words) => AtomicBitSet.over(words, 0, 100),
  "BlockPool.restore": (bytes) => BlockPool.restore(bytes),
  "KvPager.restore": (bytes) => KvPager.restore(bytes),
  readTrace: (bytes) => readTrace(bytes),
  TraceDecoder: (bytes) => new TraceDecoder().push(bytes),
};

function transferred<T extends ArrayBuffer>(buffer: T): T {
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

/** What a call throws, or rejects with. */
async function caught(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    return error;
  }
}

const gone = { name: "DetachedError", code: "ERR_DETACHED" };

describe.each(Object.entries({ ...MAKE, ...ATTACH }))("%s", (name, call) => {
  test("of a buffer that was transferred", async () => {
    const message = "detached: the given buffer was transferred; pass the one that it became";
    expect(await caught(() => call(transferred(new ArrayBuffer(1 << 20))))).toMatchObject({ ...gone, message });
    const resizable = new ArrayBuffer(0, { maxByteLength: 1 << 20 });
    expect(await caught(() => call(transferred(resizable)))).toMatchObject({ ...gone, message });
  });

  test("of an empty one, which is there", async () => {
    const code = name in MAKE ? "ERR_INVALID_ARGUMENT" : "ERR_CORRUPTED";
    expect(await caught(() => call(new ArrayBuffer(0)))).toMatchObject({ code });
  });
});

test.each(Object.entries(VIEW))("%s of a view whose buffer was transferred, or has shrunk", async (_, call) => {
  const whole = new ArrayBuffer(4096);
  const views = [new Uint8Array(whole), new Int32Array(whole)] as const;
  transferred(whole);
  expect(await caught(() => call(...views))).toMatchObject(gone);
  const shrunk = new ArrayBuffer(4096, { maxByteLength: 4096 });
  const outside = [new Uint8Array(shrunk, 2048, 2048), new Int32Array(shrunk, 2048, 512)] as const;
  shrunk.resize(1024);
  expect(await caught(() => call(...outside))).toMatchObject(gone);
  const none = await caught(() => call(new Uint8Array(0), new Int32Array(0)));
  expect(none).not.toMatchObject(gone);
});
