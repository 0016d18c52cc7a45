/*
 * Size classes: what small blocks are rounded up to, and the slabs they are cut from.
 *
 *     class    0  1  2 ...  14 | 15  16  17  18  19  20  21  22 | 23 ...                70
 *     size    16 24 32 ... 128 | 144 160 176 192 208 224 240 256 | 288 ...           16384
 *
 * Every size is m * 2^k with m odd and at most 15. Blocks are counted from their slab's end, so that what is left over
 * lies at its front, and a slab may have any length. Only making and verifying a heap, and a new slab, compute more than
 * class_of: the rest is read from the heap's class lines.
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
#ifdef __wasm__
/* A module is to be short. */
static inline uint32_t class_of(uint32_t size) {
  /* 2^k <= x < 2^(k+1), and the three bits below the highest tell which of eight classes. Up to 128 bytes they are 8 apart,
   * as they are from 65 on: so k is at least 6. */
  uint32_t x = (size > 9 ? size : 9) - 1;
  /* Up to 128 bytes the sizes that are multiples of 16 are every second one; above they all are. */
  if (AX_ALIGNMENT > 8) x |= AX_ALIGNMENT - 1;
  uint32_t k = highest_bit(x | 64);
  return 8 * k + (x >> (k - 3)) - 49;
}
#else
/* By eighths of a size, 2 KiB, of which a program touches the few lines of its own sizes: nine instructions of an allocation less. */
#define AX_2(c) c, c
#define AX_4(c) AX_2(c), AX_2(c)
#define AX_8(c) AX_4(c), AX_4(c)
#define AX_16(c) AX_8(c), AX_8(c)
#define AX_32(c) AX_16(c), AX_16(c)
#define AX_64(c) AX_32(c), AX_32(c)
#define AX_128(c) AX_64(c), AX_64(c)
#define AX_EIGHT(each, c) each(c), each(c + 1), each(c + 2), each(c + 3), each(c + 4), each(c + 5), each(c + 6), each(c + 7)
static const uint8_t class_of_eighth[AX_SMALL_MAX / 8 + 1] = {
    0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, AX_EIGHT(AX_2, 15), AX_EIGHT(AX_4, 23), AX_EIGHT(AX_8, 31),
    AX_EIGHT(AX_16, 39), AX_EIGHT(AX_32, 47), AX_EIGHT(AX_64, 55), AX_EIGHT(AX_128, 63)};

static inline uint32_t class_of(uint32_t size) {
  return class_of_eighth[AX_ALIGNMENT > 8 ? (size + AX_ALIGNMENT - 1) / AX_ALIGNMENT * (AX_ALIGNMENT / 8) : (size + 7) / 8];
}
#endif

/* Block bytes of a class. */
static inline uint32_t size_of_class(uint32_t c) {
  return c < 15 ? 16 + 8 * c : (9 + ((c - 15) & 7)) << (4 + (c - 15) / 8);
}

/* Pages of the next slab of a class that has `have` of them: as LAYOUT.md says. */
static inline uint32_t slab_pages(uint32_t size, uint32_t have) {
  uint32_t pages = (size + AX_PAGE_SIZE - 1) / AX_PAGE_SIZE;
  if (have == 0) return pages;
  uint32_t enough = (AX_ENOUGH_BLOCKS * size + AX_PAGE_SIZE - 1) / AX_PAGE_SIZE;
  if (enough > AX_ENOUGH_PAGES) enough = AX_ENOUGH_PAGES;
  uint32_t part = have / 8 < AX_LONGEST_SLAB ? have / 8 : AX_LONGEST_SLAB;
  uint32_t over = size <= AX_EXACT_MAX ? AX_PAGE_SIZE % size : 0;
  uint32_t most = over != 0 ? (size - 1) / over : AX_MOST_BLOCKS * size / AX_PAGE_SIZE;
  if (pages < enough) pages = enough;
  if (pages < part) pages = part;
  if (pages > most) pages = most;
  while (16 * (pages * AX_PAGE_SIZE % size) > pages * AX_PAGE_SIZE) pages++;
  return pages;
}

/* Entries of a class's stack, of `depth` words: in the smallest heaps, none of blocks longer than a page. */
static inline uint32_t stack_entries(uint32_t size, uint32_t depth) {
  if (depth == AX_LEAST_DEPTH && size > AX_PAGE_SIZE) return 0;
  uint32_t some = AX_SMALL_MAX / size;
  if (some < AX_LEAST_ENTRIES) some = AX_LEAST_ENTRIES;
  return some < depth / 2 - 1 ? some : depth / 2 - 1;
}

/*
 * What to multiply a block's distance from its slab's end by, modulo 2^32, to get (its number from there on) <<
 * AX_INDEX_SHIFT: m's inverse, shifted. What is no multiple of the size leaves a bit of AX_INDEX_CHECK (Granlund and
 * Montgomery 1994, section 9).
 */
static inline uint32_t inverse_of(uint32_t size) {
  uint32_t k = lowest_bit(size);
  uint32_t m = size >> k;
  uint32_t inverse = m; /* right to three bits; each step of Newton's doubles that */
  for (uint32_t bits = 3; bits < 32; bits *= 2) inverse *= 2 - m * inverse;
  return inverse << (AX_INDEX_SHIFT - k);
}

#endif
