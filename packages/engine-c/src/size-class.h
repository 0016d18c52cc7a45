/*
 * Size classes, without a table: what small blocks are rounded up to, and the slabs they are cut from.
 *
 *     class    0  1  2 | 3  4  5  6 | 7  8  9  10 | 11 ...                38
 *     size    16 24 32 | 40 48 56 64 | 80 96 112 128 | 160 ...          16384
 *
 * Every size is m * 2^k with m = 1, 3, 5 or 7, and a slab m pages or a doubling of that, so that blocks fill it to its
 * last byte. Only making and verifying a heap compute more than class_of: the rest is read from the heap's class lines.
 */
#ifndef AX_SIZE_CLASS_H
#define AX_SIZE_CLASS_H

#include "compiler.h"
#include "constants.h"

/* Bytes that every block is aligned to, where it is not asked for more: 8, or 16 as max_align_t (see ariax.h). */
#ifndef AX_ALIGNMENT
#define AX_ALIGNMENT 8u
#endif
_Static_assert(AX_ALIGNMENT == 8 || AX_ALIGNMENT == 16, "AX_ALIGNMENT is neither 8 nor 16");

/*
 * The smallest class that holds `size` bytes, aligned, size <= AX_SMALL_MAX. Without a branch, as sizes come in no order. Tried: a
 * branch for sizes up to 64; measured on the seven traces: 1 % slower in the mean, 13 % on sqlite's.
 */
static inline uint32_t class_of(uint32_t size) {
  /* 2^k <= x < 2^(k+1), and the two bits below the highest tell which of four classes. Up to 64 bytes they are 8 apart, as
   * they are from 33 on: so k is at least 5. */
  uint32_t x = (size > 9 ? size : 9) - 1;
  /* Up to 64 bytes the sizes that are multiples of 16 are every second one; above 64 they all are. */
  if (AX_ALIGNMENT > 8) x |= AX_ALIGNMENT - 1;
  uint32_t k = highest_bit(x | 32);
  return 4 * k + (x >> (k - 2)) - 21;
}

/* Block bytes of a class. */
static inline uint32_t size_of_class(uint32_t c) {
  return c < 3 ? 16 + 8 * c : (5 + ((c + 1) & 3)) << ((c + 9) / 4);
}

/* Pages of a slab. */
static inline uint32_t pages_of_slab(uint32_t size) {
  uint32_t m = size >> lowest_bit(size);
  uint32_t pages = m > size / AX_PAGE_SIZE ? m : size / AX_PAGE_SIZE;
  while (pages * AX_PAGE_SIZE / size < AX_ENOUGH_BLOCKS && pages * 2 <= AX_LONGEST_SLAB) pages *= 2;
  return pages;
}

/* Blocks of a slab: a power of two. */
static inline uint32_t blocks_of_slab(uint32_t size) { return pages_of_slab(size) * AX_PAGE_SIZE / size; }

/* (bitmap words of a slab) << 16 | its pages. */
static inline uint32_t shape_of_slab(uint32_t size) {
  return (blocks_of_slab(size) + 31) / 32 << 16 | pages_of_slab(size);
}

/* A bitmap word of a slab whose blocks are all free. */
static inline uint32_t full_word(uint32_t size) {
  uint32_t blocks = blocks_of_slab(size);
  return blocks < 32 ? (1u << blocks) - 1 : ~0u;
}

/*
 * What to multiply a distance from a slab's start by, modulo 2^32, to get (block index) << AX_INDEX_SHIFT: m's inverse,
 * shifted. What is no multiple of the size leaves a bit of AX_INDEX_CHECK (Granlund and Montgomery 1994, section 9).
 */
static inline uint32_t inverse_of(uint32_t size) {
  uint32_t k = lowest_bit(size);
  uint32_t m = size >> k;
  uint32_t inverse = m; /* right to three bits; each step of Newton's doubles that */
  for (uint32_t bits = 3; bits < 32; bits *= 2) inverse *= 2 - m * inverse;
  return inverse << (AX_INDEX_SHIFT - k);
}

#endif
