/**
 * A program that uses each package a little, and asks of each that it does what it should, or refuses by code. It runs on hosts
 * that lack something, from the installed packages and from every bundler's bundle: `host.ts` has them.
 */
import assert from "node:assert/strict";
import { AllocatorError, DoubleFreeError, scope, view } from "@ariax/allocator";
import { Arena, FrameArena, TickArena } from "@ariax/arena";
import { AtomicBitSet, BitSet, verify } from "@ariax/bitset";
import { ConsciousnessStatePool, MiniVm } from "@ariax/consciousness";
import { RangeHeap } from "@ariax/gpu";
import { FencedQueue, vertexPool } from "@ariax/gpu/webgpu";
import { KvPager } from "@ariax/kv-pager";
import { pagerConformance } from "@ariax/kv-pager/conformance";
import { generateTrace, Planner } from "@ariax/kv-pager/plan";
import { MemoryContext } from "@ariax/memory-context";
import { MetadataPool } from "@ariax/metadata-pool";
import { isAvailable, NativeAllocator, NativeSharedAllocator, whyUnavailable } from "@ariax/native";
import { SlabAllocator } from "@ariax/slab";
import { readTrace, record, writeTraceGzip } from "@ariax/trace";
import { loadTrace } from "@ariax/trace/node";
import { SharedWasmAllocator, WasmAllocator } from "@ariax/wasm";

const hasShared = typeof SharedArrayBuffer === "function";
const hasWasm = typeof WebAssembly === "object";

/** What a refusal is: of the family, by code and by its own name, on every host. */
const refusal = (name: string, code: string) => (error: unknown) => {
  assert(error instanceof AllocatorError);
  assert.deepEqual([error.name, error.code], [name, code]);
  return true;
};
const unsupported = refusal("UnsupportedError", "ERR_UNSUPPORTED");

/** A `GPUDevice` that does nothing, at once. */
const device = () => {
  const buffer = (size: number) => ({
    ...{ size, destroy() {}, unmap() {} },
    mapAsync: async () => {},
    getMappedRange: () => new ArrayBuffer(size),
  });
  return {
    limits: { maxBufferSize: 2 ** 28, minUniformBufferOffsetAlignment: 256, minStorageBufferOffsetAlignment: 256 },
    queue: { submit() {}, onSubmittedWorkDone: async () => {}, writeBuffer() {} },
    lost: new Promise<never>(() => {}),
    createBuffer: ({ size }: { readonly size: number }) => buffer(size),
    createCommandEncoder: () => ({ copyBufferToBuffer() {}, finish: () => ({}) }),
    pushErrorScope() {},
    popErrorScope: async () => null,
  };
};

// A function: bundles of CommonJS have no `await` outside of one.
async function main(): Promise<void> {
  if (process.env.LACKS === "Symbol.dispose at first") Object.assign(Symbol, { dispose: Symbol("Symbol.dispose") });

  const heap = new SlabAllocator({ capacity: 1 << 20 });
  const offset = heap.allocate(1000);
  view(heap, offset, Float32Array, 250).fill(0.5);
  heap.free(offset);
  assert.throws(() => heap.free(offset), DoubleFreeError);
  assert.throws(() => heap.free(offset), refusal("DoubleFreeError", "ERR_DOUBLE_FREE"));
  assert.throws(() => heap.allocate(-1), refusal("InvalidSizeError", "ERR_INVALID_SIZE"));
  assert.throws(
    () => new SlabAllocator({ capacty: 1 } as never),
    refusal("InvalidArgumentError", "ERR_INVALID_ARGUMENT"),
  );
  assert(String(new DoubleFreeError(8)).startsWith("DoubleFreeError: "));

  const block = scope(heap, 64);
  block.view(Uint8Array).fill(1);
  block.dispose();
  assert.throws(() => block.dispose(), refusal("DoubleFreeError", "ERR_DOUBLE_FREE"));
  heap.verify();

  const arena = new Arena({ capacity: 1 << 16 });
  const checkpoint = arena.checkpoint();
  arena.allocate(100);
  checkpoint.dispose();
  assert.equal(arena.stats().blocks, 0);
  const frames = new FrameArena({ capacity: 1 << 16 });
  frames.allocate(100);
  frames.nextFrame();
  new TickArena({ frequency: 60, bytesPerTick: 4096 }).tick();

  // What is lowered to calls of a symbol, whichever it is.
  {
    using scoped = scope(heap, 64);
    using later = arena.checkpoint();
    using context = new MemoryContext(null, { name: "context", quota: 1 << 18 });
    context.free(context.allocate(100));
    assert.equal(scoped.size + later.last, 64);
  }
  assert.equal(heap.stats().blocks, 0);

  const bits = new BitSet(2000);
  bits.set(5);
  assert.equal(bits.takeFirst(), 5);
  verify(bits);
  const pool = new MetadataPool({ capacity: 10, fields: { size: "u32" } });
  pool.release(pool.acquire());
  const states = new ConsciousnessStatePool({ poolSize: 10 });
  states.release(states.allocateConsciousnessState());
  const vm = new MiniVm(null, { vmName: "vm", poolSize: 10 });
  vm.free(vm.allocate(100));
  vm.dispose();

  const range = new RangeHeap({ bytes: 2 ** 40, granule: 4096 });
  const part = range.allocate(5000);
  range.defer(part, 1);
  assert.throws(() => range.free(part), refusal("DoubleFreeError", "ERR_DOUBLE_FREE"));
  assert.equal(range.reach(1), 1);
  const queue = new FencedQueue(device());
  const vertices = vertexPool(queue, { stride: 12 });
  vertices.free(vertices.allocate(36));
  queue.submit([]);
  await queue.idle();
  vertices.dispose();
  assert.throws(() => new FencedQueue({} as never), refusal("InvalidArgumentError", "ERR_INVALID_ARGUMENT"));

  const pager = new KvPager({ blocks: 16, blockTokens: 4 });
  const sequence = pager.open({ tokens: [1, 2, 3, 4, 5] });
  assert(pager.allocateSlots(sequence, 5));
  pager.close(sequence);
  assert.equal(pager.computed(pager.open({ tokens: [1, 2, 3, 4, 6] })), 4);
  pagerConformance({ test: (_name, fn) => fn(), create: (options) => new KvPager(options), runs: 1 });
  const planner = new Planner({ capacities: [{ policy: "vllm", blocks: 1000 }] });
  for (const { hash_ids: hashes } of generateTrace({ requests: 10 })) planner.add({ hashes });
  assert(planner.results()[0].hits > 0);

  if (hasShared) {
    assert.equal(new AtomicBitSet(10).set(3), true);
    new SlabAllocator({ capacity: 1 << 20, shared: true });
  } else {
    assert.throws(() => new AtomicBitSet(10), unsupported);
    assert.throws(() => new SlabAllocator({ capacity: 1 << 20, shared: true }), unsupported);
    assert.throws(() => new MetadataPool({ capacity: 10, fields: {}, shared: true }), unsupported);
    assert.throws(() => new RangeHeap({ bytes: 1 << 20, shared: true }), unsupported);
    assert.throws(() => new KvPager({ blocks: 16, blockTokens: 4, shared: true }), unsupported);
    assert.throws(() => new MemoryContext(null, { name: "c", quota: 1 << 18, shared: true }), unsupported);
  }

  if (hasWasm) {
    const wasm = await WasmAllocator.create({ capacity: 1 << 20 });
    wasm.free(wasm.allocate(100));
    wasm.verify();
    if (hasShared) {
      const lanes = await SharedWasmAllocator.create({ capacity: 1 << 20, lanes: 2 });
      const other = await SharedWasmAllocator.attach(lanes.memory, { ticket: lanes.ticket() });
      other.free(lanes.allocate(100));
      other.close();
      lanes.verify();
    }
  } else {
    await assert.rejects(WasmAllocator.create({ capacity: 1 << 20 }), unsupported);
    assert.throws(() => WasmAllocator.createSync({ capacity: 1 << 20 }), unsupported);
  }

  if (isAvailable()) {
    const native = new NativeAllocator({ capacity: 1 << 20 });
    native.free(native.allocate(100));
    native.unmap();
    const lanes = new NativeSharedAllocator({ capacity: 1 << 20 });
    lanes.free(lanes.allocate(100));
    lanes.unmap();
  } else {
    assert.equal(typeof whyUnavailable(), "string");
    assert.throws(
      () => new NativeAllocator({ capacity: 1 << 20 }),
      refusal("NativeUnavailableError", "ERR_NATIVE_UNAVAILABLE"),
    );
  }

  const recorder = record(new SlabAllocator({ capacity: 1 << 20 }));
  recorder.free(recorder.allocate(100));
  const trace = recorder.sink.build();
  assert.deepEqual((await readTrace(await writeTraceGzip(trace))).events, 2);

  assert.equal(typeof loadTrace, "function");

  console.log(`all of it works${isAvailable() ? "" : "; native does not"}`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
