import { expect, test } from "vitest";
import { heapOptions, makeHeap, placeFor } from "../src/engine.ts";
import { SlabAllocator } from "../src/index.ts";
import * as L from "../src/layout.ts";
import { verifyHeap } from "../src/verify.ts";

test("a heap in memory that is zero writes its header, its classes and its one free run, and nothing else", () => {
  const capacity = 1 << 26;
  const zero = new SlabAllocator({ capacity });
  const { memory, ...place } = placeFor({ buffer: new ArrayBuffer(capacity) });
  const w = new Int32Array(memory.buffer);
  // Marks, where a new heap has zeros that are read by nothing that makes it: the pages between the first free one and the last.
  const { first, info, bits, words } = L.layoutOf(capacity / 4096, 1);
  const last = capacity / 4096 - 1;
  const MARK = L.E_WAS_LARGE | 1; // a free page's entry, too
  const marked = [
    [L.TABLE + first + 1, L.TABLE + last],
    [info + 4 * (first + 1), info + 4 * last],
    [bits, words],
  ];
  for (const [from, to] of marked) w.fill(MARK, from, to);
  const heap = makeHeap({ memory, ...place, zero: true });
  for (const [from, to] of marked) expect(w.subarray(from, to).every((word) => word === MARK)).toBe(true);
  for (const [from, to] of marked) w.fill(0, from, to);
  expect(heap.words).toEqual(zero.words);
  new SlabAllocator(heapOptions(heap)).verify();
});

test("a heap in memory that is not zero clears all of its control block", () => {
  const buffer = new ArrayBuffer(1 << 20);
  new Uint8Array(buffer).fill(0xa5);
  expect(new SlabAllocator({ buffer }).words).toEqual(new SlabAllocator({ capacity: 1 << 20 }).words);
});

test.each([16, 256, 4096, 65536, 1048560])(
  "a heap of %i pages in memory that is zero writes to six of them",
  (limit) => {
    // No more than the control block: of the other pages none is looked at.
    const { first, words } = L.layoutOf(limit, 1);
    const w = new Int32Array(words);
    const pages = { buffer: w.buffer, maxByteLength: 4096 * limit, grow: () => false };
    makeHeap({ memory: pages, base: 0, pages: limit, limit, zero: true });
    const written = new Set<number>();
    for (let page = 0; page < first; page++) {
      if (w.subarray(1024 * page, 1024 * (page + 1)).some((word) => word !== 0)) written.add(page);
    }
    expect(written.size).toBeGreaterThan(0);
    expect(written.size).toBeLessThanOrEqual(6);
    verifyHeap(w);
  },
);
