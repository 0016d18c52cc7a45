/** How full a range becomes before a block does not fit, beside a free list that looks at every gap and takes the one that fits best. */
import { expect, test } from "vitest";
import { type Handle, RangeHeap } from "../src/index.ts";
import { random } from "./walk.ts";

/** What both do, in granules; 0 = no room. */
interface Ranges {
  allocate(length: number): number;
  free(handle: number): void;
}

function ranges(granules: number): Ranges {
  const heap = new RangeHeap({ bytes: 256 * granules });
  return { allocate: (length) => heap.tryAllocate(256 * length), free: (handle) => heap.free(handle as Handle) };
}

/** First granules and lengths of all gaps, ascending. */
function bestFit(granules: number): Ranges {
  const gaps: [start: number, length: number][] = [[0, granules]];
  const lengths = new Map<number, number>();
  return {
    allocate(length) {
      let best: [number, number] | undefined;
      for (const gap of gaps) if (gap[1] >= length && (best === undefined || gap[1] < best[1])) best = gap;
      if (best === undefined) return 0;
      const [start] = best;
      lengths.set(start, length);
      best[0] += length;
      best[1] -= length;
      if (best[1] === 0) gaps.splice(gaps.indexOf(best), 1);
      return start + 1;
    },
    free(handle) {
      const start = handle - 1;
      let i = gaps.findIndex((gap) => gap[0] > start);
      if (i < 0) i = gaps.length;
      gaps.splice(i, 0, [start, lengths.get(start)!]);
      for (const at of [i, i - 1]) {
        const [one, next] = [gaps[at], gaps[at + 1]];
        if (one === undefined || next === undefined || one[0] + one[1] !== next[0]) continue;
        one[1] += next[1];
        gaps.splice(at + 1, 1);
      }
    },
  };
}

/** The part of the range that blocks had when the first did not fit. Blocks at random are replaced, and become more. */
function fullness(
  heap: Ranges,
  granules: number,
  seed: number,
  size: (next: (below: number) => number) => number,
): number {
  const next = random(seed);
  const live: [handle: number, length: number][] = [];
  let used = 0;
  for (let target = 0.5; ; target += 0.01) {
    for (let i = 0; i < 400; i++) {
      while (used > target * granules) {
        const [[handle, length]] = live.splice(next(live.length), 1);
        heap.free(handle);
        used -= length;
      }
      const length = size(next);
      const handle = heap.allocate(length);
      if (handle === 0) return used / granules;
      live.push([handle, length]);
      used += length;
    }
  }
}

test.each<[string, (next: (below: number) => number) => number]>([
  ["lengths of all kinds", (next) => Math.ceil(2 ** (next(9000) / 1000))],
  ["lengths that are as likely as others", (next) => 1 + next(500)],
  ["eight lengths", (next) => [3, 17, 64, 100, 257, 300, 400, 511][next(8)]!],
  ["short, and then long", (next) => (next(10) < 9 ? 1 + next(20) : 100 + next(400))],
])("%s: no worse than the best fit, but for 4 %", (_, size) => {
  const granules = 65_536;
  let [heap, best] = [0, 0];
  for (let seed = 1; seed <= 2; seed++) {
    heap += fullness(ranges(granules), granules, seed, size);
    best += fullness(bestFit(granules), granules, seed, size);
  }
  expect(heap / best).toBeGreaterThan(0.96);
});
