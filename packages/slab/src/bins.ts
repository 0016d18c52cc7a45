/**
 * Bins of the page pool, by the length of a run: a small float with three bits of mantissa, as in Aaltonen's
 * OffsetAllocator and before it in TLSF: exact up to 15 pages, then eight bins per doubling.
 *
 *     bin     1  2  …  7  8  9  …  15   16     17     …  23     24 …
 *     pages   1  2  …  7  8  9  …  15   16-17  18-19  …  30-31  32-35 …
 */

/** The bin that a run of `pages` is kept in: the last one whose first length is at most that. */
export function binOf(pages: number): number {
  if (pages < 8) return pages;
  const e = 31 - Math.clz32(pages);
  return ((e - 2) << 3) + ((pages >>> (e - 3)) & 7);
}

/** The first bin whose runs are all at least `pages` long. */
export function binFor(pages: number): number {
  if (pages < 16) return pages;
  const e = 31 - Math.clz32(pages);
  // Is it longer than the first length of its own bin?
  return binOf(pages) + ((pages & ((1 << (e - 3)) - 1)) !== 0 ? 1 : 0);
}

/** How many bins a heap of `limit` pages needs. */
export function binCount(limit: number): number {
  return binOf(limit) + 1;
}
