/** Bulk calls whose array lies in the heap's own memory. */
import { describe, expect, test } from "vitest";
import { SlabAllocator } from "../src/index.ts";
import { thrownBy } from "./heaps.ts";

const WASM_PAGE = 65536;
const MEMORIES: Record<string, () => SlabAllocator> = {
  "memory of its own": () => new SlabAllocator({ capacity: 1 << 22 }),
  "memory that grows": () => new SlabAllocator({ capacity: 1 << 17, maxCapacity: 1 << 22 }),
  "memory that becomes another buffer": () =>
    new SlabAllocator({
      memory: new WebAssembly.Memory({ initial: 2, maximum: 200 }),
      byteLength: 100 * WASM_PAGE,
    }),
};

describe.each(Object.entries(MEMORIES))("%s", (_, make) => {
  test("takes the offsets in a block, and frees by what stands there", () => {
    const heap = make();
    const place = heap.allocate(400);
    expect(heap.allocateMany(5000, new Int32Array(heap.memory.buffer, place, 100))).toBe(100);
    const made = new Int32Array(heap.memory.buffer, place, 100);
    expect(new Set(made).size).toBe(100);
    expect(made.every((p) => heap.sizeOf(p >>> 0) >= 5000)).toBe(true);
    const before = heap.words.slice();
    made[99] = made[0];
    expect(thrownBy(() => heap.freeMany(made))).toMatch(/^ERR_DOUBLE_FREE: /);
    made[99] = 12;
    expect(thrownBy(() => heap.freeMany(made))).toMatch(/^ERR_INVALID_FREE: /);
    expect(heap.words).toEqual(before);
    heap.freeMany(made, 99);
    expect(heap.stats().blocks).toBe(2);
    heap.verify();
  });

  test("takes none in its control block, nor frees by what stands there", () => {
    const heap = make();
    const p = heap.allocate(100);
    const before = heap.words.slice();
    const end = 4 * heap.words.length;
    for (const [at, length] of [
      [0, 1],
      [4096, 100],
      [end - 4, 1],
      [end - 4, 1000],
      [0, 20_000],
    ]) {
      const array = new Int32Array(heap.memory.buffer, at, length);
      const message = `ERR_INVALID_ARGUMENT: invalid offsets: they lie at byte ${at}, in the heap's control block`;
      expect(thrownBy(() => heap.allocateMany(64, array))).toBe(message);
      expect(thrownBy(() => heap.freeMany(array, 1))).toBe(message);
      expect(heap.words).toEqual(before);
    }
    // Nor is the first word behind it in there, nor any of another buffer.
    expect(heap.allocateMany(64, new Int32Array(heap.memory.buffer, end, 1))).toBe(1);
    heap.freeMany(Int32Array.of(p));
    heap.verify();
  });
});

test("a heap further on in its buffer has bytes before it that are not its", () => {
  const buffer = new ArrayBuffer(1 << 20);
  const heap = new SlabAllocator({ buffer, byteOffset: 4096 });
  const out = new Int32Array(buffer, 0, 1024);
  expect(heap.allocateMany(64, out)).toBe(1024);
  expect(thrownBy(() => heap.allocateMany(64, new Int32Array(buffer, 4092, 2)))).toMatch(/^ERR_INVALID_ARGUMENT/);
  heap.freeMany(out);
  heap.verify();
});
