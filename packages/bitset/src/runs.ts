/**
 * The lowest n set bits in a row. Both searches read leaf words in ascending order, and where they meet an empty one ask
 * `next` for the first set bit from there, which skips empty regions by the summaries.
 */
import { lowest, runStarts } from "./word.ts";

/** The first set bit at or after `from`, or −1. */
type Next = { next(from: number): number };

/**
 * Start of the lowest run of `n` ≥ 1 set bits, or −1. Cost: O(non-empty words before the end of the run).
 */
export function findRun(words: Int32Array, length: number, n: number, set: Next): number {
  const size = (length + 31) >>> 5;
  let run = 0; // set bits that end where word i begins
  for (let i = 0; i < size; i++) {
    const x = words[i];
    if (x === 0) {
      run = 0;
      const bit = set.next(Math.min((i + 1) << 5, length));
      if (bit < 0) return -1;
      i = (bit >>> 5) - 1;
    } else if (x === -1) {
      run += 32;
      if (run >= n) return ((i + 1) << 5) - run;
    } else {
      // does the run that came in end here?
      if (run + lowest(~x) >= n) return (i << 5) - run;
      // is there one inside?
      if (n < 32) {
        const starts = runStarts(x, n);
        if (starts !== 0) return (i << 5) + lowest(starts);
      }
      run = Math.clz32(~x);
    }
  }
  return -1;
}

/**
 * The same for `n` ≥ 63. Wherever such a run lies, it covers `full` = ⌊(n − 31) / 32⌋ whole words, so of every `full`
 * words only the last must be read to rule all of them out. Cost: O(words / full) if words are rarely full.
 */
export function findLongRun(words: Int32Array, length: number, n: number, set: Next): number {
  const size = (length + 31) >>> 5;
  const full = (n - 31) >>> 5;
  // Word i − 1 is not full (or i is 0): are the words i … i + full − 1?
  for (let i = 0; i + full <= size; ) {
    let j = i + full - 1;
    while (j >= i && words[j] === -1) j--;
    if (j >= i) {
      i = j + 1;
      if (words[j] === 0) {
        const bit = set.next(Math.min(i << 5, length));
        if (bit < 0) return -1;
        i = bit >>> 5;
      }
      continue;
    }
    // All full: the bits before, and what follows.
    const before = i === 0 ? 0 : Math.clz32(~words[i - 1]);
    let run = before + (full << 5);
    for (j = i + full; run < n && j < size && words[j] === -1; j++) run += 32;
    if (run < n && j < size) run += lowest(~words[j]);
    if (run >= n) return (i << 5) - before;
    i = j + 1;
  }
  return -1;
}
