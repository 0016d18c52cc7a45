/** Memory that grows: by this engine, by the program whose it is, by nobody any more. */
import { View, view } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { WasmAllocator } from "../src/index.ts";
import { memoryOf, PAGE, thrownBy } from "./heaps.ts";

describe.each([false, true])("memory of its own (shared: %s)", (shared) => {
  const create = () => WasmAllocator.createSync({ capacity: PAGE, maxCapacity: 32 * PAGE, shared });

  test("grows as needed, and what it holds stays, in views too", () => {
    const heap = create();
    const { buffer } = heap.memory;
    expect(heap.traits.grows).toBe(true);
    expect(buffer.byteLength).toBe(PAGE);
    const kept = new View(heap, heap.allocate(64), Int32Array, 16);
    kept.array.fill(7);
    const large = heap.allocate(1 << 20);
    expect(heap.memory.buffer).not.toBe(buffer);
    expect(heap.memory.buffer.byteLength).toBeGreaterThan(1 << 20);
    expect(kept.array).toEqual(new Int32Array(16).fill(7));
    kept.array[3] = 9;
    view(heap, large, Uint8Array, 1 << 20).fill(1);
    expect(view(heap, kept.offset, Int32Array, 16)[3]).toBe(9);
    heap.verify();
  });

  test("does not grow for what never fits, and fails at its maximum", () => {
    const heap = create();
    expect(heap.tryAllocate(heap.capacity)).toBe(0);
    expect(heap.memory.buffer.byteLength).toBe(PAGE);
    const p = heap.allocate(heap.capacity - heap.stats().overhead);
    expect(heap.memory.buffer.byteLength).toBe(32 * PAGE);
    expect(thrownBy(() => heap.allocate(1))).toBe(
      "ERR_OUT_OF_MEMORY: out of memory: no room for 1 bytes aligned to 8 in a capacity of 2097152 bytes: 0 are free, at most 0 of them in one piece",
    );
    heap.free(p);
    heap.verify();
  });
});

describe.each([false, true])("a given memory (shared: %s)", (shared) => {
  test("that is longer than the heap may be is not touched outside of it", () => {
    const memory = memoryOf(8, 16, shared);
    const bytes = new Uint8Array(memory.buffer).fill(0xa5);
    const heap = WasmAllocator.createSync({ memory, byteOffset: 5000, byteLength: 4 * PAGE });
    while (heap.tryAllocate(3000) !== 0);
    heap.reset();
    expect(memory.buffer.byteLength).toBe(8 * PAGE);
    expect(bytes.subarray(0, 8192).every((byte) => byte === 0xa5)).toBe(true);
    expect(bytes.subarray(5000 + 4 * PAGE).every((byte) => byte === 0xa5)).toBe(true);
  });

  test("whose maximum forbids to grow is out of memory, and nothing changed", () => {
    const memory = memoryOf(4, 6, shared);
    const heap = WasmAllocator.createSync({ memory, byteLength: 64 * PAGE });
    const before = heap.words.slice();
    expect(thrownBy(() => heap.allocate(3 << 20))).toBe(
      "ERR_OUT_OF_MEMORY: out of memory: no room for 3145728 bytes aligned to 8 in a capacity of 4194304 bytes, of which 262144 are committed: 192512 are free, at most 192512 of them in one piece",
    );
    before[20 /* H_TRIM */] = heap.words[20]; // where it looked last for pages that nobody needs
    expect(heap.words).toEqual(before);
    expect(memory.buffer.byteLength).toBe(4 * PAGE);
    // What fits without is still served.
    heap.free(heap.allocate(100_000));
  });

  test("that the TypeScript engine has grown: views go on, and so does this engine", () => {
    const memory = memoryOf(2, 64, shared);
    const heap = WasmAllocator.createSync({ memory, byteLength: 64 * PAGE });
    const kept = new View(heap, heap.allocate(64), Int32Array, 16);
    kept.array.fill(7);
    const { buffer } = memory;
    const large = SlabAllocator.attach(memory).allocate(1 << 20);
    expect(memory.buffer).not.toBe(buffer);
    expect(kept.array).toEqual(new Int32Array(16).fill(7));
    expect(heap.sizeOf(large)).toBe(1 << 20);
    heap.free(large);
    heap.free(kept.offset);
    heap.verify();
    expect(heap.stats().blocks).toBe(0);
  });

  const verbs: Record<string, (heap: WasmAllocator, small: number, large: number) => void> = {
    allocate: (heap, small) => expect(heap.allocate(100)).toBe(small + 104),
    free: (heap, small) => heap.free(small),
    "free of a large block": (heap, _, large) => heap.free(large),
    sizeOf: (heap, small) => expect(heap.sizeOf(small)).toBe(104),
    resize: (heap, _, large) => expect(heap.resize(large, 200_000)).toBe(true),
    reallocate: (heap, small) => expect(view(heap, heap.reallocate(small, 500), Uint8Array, 100)[99]).toBe(9),
    allocateMany: (heap) => expect(heap.allocateMany(100, new Int32Array(40))).toBe(40),
    freeMany: (heap, small, large) => heap.freeMany(Int32Array.of(small, large)),
    reset: (heap) => heap.reset(),
    stats: (heap) => expect(heap.stats().blocks).toBe(2),
    verify: (heap) => heap.verify(),
  };
  test.each(Object.entries(verbs))("%s, just after the program has grown it", (_, verb) => {
    const memory = memoryOf(16, 64, shared);
    const heap = WasmAllocator.createSync({ memory });
    const [small, large] = [heap.allocate(100), heap.allocate(100_000)];
    const kept = new View(heap, small, Uint8Array, 100);
    kept.array.fill(9);
    memory.grow(1);
    expect(kept.array[99]).toBe(9);
    verb(heap, small, large);
    heap.verify();
  });
});

test("blocks are made into an array in the heap's own memory, which grows on the way", () => {
  const heap = WasmAllocator.createSync({ capacity: 2 * PAGE, maxCapacity: 128 * PAGE });
  const place = heap.allocate(400);
  expect(heap.allocateMany(5000, new Int32Array(heap.memory.buffer, place, 100))).toBe(100);
  expect(heap.memory.buffer.byteLength).toBeGreaterThan(2 * PAGE);
  const made = new Int32Array(heap.memory.buffer, place, 100);
  expect(new Set(made).size).toBe(100);
  expect(heap.stats().blocks).toBe(101);
  heap.freeMany(made);
  heap.verify();
});
