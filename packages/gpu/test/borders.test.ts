/** Each option and bound at its edges: the last value that is right, and the first that is wrong. */
import { describe, expect, test } from "vitest";
import { type Handle, RangeHeap } from "../src/index.ts";

const GRANULES = Array.from({ length: 17 }, (_, i) => 2 ** i);

describe.each([...GRANULES, 2 ** 30])("granule %i", (granule) => {
  // What is no whole granule counts too where it was asked for, and there is one where a granule has more bytes than one.
  const borders: [size: number, most: number][] = [
    [granule, granule],
    [granule, 3 * granule],
    [3 * granule, 5 * granule + (granule >> 1)],
    [3 * granule - 1 || 1, 4 * granule - 1],
    [granule, Math.min(2 ** 48, granule * 2 ** 32)],
    [granule, Math.min(2 ** 48, granule * 2 ** 32 + granule - 1)],
  ];
  test.each(borders)("%i bytes that may become %i", (bytes, maxBytes) => {
    if (bytes < granule) return;
    const heap = new RangeHeap({ bytes, maxBytes, granule });
    const before = heap.capacity;
    expect(before).toBe(Math.floor(bytes / granule) * granule);
    for (const wrong of [maxBytes + 1, maxBytes + 0.5, before - 1, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      const isTooMuch = Number.isInteger(wrong) && wrong > maxBytes;
      const why = isTooMuch
        ? `exceed the heap's maxBytes of ${maxBytes}`
        : `is not a whole number from ${before} to ${maxBytes}`;
      expect(() => heap.grow(wrong)).toThrow(`invalid bytes: ${wrong} ${why}`);
    }
    expect(heap.capacity).toBe(before);
    heap.grow(before);
    heap.grow(maxBytes);
    const capacity = Math.min(Math.floor(maxBytes / granule), 2 ** 32 - 1) * granule;
    expect(heap.capacity).toBe(capacity);
    heap.grow(maxBytes);
    expect(() => heap.grow(maxBytes + 1)).toThrow(`of ${maxBytes}`);
    RangeHeap.attach(heap.buffer).verify();

    const { largestFree } = heap.stats();
    expect(largestFree).toBe(capacity);
    expect(() => heap.tryAllocate(capacity + 1)).toThrow(`invalid size: ${capacity + 1}`);
    expect(() => heap.tryAllocate(0.5)).toThrow("invalid size: 0.5");
    const all = heap.allocate(largestFree);
    expect([all, heap.offsetOf(all), heap.sizeOf(all), heap.stats().largestFree]).toEqual([1, 0, capacity, 0]);
    expect([heap.tryAllocate(0), heap.tryAllocate(capacity)]).toEqual([0, 0]);
    expect(heap.isLive((capacity / granule + 1) as Handle)).toBe(false);
    heap.free(all);
    heap.verify();
  });

  test("one byte more than a handle can tell is refused", () => {
    const most = granule * (2 ** 32 + 1);
    if (most > 2 ** 48) return;
    const message = `invalid granule: ${granule} bytes are too few for a range of ${most} bytes, it needs ${2 * granule}`;
    expect(() => new RangeHeap({ bytes: most, granule })).toThrow(message);
    expect(() => new RangeHeap({ bytes: granule, maxBytes: most, granule })).toThrow(message);
    expect(new RangeHeap({ bytes: most - 1, granule }).capacity).toBe(granule * (2 ** 32 - 1));
  });

  test("alignments, from 1 byte to 1 GiB", () => {
    const heap = new RangeHeap({ bytes: Math.min(2 ** 48, granule * (2 ** 32 - 1)), granule });
    for (const wrong of [0, -1, 3, 0.5, 2 ** 31, 2 ** 32, Number.NaN]) {
      expect(() => heap.tryAllocate(1, wrong)).toThrow("invalid alignment");
    }
    for (let alignment = 1; alignment <= 2 ** 30; alignment *= 2) {
      const block = heap.tryAllocate(1, alignment);
      if (block === 0) {
        expect(heap.capacity).toBeLessThan(3 * 2 ** 30);
        continue;
      }
      expect(heap.offsetOf(block) % Math.max(granule, alignment)).toBe(0);
    }
    heap.verify();
  });
});

test("fences, up to 2⁵³ − 1", () => {
  const heap = new RangeHeap({ bytes: 4096 });
  const last = Number.MAX_SAFE_INTEGER;
  for (const wrong of [-1, 0.5, last + 1, Number.NaN]) {
    const block = heap.allocate(1);
    const message = `invalid fence: ${wrong} is not a whole number from 0 to ${last}`;
    expect(() => heap.defer(block, wrong)).toThrow(message);
    expect(() => heap.reach(wrong)).toThrow(message);
    heap.free(block);
  }
  for (const fence of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, last - 1, last]) {
    heap.defer(heap.allocate(1), fence);
  }
  heap.verify();
  expect([heap.reach(0), heap.reach(1), heap.reach(2 ** 31 - 1), heap.reach(2 ** 32 - 1)]).toEqual([0, 1, 0, 2]);
  expect([heap.reach(2 ** 32), heap.reach(last - 1), heap.reach(last), heap.reach(last)]).toEqual([1, 2, 1, 0]);
  expect(heap.reached).toBe(last);
  heap.defer(heap.allocate(1), last);
  expect(heap.stats().free).toBe(4096);
});

test("blocks, from one on, and as many as there are granules", () => {
  const one = new RangeHeap({ bytes: 1024, blocks: 1 });
  const block = one.allocate(1);
  expect(() => one.allocate(1)).toThrow(expect.objectContaining({ code: "ERR_POOL_EXHAUSTED" }));
  one.defer(block, 1);
  expect(one.tryAllocate(1)).toBe(0);
  one.reach(1);
  expect(one.allocate(1)).toBe(block);
  const all = new RangeHeap({ bytes: 1024, blocks: 2 ** 24 });
  expect(all.buffer.byteLength).toBe(RangeHeap.byteLength(4));
  for (let i = 0; i < 4; i++) all.allocate(256);
  all.verify();
});
