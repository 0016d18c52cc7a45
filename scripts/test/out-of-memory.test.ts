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
import { ConsciousnessStatePool, MiniVm } from "../../packages/consciousness/src/index.ts";
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
