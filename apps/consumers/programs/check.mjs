/**
 * What a page asks of every package that runs in one, and of a worker of its own: resolves to "all of it works", or rejects with what
 * does not. A page that is not cross-origin isolated, and one whose policy lets no WebAssembly be compiled, ask for the refusal.
 */
import { AllocatorError, scope, view } from "@ariax/allocator";
import { Arena } from "@ariax/arena";
import { AtomicBitSet, BitSet } from "@ariax/bitset";
import { MiniVm } from "@ariax/consciousness";
import { RangeHeap } from "@ariax/gpu";
import { FencedQueue, vertexPool } from "@ariax/gpu/webgpu";
import { KvPager } from "@ariax/kv-pager";
import { pagerConformance } from "@ariax/kv-pager/conformance";
import { generateTrace, Planner } from "@ariax/kv-pager/plan";
import { MemoryContext } from "@ariax/memory-context";
import { MetadataPool } from "@ariax/metadata-pool";
import { SharedSlabAllocator, SlabAllocator } from "@ariax/slab";
import { readTrace, record, writeTraceGzip } from "@ariax/trace";
import { WasmAllocator } from "@ariax/wasm";

/** @param {{ worker?: () => Worker, wasm?: string | URL }} page how this bundler makes a worker, and has the URL of heap.wasm */
export async function check({ worker, wasm }) {
  const heap = new SlabAllocator({ capacity: 1 << 20, maxCapacity: 1 << 24 });
  const p = heap.allocate(1000);
  view(heap, p, Float32Array, 250).fill(0.5);
  heap.free(p);
  refuses(() => heap.free(p), "DoubleFreeError ERR_DOUBLE_FREE");
  scope(heap, 64).dispose();
  heap.allocate(1 << 22);
  heap.verify();

  new Arena({ capacity: 1 << 16 }).allocate(100);
  new BitSet(100).takeFirst();
  const pool = new MetadataPool({ capacity: 10, fields: { size: "u32" } });
  pool.release(pool.acquire());
  new MemoryContext(null, { name: "page", quota: 1 << 18 }).allocate(100);
  new MiniVm(null, { vmName: "vm", poolSize: 10 }).dispose();
  const range = new RangeHeap({ bytes: 2 ** 30, granule: 256 });
  range.defer(range.allocate(1000), 1);
  equal(range.reach(1), 1);
  const pager = new KvPager({ blocks: 16, blockTokens: 4 });
  equal(pager.allocateSlots(pager.open({ tokens: [1, 2, 3, 4, 5] }), 5), true);
  pagerConformance({ test: (_name, fn) => fn(), create: (options) => new KvPager(options), runs: 1 });
  const planner = new Planner({ capacities: [{ policy: "vllm", blocks: 1000 }] });
  for (const { hash_ids: hashes } of generateTrace({ requests: 10 })) planner.add({ hashes });
  equal(planner.results().length, 1);
  await onTheGpu();

  const recorder = record(heap);
  recorder.free(recorder.allocate(100));
  equal((await readTrace(await writeTraceGzip(recorder.sink.build()))).events, 2);

  let module;
  if (new URLSearchParams(location.search).has("no-wasm")) {
    await refusesLater(() => WasmAllocator.create({ capacity: 1 << 20 }), "UnsupportedError ERR_UNSUPPORTED");
  } else {
    const own = await WasmAllocator.create({ capacity: 1 << 20, maxCapacity: 1 << 24 });
    own.free(own.allocate(1 << 22));
    if (wasm !== undefined) {
      module = await WebAssembly.compileStreaming(fetch(wasm));
      const streamed = await WasmAllocator.create({ capacity: 1 << 20, module });
      streamed.free(streamed.allocate(100));
    }
  }

  if (crossOriginIsolated) {
    equal(new AtomicBitSet(10).set(3), true);
    if (worker !== undefined) await shared(worker(), module);
  } else {
    const options = { capacity: 1 << 20, shared: true };
    refuses(() => new SlabAllocator(options), "UnsupportedError ERR_UNSUPPORTED");
    refuses(() => new SharedSlabAllocator({ capacity: 1 << 20 }), "UnsupportedError ERR_UNSUPPORTED");
  }
  return "all of it works";
}

/** One heap, this thread and a worker: it allocates, we read and free. */
async function shared(worker, module) {
  const heap = new SharedSlabAllocator({ capacity: 1 << 20, lanes: 2 });
  const answer = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`worker: ${message}`));
  });
  worker.postMessage({ buffer: heap.memory.buffer, ticket: heap.ticket(), module });
  const { offset, error } = await answer;
  if (error !== undefined) throw new Error(`worker: ${error}`);
  equal(new Uint8Array(heap.memory.buffer, offset, 1000)[999], 7);
  heap.free(offset);
  heap.verify();
  worker.terminate();
}

/** Where the browser has one, by SwiftShader; else the refusal. */
async function onTheGpu() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return refuses(() => new FencedQueue(undefined), "InvalidArgumentError ERR_INVALID_ARGUMENT");
  const device = await adapter.requestDevice();
  const queue = new FencedQueue(device);
  const vertices = vertexPool(queue, { stride: 12 });
  const mesh = vertices.allocate(36);
  vertices.write(mesh, new Float32Array(9));
  vertices.free(mesh);
  queue.submit([]);
  await queue.idle();
  equal(vertices.stats().deferredBytes, 0);
  vertices.dispose();
  device.destroy();
}

function equal(actual, expected) {
  if (actual !== expected) throw new Error(`${actual} is not ${expected}`);
}

/** By name and code: a minifier must have left both. */
function refusal(error, expected) {
  if (!(error instanceof AllocatorError)) throw error;
  equal(`${error.name} ${error.code}`, expected);
  if (error.code === "ERR_UNSUPPORTED" && /WebAssembly/.test(error.message))
    equal(/SlabAllocator/.test(error.message), true);
}

function refuses(call, expected) {
  try {
    call();
  } catch (error) {
    return refusal(error, expected);
  }
  throw new Error(`not refused: ${expected}`);
}

async function refusesLater(call, expected) {
  const error = await call().then(
    () => undefined,
    (reason) => reason,
  );
  if (error === undefined) throw new Error(`not refused: ${expected}`);
  refusal(error, expected);
}
