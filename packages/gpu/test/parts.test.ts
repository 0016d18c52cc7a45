/** The small parts by themselves: bins, keys, fences and gaps, each against what is plain and slow. */
import { describe, expect, test } from "vitest";
import { binOf } from "../src/bins.ts";
import { Gaps } from "../src/gaps.ts";
import { type Handle, RangeHeap } from "../src/index.ts";
import * as L from "../src/layout.ts";
import { random } from "./walk.ts";

/** Lengths around each border between bins. */
const LENGTHS = Array.from({ length: 2200 }, (_, i) => i + 1);
for (let e = 11; e < 32; e++) {
  for (let m = 32; m < 64; m++) for (const d of [-1, 0, 1]) LENGTHS.push(m * 2 ** (e - 5) + d);
}

describe("bins", () => {
  test("ascend with length, each as long as the last, none longer than a thirty-second", () => {
    let [last, first] = [0, 0];
    for (const length of LENGTHS.filter((one) => one <= L.MAX_GRANULES).sort((a, b) => a - b)) {
      const bin = binOf(length);
      expect(bin === last || bin === last + 1 || bin === 0).toBe(true);
      if (bin !== last) first = length;
      expect(length - first).toBeLessThanOrEqual(first / 32);
      last = bin;
    }
    expect(binOf(L.MAX_GRANULES)).toBe(L.BINS - 1);
  });
});

describe("keys", () => {
  test.each([1, 2, 3, 7, 16, 100, 4096, 65536])("lists are short where blocks are %i granules apart", (length) => {
    const heap = new RangeHeap({ bytes: 2 ** 32 - 1, granule: 1 });
    for (let i = 0; i < 5000; i++) heap.allocate(length);
    const w = new Int32Array(heap.buffer);
    let longest = 0;
    for (let i = 0; i < w[L.ROWS]; i++) {
      let count = 0;
      for (let row = w[L.FIRST + i * L.ROW + L.HEAD]; row !== 0; row = w[row + L.CHAIN]) count++;
      longest = Math.max(longest, count);
    }
    expect(longest).toBeLessThanOrEqual(9);
  });
});

test("fences against a list of them", () => {
  const next = random(9);
  for (let run = 0; run < 20; run++) {
    const heap = new RangeHeap({ bytes: 2 ** 20, blocks: 4000 });
    const span = 2 ** (1 + next(53));
    let waiting: number[] = [];
    for (let i = 0; i < 300; i++) {
      const fence = Math.min(Number.MAX_SAFE_INTEGER, heap.reached + Math.floor(next(2 ** 30) * (span / 2 ** 30)));
      if (next(3) > 0) {
        heap.defer(heap.allocate(1), fence);
        if (fence > heap.reached) waiting.push(fence);
      } else {
        const due = waiting.filter((one) => one <= fence).length;
        waiting = waiting.filter((one) => one > fence);
        expect(heap.reach(fence)).toBe(due);
      }
      expect(heap.stats().deferredBlocks).toBe(waiting.length);
    }
    heap.verify();
  }
});

test("gaps against a walk from end to end", () => {
  const next = random(4);
  for (let run = 0; run < 60; run++) {
    const heap = new RangeHeap({ bytes: 1500, granule: 1, blocks: 1500 });
    const handles: Handle[] = [];
    for (;;) {
      const h = heap.tryAllocate(1 + next(9));
      if (h === 0) break;
      handles.push(h);
    }
    for (const h of handles) if (next(3) === 0) heap.free(h);
    const w = new Int32Array(heap.buffer);
    const gaps = new Gaps(w);
    const starts: [number, number][] = [];
    for (let row = L.FIRST; row !== 0; row = w[row + L.AFTER]) {
      if (L.kindOf(w, row) === L.FREE) starts.push([w[row + L.START], w[row + L.LENGTH]]);
    }
    for (let i = 0; i < 60; i++) {
      const [length, align, border] = [1 + next(20), 2 ** next(4), next(1500)];
      const fits = starts.filter(([start, long]) => (-start & (align - 1)) + length <= long).map(([start]) => start);
      const startOf = (gap: number): number => (gap < 0 ? -1 : w[gaps.rowOf(gap) + L.START]);
      const [low, high] = [fits.find((one) => one < border), fits.findLast((one) => one > border)];
      expect(startOf(gaps.lowest(w, length, align, border))).toBe(fits[0] === low ? (low ?? -1) : -1);
      expect(startOf(gaps.highest(w, length, align, border))).toBe(fits.at(-1) === high ? (high ?? -1) : -1);
    }
  }
});
