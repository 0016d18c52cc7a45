/** What is free can be had, even where no slab fits any more: found by fuzzing. */
import { describe, expect, test } from "vitest";
import { SlabAllocator } from "../src/index.ts";

describe("a small block that no slab has room for", () => {
  test("gets pages of its own, while there are any", () => {
    const heap = new SlabAllocator({ capacity: 1 << 20 });
    const blocks: number[] = [];
    for (let p = heap.tryAllocate(20480); p !== 0; p = heap.tryAllocate(20480)) blocks.push(p);
    while (heap.tryAllocate(16384) !== 0);
    while (heap.tryAllocate(16) !== 0);
    for (const p of blocks) heap.resize(p, 12288); // holes of two pages
    const { free, largestFree } = heap.stats();
    expect(largestFree).toBe(8192);
    let had = 0;
    for (let p = heap.tryAllocate(8000); p !== 0; p = heap.tryAllocate(8000)) had += heap.sizeOf(p);
    expect(had).toBe(free);
    heap.verify();
    const page = heap.stats();
    expect([page.free, heap.tryAllocate(400), heap.tryAllocate(8)]).toEqual([0, 0, 0]);
  });

  test.each([224, 50, 1700, 256])("has the last pages of a heap that grows: %i bytes", (size) => {
    const capacity = 1 << 18;
    const heap = new SlabAllocator({ capacity, maxCapacity: capacity + 3 * 4096 });
    heap.allocate(heap.stats().free);
    expect(heap.tryAllocate(size)).toBeGreaterThanOrEqual(capacity);
    heap.verify();
  });
});

describe("memory that is given", () => {
  test("is made long enough for the control block of all that it can become", () => {
    const buffer = new ArrayBuffer(65536, { maxByteLength: 1 << 26 });
    const heap = new SlabAllocator({ buffer });
    expect(heap.traits.grows).toBe(true);
    expect(buffer.byteLength).toBeGreaterThan(800_000);
    heap.allocate(1 << 22);
    heap.verify();
  });

  test("attach tells whether it can grow by the heap and the buffer it is given", () => {
    const heap = new SlabAllocator({ capacity: 1 << 18, maxCapacity: 1 << 24 });
    const copy = SlabAllocator.attach((heap.memory.buffer as ArrayBuffer).slice(0));
    expect([copy.traits.grows, copy.tryAllocate(1 << 20)]).toEqual([false, 0]);

    const buffer = new ArrayBuffer(1 << 18, { maxByteLength: 1 << 24 });
    new SlabAllocator({ buffer });
    buffer.resize(1 << 24);
    const other = SlabAllocator.attach(buffer);
    expect(other.traits.grows).toBe(true);
    expect(other.tryAllocate(1 << 20)).not.toBe(0);
  });

  test("attach takes buffers only, and no heap beyond 4 GiB", () => {
    const { buffer } = new SlabAllocator({ capacity: 65536 }).memory;
    const view = new Int32Array(buffer) as unknown as ArrayBuffer;
    const message = "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer, nor a WebAssembly.Memory";
    expect(() => SlabAllocator.attach(view)).toThrow(message);
    expect(() => SlabAllocator.attach(undefined as unknown as ArrayBuffer)).toThrow(message);
  });
});
