/**
 * Bins of the page pool, by the length of a run: a small float with five bits of mantissa, as in Aaltonen's OffsetAllocator
 * and before it in TLSF: exact up to 63 pages, then 32 bins per doubling.
 *
 *     bin     1  2  …  63  64     65     …  95       96       97 …
 *     pages   1  2  …  63  64-65  66-67  …  126-127  128-131  132-135 …
 *
 * Of 2^k pages there is room for 2^(20−k) runs, and a bin there has 2^(k−5) lengths: so no bin ever holds runs of more than 128
 * different lengths (k = 12 or 13), and to keep these in order is a walk of as many steps at the most.
 * tried: six bits, exact up to 127 pages: heaps of about 1 MiB need a page more for the heads.
 */

/** From so many pages on, a bin holds runs of several lengths. */
export const EXACT_BINS = 64;

/** The bin that a run of `pages` is kept in: the last one whose first length is at most that. */
export function binOf(pages: number): number {
  if (pages < EXACT_BINS) return pages;
  const e = 31 - Math.clz32(pages);
  return ((e - 4) << 5) + ((pages >>> (e - 5)) & 31);
}

/** How many bins a heap of `limit` pages needs. */
export function binCount(limit: number): number {
  return binOf(limit) + 1;
}
