/** What an error for want of room says in numbers, whoever throws it: what was asked for, and what is there. */
import { expect, test } from "vitest";
import {
  type Allocator,
  HostMemoryError,
  OutOfMemoryError,
  PoolExhaustedError,
  QuotaExceededError,
} from "../../packages/allocator/src/index.ts";
import { Arena, FrameArena, TickArena } from "../../packages/arena/src/index.ts";
import { newWords } from "../../packages/bitset/src/layout.ts";
import { ConsciousnessStatePool, MiniVm } from "../../packages/consciousness/src/index.ts";
import { RangeHeap } from "../../packages/gpu/src/index.ts";
import { DeviceMemoryError, FencedQueue, StagingRing, vertexPool } from "../../packages/gpu/src/webgpu/index.ts";
import { SoftDevice } from "../../packages/gpu/test/webgpu/soft-device.ts";
import { BlockPool, BlocksExhaustedError, KvPager, PinLimitError } from "../../packages/kv-pager/src/index.ts";
import { MemoryContext } from "../../packages/memory-context/src/index.ts";
import { MetadataPool, SharedMetadataPool } from "../../packages/metadata-pool/src/index.ts";
import { isAvailable, NativeAllocator, NativeSharedAllocator } from "../../packages/native/src/index.ts";
import { SharedSlabAllocator, SlabAllocator } from "../../packages/slab/src/index.ts";
import { SharedWasmAllocator, WasmAllocator } from "../../packages/wasm/src/index.ts";

const capacity = 1 << 20;

const HEAPS: Readonly<Record<string, () => Allocator>> = {
  slab: () => new SlabAllocator({ capacity }),
  "slab-shared": () => new SharedSlabAllocator({ capacity }),
  arena: () => new Arena({ capacity }),
  "frame-arena": () => new FrameArena({ capacity }),
  "a harmonic": () => new TickArena({ frequency: 60, bytesPerTick: capacity }).fundamental,
  wasm: () => WasmAllocator.createSync({ capacity }),
  "wasm-shared": () => SharedWasmAllocator.createSync({ capacity }),
  "memory-context": () => new MemoryContext(null, { name: "a", quota: capacity, reserve: capacity }),
  ...(isAvailable() && {
    native: () => new NativeAllocator({ capacity }),
    "native-c": () => new NativeAllocator({ capacity, engine: "c" }),
    "native-shared": () => new NativeSharedAllocator({ capacity }),
  }),
};

function caught(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

test.each(Object.entries(HEAPS))("%s", (_, make) => {
  const heap = make();
  // Every second block is free: there is room, but not in one piece.
  const blocks: number[] = [];
  for (let p = heap.tryAllocate(20_000); p !== 0; p = heap.tryAllocate(20_000)) blocks.push(p);
  for (const [i, p] of blocks.entries()) if (i % 2 === 0) heap.free(p);
  const calls = [() => heap.allocate(500_000), () => heap.reallocate(blocks[1], 500_000)];
  for (const call of calls) {
    const error = caught(call) as OutOfMemoryError;
    const { free, largestFree } = heap.stats();
    expect(largestFree).toBeLessThan(500_000);
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error).toMatchObject({ code: "ERR_OUT_OF_MEMORY", requested: 500_000, free, largestFree });
    expect(error.message).toMatch(new RegExp(`: ${free} are free, at most ${largestFree} of them in one piece$`));
  }
});

test("where stats can't be had, there is no room all the same", () => {
  const heap = new SlabAllocator({ capacity });
  heap.stats = () => {
    throw new Error("broken");
  };
  expect(caught(() => heap.allocate(1 << 20))).toMatchObject({
    message: "out of memory: no room for 1048576 bytes aligned to 8 in a capacity of 1048576 bytes",
    free: undefined,
    largestFree: undefined,
  });
});

test("pools, quotas and hosts", () => {
  const none = { requested: 1, free: 0, largestFree: 0 };
  const pools = [
    new MetadataPool({ capacity: 2 }),
    new SharedMetadataPool({ capacity: 2 }),
    new ConsciousnessStatePool({ poolSize: 2 }),
  ];
  for (const pool of pools) {
    const take = () => ("acquire" in pool ? pool.acquire() : pool.allocateConsciousnessState());
    take();
    take();
    const error = caught(take);
    expect(error).toBeInstanceOf(PoolExhaustedError);
    expect(error).toMatchObject(none);
  }
  const context = new MemoryContext(null, { name: "a", quota: 10_000 });
  context.allocate(6000);
  const { used } = context;
  const vm = new MiniVm(null, { vmName: "vm", quota: 1 << 16, poolSize: 10 });
  for (const of of [context, vm]) {
    const error = caught(() => of.allocate(1 << 16)) as QuotaExceededError;
    expect(error).toBeInstanceOf(QuotaExceededError);
    expect(error.requested).toBeGreaterThanOrEqual(1 << 16);
    expect(error.free).toBe(error.largestFree);
  }
  expect(caught(() => context.allocate(8000))).toMatchObject({ requested: 8192, free: 10_000 - used });
  expect(new HostMemoryError(123).requested).toBe(123);
});

test("ranges, which have gaps", () => {
  const heap = new RangeHeap({ bytes: capacity });
  const blocks = Array.from({ length: 16 }, () => heap.allocate(capacity / 16));
  for (const [i, block] of blocks.entries()) if (i % 2 === 0) heap.free(block);
  const error = caught(() => heap.allocate(capacity / 8));
  const numbers = { requested: capacity / 8, free: capacity / 2, largestFree: capacity / 16 };
  expect(error).toMatchObject({ code: "ERR_OUT_OF_MEMORY", ...numbers });
  const table = new RangeHeap({ bytes: capacity, blocks: 1 });
  table.allocate(1);
  expect(caught(() => table.allocate(1))).toMatchObject({ code: "ERR_POOL_EXHAUSTED", requested: 1, free: 0 });
});

test("pools of a device, up to what they may have", () => {
  const queue = new FencedQueue(new SoftDevice());
  const pool = vertexPool(queue, { stride: 16, bufferBytes: 4096, maxBytes: 8192 });
  pool.allocate(4096);
  pool.allocate(3072);
  // 1,024 bytes are left of the second buffer, and none for a third.
  const full = { code: "ERR_OUT_OF_MEMORY", requested: 2048, free: 1024, largestFree: 1024 };
  expect(caught(() => pool.allocate(2048))).toMatchObject(full);
  const ring = new StagingRing(queue, { bufferBytes: 4096, maxBytes: 4096 });
  ring.stage(1024);
  const rest = { code: "ERR_OUT_OF_MEMORY", requested: 4096, free: 3072, largestFree: 3072 };
  expect(caught(() => ring.stage(4096))).toMatchObject(rest);
  expect(new DeviceMemoryError(4096, "none")).toMatchObject({ code: "ERR_OUT_OF_MEMORY", requested: 4096 });
});

test("the blocks of a cache, its pins and its lists", () => {
  const pool = new BlockPool({ blocks: 10, pinLimit: 0.1 });
  const ids = new Int32Array(20);
  pool.allocate(7, ids);
  const few = caught(() => pool.allocate(4, ids));
  expect(few).toBeInstanceOf(BlocksExhaustedError);
  expect(few).toMatchObject({ code: "ERR_POOL_EXHAUSTED", requested: 4, free: 3, largestFree: 3, blocks: 10 });
  pool.pin(ids[0]);
  const pinned = caught(() => pool.pin(ids[1]));
  expect(pinned).toBeInstanceOf(PinLimitError);
  expect(pinned).toMatchObject({ code: "ERR_PIN_LIMIT", requested: 1, free: 0, largestFree: 0 });
  const pager = new KvPager({ blocks: 10, blockTokens: 16, sequences: 1, tableBytes: 65536 });
  const long = caught(() => pager.open({ tokens: new Int32Array(1 << 20) })) as OutOfMemoryError;
  expect(long).toMatchObject({ code: "ERR_OUT_OF_MEMORY", requested: expect.any(Number) });
  expect(long.requested).toBeGreaterThan(long.largestFree as number);
  pager.open({ tokens: [1] });
  expect(caught(() => pager.open({ tokens: [1] }))).toMatchObject({
    code: "ERR_POOL_EXHAUSTED",
    requested: 1,
    free: 0,
  });
});

test("the words of a set that the host has no room for", () => {
  const none = class {
    constructor() {
      throw new RangeError("none");
    }
  } as unknown as ArrayBufferConstructor;
  expect(caught(() => newWords(100, none))).toMatchObject({ code: "ERR_OUT_OF_MEMORY", requested: 400 });
});
