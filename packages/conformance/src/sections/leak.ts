/**
 * Nothing is lost: a heap that was filled, churned and emptied holds as many blocks as it did when new. `reset` promises
 * this of every allocator, `free` of one that reuses.
 */
import type { Offset } from "@ariax/allocator";
import { check, equal } from "../fail.ts";
import { fillUp } from "../limits.ts";
import { type Random, random, shuffle } from "../random.ts";
import { Shadow } from "../shadow.ts";
import { type Suite, TIGHT } from "../suite.ts";

const SIZES = [40, 100, 1024, 10_000];

/** The part of a heap that must be had again after it was churned and emptied. */
const KEPT = 7 / 8;

/** The orders in which a full heap is emptied. */
const ORDERS: Readonly<Record<string, (offsets: Offset[], next: Random) => Offset[]>> = {
  "first in, first out": (offsets) => offsets,
  "last in, first out": (offsets) => offsets.reverse(),
  "every other first": (offsets) => [
    ...offsets.filter((_, i) => i % 2 === 0),
    ...offsets.filter((_, i) => i % 2 === 1),
  ],
  "in random order": shuffle,
};

export function leak({ test, create, traits, seed }: Suite): void {
  for (const size of SIZES) {
    test(`reset: a heap full of ${size}-byte blocks holds as many again`, () => {
      const heap = new Shadow(create(TIGHT));
      const fits = fillUp(heap, size).length;
      for (let round = 0; round < 3; round++) {
        heap.reset();
        asMany(`after reset, blocks of ${size} bytes`, fillUp(heap, size).length, fits);
      }
      heap.check();
    });
  }

  if (!traits.reuse) return;

  for (const [order, arrange] of Object.entries(ORDERS)) {
    test(`freed ${order}: a heap holds as many again`, () => {
      for (const size of SIZES) {
        const heap = new Shadow(create(TIGHT));
        const fits = fillUp(heap, size).length;
        for (let round = 0; round < 3; round++) {
          for (const p of arrange([...heap.blocks.keys()], random(seed + round))) heap.free(p);
          empty(heap);
          asMany(`freed ${order}, blocks of ${size} bytes`, fillUp(heap, size).length, fits);
        }
        heap.check();
      }
    });
  }

  for (const size of SIZES) {
    test(`after churns of all sizes, a heap holds about as many ${size}-byte blocks as when it was new, and never fewer`, () => {
      const heap = new Shadow(create(TIGHT));
      // Slabs that an allocator keeps at hand may lie in the way of a few blocks. A leak would grow from churn to churn.
      let fits = Math.floor(fillUp(heap, size).length * KEPT);
      for (let round = 0; round < 4; round++) {
        churn(heap, random(seed));
        heap.check();
        heap.freeMany(Int32Array.from(heap.blocks.keys()));
        empty(heap);
        const now = fillUp(heap, size).length;
        asMany(`after ${round + 1} churns, blocks of ${size} bytes`, now, fits);
        fits = now;
      }
      heap.check();
    });
  }
}

/** Replaces the blocks of a full heap by others of all sizes, with resizes and moves in between. */
function churn(heap: Shadow, next: Random): void {
  for (let round = 0; round < 4; round++) {
    for (const p of [...heap.blocks.keys()]) if (next(3) > 0) heap.free(p);
    for (let i = 0; i < 100; i++) heap.tryAllocate(next(2) === 0 ? next(100) : next(5000));
    for (const p of [...heap.blocks.keys()].slice(-100)) {
      if (next(2) === 0) heap.resize(p, next(2000));
      else if (heap.stats().largestFree > 8192) heap.reallocate(p, next(2000));
    }
  }
}

function empty(heap: Shadow): void {
  equal("stats().blocks after all were freed", heap.stats().blocks, 0);
  equal("stats().live after all were freed", heap.stats().live, 0);
}

function asMany(what: string, fits: number, before: number): void {
  check(fits >= before, () => `${what}: ${fits} fit, ${before} did at first`);
}
