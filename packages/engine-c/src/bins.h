/*
 * Bins of the page pool, by the length of a run: a small float with six bits of mantissa. Exact up to 127 pages, then 64 bins
 * per doubling, of which none ever holds runs of more than 128 different lengths.
 *
 *     bin     1  2  ...  127  128      129      ...  191      192      193 ...
 *     pages   1  2  ...  127  128-129  130-131  ...  254-255  256-259  260-263 ...
 */
#ifndef AX_BINS_H
#define AX_BINS_H

#include "compiler.h"
#include "constants.h"

/* The bin that a run of `pages` is kept in: the last whose first length is at most that. */
static inline uint32_t bin_of(uint32_t pages) {
  if (pages < AX_EXACT_BINS) return pages;
  uint32_t e = highest_bit(pages);
  return ((e - 5) << 6) + ((pages >> (e - 6)) & 63);
}

/* How many bins a heap of `limit` pages needs, the unused bin 0 among them. */
static inline uint32_t bin_count(uint32_t limit) { return bin_of(limit) + 1; }

#endif
