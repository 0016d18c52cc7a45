/**
 * Bins of the page pool, by the length of a run: a small float with six bits of mantissa, as in Aaltonen's OffsetAllocator
 * and before it in TLSF: exact up to 127 pages, then 64 bins per doubling.
 *
 *     bin     1  2  …  127  128      129      …  191      192      193 …
 *     pages   1  2  …  127  128-129  130-131  …  254-255  256-259  260-263 …
 *
 * Of 2^k pages there is room for 2^(20−k) runs, and a bin there has 2^(k−6) lengths: so no bin ever holds runs of more than 128
 * different lengths (k = 13), and to keep these in order is a walk of as many steps at the most.
 */

/** From so many pages on, a bin holds runs of several lengths. */
export const EXACT_BINS = 128;

/** The bin that a run of `pages` is kept in: the last one whose first length is at most that. */
export function binOf(pages: number): number {
  if (pages < EXACT_BINS) return pages;
  const e = 31 - Math.clz32(pages);
  return ((e - 5) << 6) + ((pages >>> (e - 6)) & 63);
}

/** How many bins a heap of `limit` pages needs. */
export function binCount(limit: number): number {
  return binOf(limit) + 1;
}
