/*
 * Bins of the page pool, by the length of a run: a small float with three bits of mantissa.
 *
 *     bin     1  2  ...  7  8  9  ...  15   16     17    ...  23     24 ...
 *     pages   1  2  ...  7  8  9  ...  15   16-17  18-19 ...  30-31  32-35 ...
 */
#ifndef AX_BINS_H
#define AX_BINS_H

#include "compiler.h"

/* The bin that a run of `pages` is kept in: the last whose first length is at most that. */
static inline uint32_t bin_of(uint32_t pages) {
  if (pages < 8) return pages;
  uint32_t e = highest_bit(pages);
  return ((e - 2) << 3) + ((pages >> (e - 3)) & 7);
}

/* The first bin whose runs are all at least `pages` long: 1 above the last whose runs are all shorter. */
static inline uint32_t bin_for(uint32_t pages) { return bin_of(pages - 1) + 1; }

/* How many bins a heap of `limit` pages needs, the unused bin 0 among them. */
static inline uint32_t bin_count(uint32_t limit) { return bin_of(limit) + 1; }

#endif
