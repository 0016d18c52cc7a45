/**
 * Free runs by their length, in two levels: a bin for each length below 64 granules, then 32 bins a doubling, so that the lengths in
 * one differ by less than a thirty-second. A word of bits says which bins of 32 have a run, a summary which of these words are not 0.
 */
import { BIN_BITS, BIN_SUMMARY, BINS, FREE, HEADS, LENGTH, NEXT, PREV, START, STATE } from "./layout.ts";

/** Lengths that have a bin each. */
const EXACT = 64;

/** The bin of a run of `length` granules, 1 to 2³² − 1. */
export function binOf(length: number): number {
  if (length < EXACT) return length;
  const e = 31 - Math.clz32(length);
  return 32 * (e - 4) + ((length >>> (e - 5)) & 31);
}

/** The first bin of which each run has `length` granules or more, 1 to 2³² − 1; `BINS` where there is none. */
export function sureBin(length: number): number {
  const bin = binOf(length);
  if (length < EXACT) return bin;
  const below = (1 << (26 - Math.clz32(length))) - 1;
  return (length & below) === 0 ? bin : bin + 1;
}

/** The first bin from `bin` on that has a run; −1 where none has. */
export function nextBin(w: Int32Array, bin: number): number {
  if (bin >= BINS) return -1;
  const word = bin >>> 5;
  const bits = w[BIN_BITS + word] & (-1 << bin);
  if (bits !== 0) return (word << 5) + lowest(bits);
  const words = w[BIN_SUMMARY] & (-2 << word);
  if (words === 0) return -1;
  const next = lowest(words);
  return (next << 5) + lowest(w[BIN_BITS + next]);
}

/** The last bin that has a run; −1 where none has. */
export function lastBin(w: Int32Array): number {
  const word = 31 - Math.clz32(w[BIN_SUMMARY]);
  return word < 0 ? -1 : (word << 5) + 31 - Math.clz32(w[BIN_BITS + word]);
}

function lowest(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** A row becomes a free run, the first of its bin. O(1). */
export function linkRun(w: Int32Array, row: number): void {
  const bin = binOf(w[row + LENGTH] >>> 0);
  const next = w[HEADS + bin];
  w[row + STATE] = FREE;
  w[row + NEXT] = next;
  w[row + PREV] = 0;
  w[HEADS + bin] = row;
  if (next !== 0) w[next + PREV] = row;
  else {
    w[BIN_BITS + (bin >>> 5)] |= 1 << bin;
    w[BIN_SUMMARY] |= 1 << (bin >>> 5);
  }
}

/** Takes a free run out of its bin. O(1). */
export function unlinkRun(w: Int32Array, row: number): void {
  const next = w[row + NEXT];
  const prev = w[row + PREV];
  if (next !== 0) w[next + PREV] = prev;
  if (prev !== 0) {
    w[prev + NEXT] = next;
    return;
  }
  const bin = binOf(w[row + LENGTH] >>> 0);
  w[HEADS + bin] = next;
  if (next !== 0) return;
  const word = BIN_BITS + (bin >>> 5);
  w[word] &= ~(1 << bin);
  if (w[word] === 0) w[BIN_SUMMARY] &= ~(1 << (bin >>> 5));
}

/** Runs that are looked at before one is taken of which it is known that there is room. */
const PROBES = 16;
/** And where none is known to have room. */
const MOST_PROBES = 1024;

/**
 * A free run in which `length` granules fit, aligned to `align`, a power of two; 0 where none is found. At first among those that are
 * hardly longer; a longer one only where there is none. O(1): at most 1,040 runs are looked at, and 16 if a long one is there.
 */
export function findRun(w: Int32Array, length: number, align: number): number {
  const own = binOf(length);
  const enough = length + align - 1;
  const sure = enough < 2 ** 32 ? sureBin(enough) : BINS;
  const run = own < sure ? search(w, own, sure, length, align, PROBES) : 0;
  if (run !== 0) return run;
  const bin = nextBin(w, sure);
  if (bin >= 0) return w[HEADS + bin];
  return own < sure ? search(w, own, sure, length, align, MOST_PROBES) : 0;
}

/** Looks at `probes` runs of the bins from `bin` to `end`. */
function search(w: Int32Array, bin: number, end: number, length: number, align: number, probes: number): number {
  let left = probes;
  for (let at = nextBin(w, bin); at >= 0 && at < end; at = nextBin(w, at + 1)) {
    for (let run = w[HEADS + at]; run !== 0; run = w[run + NEXT]) {
      if (gapOf(w, run, align) + length <= w[run + LENGTH] >>> 0) return run;
      if (--left === 0) return 0;
    }
  }
  return 0;
}

/** Granules from a run's first to the next one that is aligned. */
export function gapOf(w: Int32Array, run: number, align: number): number {
  return (-w[run + START] & (align - 1)) >>> 0;
}

/** Granules of the longest free run. O(runs of its bin). */
export function longestRun(w: Int32Array): number {
  const bin = lastBin(w);
  let longest = 0;
  for (let run = bin < 0 ? 0 : w[HEADS + bin]; run !== 0; run = w[run + NEXT]) {
    longest = Math.max(longest, w[run + LENGTH] >>> 0);
  }
  return longest;
}
