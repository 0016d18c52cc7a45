/** Which gap is taken: one wherever there is one, the shortest, however many there are of about the same length. */
import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { type Handle, RangeHeap } from "../src/index.ts";
import { random } from "./walk.ts";

/** A heap whose gaps are so many granules long, in the order in which they became free; all else is taken. */
function withGaps(lengths: readonly number[], granule = 1): RangeHeap {
  const bytes = lengths.reduce((sum, length) => sum + length + 1, 0) * granule;
  const heap = new RangeHeap({ bytes, granule });
  const gaps = lengths.map((length) => {
    const gap = heap.allocate(length * granule);
    heap.allocate(granule);
    return gap;
  });
  for (const gap of gaps) heap.free(gap);
  return heap;
}

describe("the longest gap can be had", () => {
  // The bins of 64 granules and more are of some lengths each; these are the first lengths of two of them.
  test.each([128, 4096, 2 ** 20])("behind 3,000 gaps hardly shorter than %i granules", (first) => {
    const wide = first / 32;
    const next = random(first);
    const lengths = Array.from({ length: 3000 }, () => first + next(wide - 1));
    lengths[0] = first + wide - 1;
    const heap = withGaps(lengths);
    heap.verify();
    expect(heap.stats().largestFree).toBe(first + wide - 1);
    const longest = heap.tryAllocate(first + wide - 1);
    expect(longest).toBe(1);
    const { largestFree } = heap.stats();
    expect(largestFree).toBe(lengths.slice(1).reduce((most, length) => Math.max(most, length)));
    expect(heap.tryAllocate(largestFree + 1)).toBe(0);
    expect(heap.tryAllocate(largestFree)).not.toBe(0);
    heap.verify();
  });

  test("where it is the only one in which a block can be aligned", () => {
    // 3,000 gaps of 3 granules that begin behind a multiple of 4, and one that begins at one.
    const heap = withGaps([...new Array(3000).fill(3), 4, 3]);
    expect(heap.tryAllocate(4, 4)).not.toBe(0);
    expect(heap.tryAllocate(4, 4)).toBe(0);
    const other = new RangeHeap({ bytes: 16_000, granule: 1 });
    const blocks = Array.from({ length: 4000 }, () => [other.allocate(1), other.allocate(3)] as const);
    for (const [, gap] of blocks) other.free(gap);
    expect(other.tryAllocate(1, 4)).toBe(0);
    other.free(blocks[3210][0]);
    expect(other.offsetOf(other.allocate(1, 4))).toBe(4 * 3210);
    other.verify();
  });

  test("until none is left", () => {
    const next = random(7);
    const lengths = Array.from({ length: 1500 }, () => 512 + next(40));
    const heap = withGaps(lengths);
    for (const length of lengths.sort((a, b) => b - a)) {
      expect(heap.stats().largestFree).toBe(length);
      expect(heap.tryAllocate(length)).not.toBe(0);
    }
    expect(heap.stats()).toMatchObject({ largestFree: 0, free: 0 });
    heap.verify();
  });
});

/** Lengths that have a bin each, two or many to a bin, and the longest. */
const LENGTHS: [string, number, (next: (below: number) => number) => number][] = [
  ["short", 2 ** 14, (next) => 1 + next(70)],
  ["of one bin", 2 ** 20, (next) => 1024 + next(32)],
  ["of a wide bin", 2 ** 31, (next) => 2 ** 20 + next(2 ** 15)],
  ["of all kinds", 2 ** 31, (next) => 2 ** next(24) + next(1000)],
  ["of a few kinds", 2 ** 18, (next) => [100, 101, 300, 301, 302, 303][next(6)]],
];

test.each(LENGTHS)("the best fit, lengths %s", (_, bytes, lengthOf) => {
  for (let seed = 1; seed <= times(2, 20); seed++) {
    const next = random(seed);
    const heap = new RangeHeap({ bytes, granule: 1, blocks: 4000 });
    const live: Handle[] = [];
    const gapsOf = (): number[] => {
      const gaps: number[] = [];
      let end = 0;
      for (const handle of [...live].sort((a, b) => a - b)) {
        if (handle - 1 > end) gaps.push(handle - 1 - end);
        end = handle - 1 + heap.sizeOf(handle);
      }
      if (end < bytes) gaps.push(bytes - end);
      return gaps;
    };
    for (let i = 0; i < 700; i++) {
      if (next(20) === 0) for (let n = next(60); n > 0 && live.length > 0; n--) freeOne();
      else if (next(3) === 0 && live.length > 0) freeOne();
      else {
        const length = lengthOf(next);
        const gaps = gapsOf();
        const best = gaps.filter((gap) => gap >= length).sort((a, b) => a - b)[0];
        const handle = heap.tryAllocate(length);
        expect(handle !== 0).toBe(best !== undefined);
        if (handle === 0) continue;
        live.push(handle);
        // A gap that was as long as the best one is gone, and what is left of it there.
        gaps.splice(gaps.indexOf(best), 1);
        if (best > length) gaps.push(best - length);
        const now = gapsOf();
        expect(now.sort((a, b) => a - b)).toEqual(gaps.sort((a, b) => a - b));
        expect(heap.stats().largestFree).toBe(gaps.at(-1) ?? 0);
      }
    }
    heap.verify();

    function freeOne(): void {
      heap.free(live.splice(next(live.length), 1)[0]);
    }
  }
});
