/** Bulk calls whose array lies in the heap's own memory. */
import { describe, expect, test } from "vitest";
import { SlabAllocator } from "../src/index.ts";
import { drive, random, thrownBy } from "./heaps.ts";
import { Reference } from "./reference.ts";

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

describe("freeMany does what LAYOUT.md says, in the order given", () => {
  const CAPACITY = 1 << 20;
  const made = (seed: number) => {
    const next = random(seed);
    const heap = new SlabAllocator({ capacity: CAPACITY });
    const live: number[] = [];
    drive(heap, live, next, 1500, 30_000);
    // Large blocks beside each other, with a free run between some.
    const large = Array.from({ length: 6 }, () => heap.tryAllocate(17_000 + next(3) * 4096)).filter((p) => p !== 0);
    const other = new Reference((heap.memory.buffer as ArrayBuffer).slice(0), 0);
    const bytes = () => Buffer.compare(new Uint8Array(heap.memory.buffer), new Uint8Array(other.buffer));
    const shuffled = [...live, ...large].toSorted(() => next(3) - 1);
    return { heap, other, bytes, next, shuffled, large };
  };

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("small and large ones, all of them, and parts (seed %i)", (seed) => {
    const { heap, other, bytes, next, shuffled, large } = made(seed);
    expect(large.length).toBeGreaterThan(1);
    const first = [...large, ...shuffled.filter((p) => !large.includes(p)).slice(0, next(100))];
    const rest = shuffled.filter((p) => !first.includes(p));
    for (const list of [first, rest]) {
      heap.freeMany(Int32Array.from(list));
      expect(other.freeMany(list)).toBe(true);
      expect(bytes()).toBe(0);
      heap.verify();
    }
    expect(heap.stats().blocks).toBe(0);
    heap.allocate(heap.stats().committed - heap.stats().overhead);
  });

  test.each([1, 2, 3])("none, where one comes twice, or can't be freed: not a byte has changed (seed %i)", (seed) => {
    const { heap, bytes, next, shuffled, large } = made(seed);
    const [small] = shuffled.filter((p) => !large.includes(p));
    for (const bad of [large[0], small, large[1] + 4096, large[0] + 8, small + 1, 12, 0, CAPACITY]) {
      for (const at of [0, 1, next(shuffled.length), shuffled.length]) {
        const list = Int32Array.from([...shuffled.slice(0, at), bad, ...shuffled.slice(at)]);
        const isTwice = bad === large[0] || bad === small;
        expect(thrownBy(() => heap.freeMany(list))).toMatch(
          isTwice ? /^ERR_DOUBLE_FREE: / : /^ERR_(INVALID|DOUBLE)_FREE: /,
        );
        expect(bytes()).toBe(0);
      }
    }
    heap.verify();
  });
});
