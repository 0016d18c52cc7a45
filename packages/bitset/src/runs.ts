import type { Bits } from "./layout.ts";
import { lowest, runStarts } from "./word.ts";

/**
 * Start of the lowest `n` ≥ 1 set bits in a row of a `BitSet`, or −1.
 *
 * Reads leaf words in ascending order, and skips empty regions by the summaries. A run of n bits covers
 * `full` = ⌊(n − 31) / 32⌋ whole words wherever it lies; so where no run is under way, of the next `full` words the last
 * one that is not full rules out all before it, unread.
 */
export function findRun(set: Bits & { next(from: number): number }, n: number): number {
  const { words, length } = set;
  const full = (n - 31) >> 5;
  let run = 0; // set bits that end where word i begins
  for (let i = 0; i << 5 < length; i++) {
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
      const starts = n < 32 ? runStarts(x, n) : 0;
      if (starts !== 0) return (i << 5) + lowest(starts);
      // One that begins here needs `full` full words behind it. (Beyond the leaves, any word will do: none fits there.)
      run = Math.clz32(~x);
      let j = i + full;
      while (j > i && words[j] === -1) j--;
      if (j > i) {
        run = 0;
        i = j - 1;
      }
    }
  }
  return -1;
}
