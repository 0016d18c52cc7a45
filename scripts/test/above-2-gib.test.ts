/**
 * Lists of offsets above 2 GiB: an `Int32Array` has them as negative numbers, a `Uint32Array` as they are, and all allocators take both. The
 * memory is touched at a few places only.
 */
import { expect, test } from "vitest";
import type { Allocator, Offsets } from "../../packages/allocator/src/index.ts";
import { Arena, FrameArena } from "../../packages/arena/src/index.ts";
import { Shadow } from "../../packages/conformance/src/index.ts";
import { MiniVm } from "../../packages/consciousness/src/index.ts";
import { MemoryContext } from "../../packages/memory-context/src/index.ts";
import { isAvailable, NativeAllocator, NativeSharedAllocator } from "../../packages/native/src/index.ts";
import { SharedSlabAllocator, SlabAllocator } from "../../packages/slab/src/index.ts";
import { Recorder, TraceBuilder } from "../../packages/trace/src/index.ts";
import { SharedWasmAllocator, WasmAllocator } from "../../packages/wasm/src/index.ts";

const GiB = 2 ** 30;
const capacity = 3 * GiB;

const slab = () => new SlabAllocator({ capacity });
const HEAPS: Readonly<Record<string, () => Allocator>> = {
  slab,
  "slab-shared": () => new SharedSlabAllocator({ capacity }),
  arena: () => new Arena({ capacity }),
  "frame-arena": () => new FrameArena({ capacity, frames: 1 }),
  wasm: () => WasmAllocator.createSync({ capacity }),
  "wasm-shared": () => SharedWasmAllocator.createSync({ capacity }),
  ...(isAvailable() && {
    native: () => new NativeAllocator({ capacity }),
    "native-c": () => new NativeAllocator({ capacity, engine: "c" }),
    "native-shared": () => new NativeSharedAllocator({ capacity }),
  }),
  "memory-context": () => new MemoryContext(null, { name: "a", quota: capacity }),
  "mini-vm": () => new MiniVm(null, { vmName: "a", quota: capacity, poolSize: 10 }),
  recorder: () => new Recorder(slab(), new TraceBuilder()),
};

test.for(Object.entries(HEAPS))("%s", ([, make], { skip }) => {
  let heap: Allocator;
  try {
    heap = make();
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_OUT_OF_MEMORY") throw error;
    skip(`the host has no ${capacity} bytes`);
    return;
  }
  const big = heap.allocate(2.25 * GiB);
  const lists: Offsets[] = [new Int32Array(10), new Uint32Array(10)];
  for (const list of lists) expect(heap.allocateMany(64, list)).toBe(10);
  const [signed, unsigned] = lists.map((list) => Array.from(list));
  expect(signed.every((offset) => offset < 0)).toBe(true);
  expect(unsigned.every((offset) => offset > 2.25 * GiB)).toBe(true);
  expect(new Set([...signed, ...unsigned].map((offset) => offset >>> 0)).size).toBe(20);
  expect(heap.stats().blocks).toBe(21);
  const twice = Uint32Array.of(unsigned[0], unsigned[1], unsigned[0]);
  expect(() => heap.freeMany(twice)).toThrow(`double free: the block at offset ${unsigned[0]} is free already`);
  expect(() => heap.freeMany(Int32Array.from(twice))).toThrow(
    `double free: the block at offset ${unsigned[0]} is free already`,
  );
  // Each by the other kind of list.
  heap.freeMany(Uint32Array.from(signed));
  heap.freeMany(Int32Array.from(unsigned), 10);
  heap.free(big);
  expect(heap.stats().blocks).toBe(0);
  heap.verify();
});

test("a shadow over one", () => {
  const heap = new Shadow(slab());
  const list = new Uint32Array(3);
  expect(heap.allocateMany(64, list)).toBe(3);
  expect([...heap.blocks.keys()]).toEqual([...list]);
  heap.freeMany(list);
  heap.check();
});
