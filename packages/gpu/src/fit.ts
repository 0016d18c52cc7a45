/**
 * Which free run is taken: the shortest in which a block fits. One is found wherever there is one.
 *
 * Where alignment matters, a run may be long enough and yet have no room. So a few of those that are hardly longer are looked at, and then one
 * is taken that is long enough wherever it begins. Only where there is none of these either, all the others are looked at.
 */
import { binOf, lastBin, nextBin } from "./bins.ts";
import { HEADS, LENGTH, LIST, START, STATE } from "./layout.ts";
import { leastIn, longestIn, shortestIn } from "./trees.ts";

/** Runs that are looked at before a longer one is taken. */
const PROBES = 16;
/** More than there are. */
const ALL = 2 ** 30;
/** One granule more than the longest run can have. */
const TOO_LONG = 2 ** 32;

/**
 * A free run in which `length` granules fit, aligned to `align`, a power of two; 0 where there is none. O(1) where `align` is 1, and where
 * there is a run of `length + align − 1`; else O(runs that are as long as `length`, or by less than `align` longer).
 */
export function findRun(w: Int32Array, length: number, align: number): number {
  if (align === 1) return onlyOf(w, leastNode(w, length));
  return (
    searchRun(w, length, align, PROBES) ||
    onlyOf(w, leastNode(w, length + align - 1)) ||
    searchRun(w, length, align, ALL)
  );
}

/** Of runs that are equally long, one that is not the tree's node, if there is one: it is taken out more easily. */
function onlyOf(w: Int32Array, node: number): number {
  return node === 0 ? 0 : w[node + STATE] >>> LIST || node;
}

/** The node of the shortest runs of `length` granules or more; 0 where there are none. */
function leastNode(w: Int32Array, length: number): number {
  if (length >= TOO_LONG) return 0;
  const bin = binOf(length);
  const root = w[HEADS + bin];
  const node = root === 0 ? 0 : leastIn(w, root, length);
  if (node !== 0) return node;
  const next = nextBin(w, bin + 1);
  return next < 0 ? 0 : shortestIn(w, w[HEADS + next]);
}

/** Looks at so many runs of `length` granules or more, the shortest first, up to those that have room wherever they begin. */
function searchRun(w: Int32Array, length: number, align: number, probes: number): number {
  let left = probes;
  let long = length - 1;
  while (long < length + align - 1) {
    const node = leastNode(w, long + 1);
    if (node === 0) return 0;
    long = w[node + LENGTH] >>> 0;
    for (let run = node; run !== 0; run = w[run + STATE] >>> LIST) {
      if (gapOf(w, run, align) + length <= long) return run;
      if (--left === 0) return 0;
    }
  }
  return 0;
}

/** Granules from a run's first to the next one that is aligned. */
export function gapOf(w: Int32Array, run: number, align: number): number {
  return (-w[run + START] & (align - 1)) >>> 0;
}

/** Granules of the longest free run; 0 where there is none. O(1). */
export function longestRun(w: Int32Array): number {
  const bin = lastBin(w);
  return bin < 0 ? 0 : w[longestIn(w, w[HEADS + bin]) + LENGTH] >>> 0;
}
