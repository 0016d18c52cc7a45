/*
 * Bins of the page pool, by the length of a run: a small float with five bits of mantissa. Exact up to 63 pages, then 32 bins
 * per doubling, of which none ever holds runs of more than 128 different lengths.
 *
 *     bin     1  2  ...  63  64     65     ...  95       96       97 ...
 *     pages   1  2  ...  63  64-65  66-67  ...  126-127  128-131  132-135 ...
 */
#ifndef AX_BINS_H
#define AX_BINS_H

#include "compiler.h"
#include "constants.h"

/* The bin that a run of `pages` is kept in: the last whose first length is at most that. */
static inline uint32_t bin_of(uint32_t pages) {
  if (pages < AX_EXACT_BINS) return pages;
  uint32_t e = highest_bit(pages);
  return ((e - 4) << 5) + ((pages >> (e - 5)) & 31);
}

/* How many bins a heap of `limit` pages needs, the unused bin 0 among them. */
static inline uint32_t bin_count(uint32_t limit) { return bin_of(limit) + 1; }

#endif
