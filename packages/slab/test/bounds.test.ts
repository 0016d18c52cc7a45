/**
 * What a call on page runs costs at the most, in words of the control block that are read or written: counted, not timed. The
 * bounds are LAYOUT.md's.
 */
import { describe, expect, test } from "vitest";
import { binOf } from "../src/bins.ts";
import * as L from "../src/layout.ts";
import { random } from "./heaps.ts";
import { Pages } from "./pages.ts";

const LIMIT = 0xffff0;

describe("the steps of a call on page runs", () => {
  test("are few, for blocks of up to a quarter of a MiB that come and go", () => {
    const pool = new Pages(1 << 17, true);
    const next = random(1);
    const live: number[] = Array.from({ length: 500 }, () => pool.make(5 + next(28)));
    const [made, freed]: number[][] = [[], []];
    for (let calls = 0; calls < 20_000; calls++) {
      const at = next(live.length);
      pool.free(live[at]);
      freed.push(pool.steps);
      live[at] = pool.make(5 + next(58));
      made.push(pool.steps);
    }
    pool.verify();
    const mean = (steps: number[]) => steps.reduce((sum, n) => sum + n, 0) / steps.length;
    // One run, its list and the bins' bits; up to three runs in a free that merges.
    expect(mean(made)).toBeLessThan(28);
    expect(mean(freed)).toBeLessThan(25);
    expect(Math.max(...made, ...freed)).toBeLessThan(60);
  });

  test("are at most the lengths of a bin more, in the longest heap with the fullest bin that it can have", () => {
    const pool = new Pages(LIMIT, true);
    // As many different lengths of one bin as there is room for.
    const lengths: number[] = [];
    for (let pages = 1 << 13, left = LIMIT - pool.w[L.H_FIRST] - 64; left > pages && lengths.length < 128; pages++) {
      lengths.push(pages);
      left -= pages + 1;
    }
    expect(new Set(lengths.map(binOf)).size).toBe(1);
    expect(lengths.length).toBeGreaterThan(120);
    const blocks = lengths.map((pages) => pool.apart(pages));
    for (const page of blocks) pool.free(page);
    const freed = pool.steps; // of the last, and so the longest: all the others are passed by
    pool.verify();
    expect(pool.make(lengths.at(-1)!)).toBe(blocks.at(-1));
    const made = pool.steps;
    // Of each shorter length the info's LENGTH and LONGER.
    expect(Math.min(freed, made)).toBeGreaterThan(2 * 120);
    expect(Math.max(freed, made)).toBeLessThan(2 * 128 + 60);
  });

  test("end where none of a great number of runs fits an alignment", () => {
    const pool = new Pages(1 << 17, true);
    // Holes of two pages, of which none is aligned to 16; all else is taken.
    const holes: number[] = [];
    while (holes.length < 10_000) {
      const page = pool.apart(2);
      if (page % 16 !== 0 && page % 16 !== 15) holes.push(page);
    }
    for (const page of holes) pool.free(page);
    for (let pages = 1 << 16; pages > 2; ) if (pool.make(pages) === 0) pages >>= 1;
    const before = pool.w.slice();
    expect(pool.make(1, 16)).toBe(0);
    // Of each run its NEXT.
    expect(pool.steps).toBeGreaterThan(1024);
    expect(pool.steps).toBeLessThan(1024 + 30);
    expect(pool.w).toEqual(before);
  });
});
