/** Ranges that no buffer of JavaScript can be as long as: metadata follows the blocks, offsets are exact. */
import { expect, test } from "vitest";
import { type Handle, RangeHeap } from "../src/index.ts";
import { random } from "./walk.ts";

const RANGES: [string, number, number][] = [
  ["5 GiB", 5 * 2 ** 30, 4],
  ["64 GiB", 2 ** 36, 16],
  ["1 TiB less a granule", 2 ** 40 - 256, 256],
  ["1 TiB, of which a granule is not used", 2 ** 40, 256],
  ["256 TiB", 2 ** 48, 65536],
  ["256 TiB, in granules of 1 GiB", 2 ** 48, 2 ** 30],
];

test.each(RANGES)("%s", (_, bytes, granule) => {
  const heap = new RangeHeap({ bytes, granule, handles: "offset" });
  const capacity = Math.min(bytes, (2 ** 32 - 1) * granule);
  expect(heap.capacity).toBe(capacity);
  expect(heap.buffer.byteLength).toBeLessThan(7000);
  const all = heap.allocate(capacity);
  expect([all, heap.sizeOf(all), heap.tryAllocate(1)]).toEqual([1, capacity, 0]);
  heap.free(all);
  // The last granule of all: below it everything is one block.
  const below = heap.allocate(capacity - granule);
  const last = heap.allocate(granule);
  expect([last, heap.offsetOf(last)]).toEqual([capacity / granule, capacity - granule]);
  expect(last).toBeLessThan(2 ** 32);
  heap.verify();
  expect(() => heap.free((last + 1) as Handle)).toThrow(
    /^invalid free: \d+ is no handle: pass what allocate returned$/,
  );
  heap.free(last);
  expect(() => heap.free(last)).toThrow(`double free: the block at offset ${capacity - granule} is free already`);
  expect(heap.tryResize(below, capacity)).toBe(true);
  expect(heap.tryResize(below, granule)).toBe(true);
  expect(heap.stats()).toMatchObject({ live: granule, free: capacity - granule, largestFree: capacity - granule });
  // Back from the end, a gap of a granule before each.
  const handles = [below];
  const length = Math.floor(capacity / granule / 8) * granule;
  for (let i = 0; i < 6; i++) handles.push(heap.allocate(length), heap.allocate(granule));
  heap.verify();
  for (let i = 1; i < handles.length; i++) {
    expect(heap.offsetOf(handles[i])).toBe(heap.offsetOf(handles[i - 1]) + heap.sizeOf(handles[i - 1]));
  }
  handles.forEach((h, i) => void (i % 2 === 0 && heap.defer(h, 2 ** 40 + i)));
  expect(heap.reach(2 ** 41)).toBe(7);
  for (let moves = heap.moves(undefined, capacity); moves.length > 0; moves = heap.moves(undefined, capacity)) {
    for (const move of moves) heap.commit(move);
  }
  heap.verify();
  expect(heap.stats()).toMatchObject({ live: 6 * length, largestFree: capacity - 6 * length });
});

test("alignments far above the granule", () => {
  const heap = new RangeHeap({ bytes: 2 ** 40 - 256 });
  heap.allocate(1);
  const offsets = [2 ** 30, 2 ** 29, 2 ** 30, 2 ** 30].map((alignment) => heap.offsetOf(heap.allocate(1, alignment)));
  expect(offsets).toEqual([2 ** 30, 2 ** 29, 2 * 2 ** 30, 3 * 2 ** 30]);
});

test("what was grown from 1 GiB to 256 TiB", () => {
  const heap = new RangeHeap({ bytes: 2 ** 30, granule: 65536, maxBytes: 2 ** 48, handles: "table" });
  const names = [heap.allocate(2 ** 30)];
  for (let bytes = 2 ** 31; bytes <= 2 ** 48; bytes *= 2) {
    heap.grow(bytes);
    names.push(heap.allocate(Math.min(bytes / 2, heap.stats().free)));
  }
  expect(heap.offsetOf(names.at(-1)!)).toBe(2 ** 47);
  expect(heap.stats().free).toBe(0);
  expect(heap.buffer.byteLength).toBeLessThan(7000);
  heap.verify();
});

test("256 TiB of random blocks do not overlap", () => {
  const heap = new RangeHeap({ bytes: 2 ** 48, granule: 65536 });
  const next = random(3);
  const live = new Map<Handle, number>();
  for (let i = 0; i < 4000; i++) {
    const size = Math.ceil(2 ** (16 + next(27_000) / 1000));
    const h = heap.tryAllocate(size, 2 ** (10 + next(20)));
    if (h !== 0) live.set(h, size);
    if (h === 0 || next(3) === 0) {
      const [one] = [...live.keys()].slice(next(live.size));
      heap.free(one!);
      live.delete(one!);
    }
  }
  heap.verify();
  let end = 0;
  for (const h of [...live.keys()].sort((a, b) => a - b)) {
    expect(heap.offsetOf(h)).toBeGreaterThanOrEqual(end);
    expect(heap.sizeOf(h)).toBeGreaterThanOrEqual(live.get(h)!);
    end = heap.offsetOf(h) + heap.sizeOf(h);
  }
  expect(end).toBeLessThanOrEqual(2 ** 48);
});
