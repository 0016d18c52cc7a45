/*
 * The control block of a heap with lanes: packages/slab/LANES.md. What is the heap's is there once, and what a thread works with
 * alone, in a block that begins as a heap does, once a lane:
 *
 *     +--------+------+------------+----------+--------+--------+-----+-----------+---------+--------+
 *     | header |  0   | page table | own      | lane 0 | lane 1 | ... | page info | bitmaps | remote | territory, territory, ...
 *     | 32     | 568  | 1 a page   | 1 a terr.|        |        |     | 4 a page  | 8 a page| 8 / p. |
 *     +--------+------+------------+----------+--------+--------+-----+-----------+---------+--------+
 *     lane   +--------+-------------+------+--------+--------------------------+
 *            | header | class lines | bins | stacks | mail: state, root, inbox |   the mail is all that others write
 *            +--------+-------------+------+--------+--------------------------+
 *            0        32            600                                         stride
 */
#ifndef AX_LANES_LAYOUT_H
#define AX_LANES_LAYOUT_H

#include "layout.h"

/* The owner of a territory that is all control block. */
#define AX_CONTROL 0xffffffffu

/* log2 of the pages of a territory. */
static inline uint32_t territory_of(uint32_t limit) { return limit <= 1024 ? 3 : limit <= 4096 ? 4 : 5; }
/* The bits below a lane's code in an entry: the page after a slab's last, which is `limit` at the most, and the class. */
static inline uint32_t code_shift_of(uint32_t limit) { return highest_bit(limit) + 1 + AX_ENTRY_SHIFT; }

static inline uint32_t align_64(uint32_t words) { return (words + 63) & ~63u; }
static inline uint32_t inbox_of(uint32_t limit) { return ((limit >> territory_of(limit)) + 31) / 32; }

/* Where the parts of a lane's block begin, from there on, and its length. */
static inline uint32_t lane_heads_at(uint32_t limit) { return AX_TABLE + 1 + (bin_count(limit) + 31) / 32; }
static inline uint32_t lane_stacks_at(uint32_t limit) {
  return (lane_heads_at(limit) + bin_count(limit) + depth_of(limit) - 1) & (0u - depth_of(limit));
}
static inline uint32_t mail_of(uint32_t limit) { return align_64(lane_stacks_at(limit) + AX_CLASSES * depth_of(limit)); }
static inline uint32_t stride_of(uint32_t limit) { return align_64(mail_of(limit) + AX_M_INBOX + inbox_of(limit)); }

/* Where the heap's parts begin, in words; where they end; and the first page after them. */
static inline uint32_t own_at(uint32_t limit) { return AX_TABLE + limit; }
static inline uint32_t first_lane_at(uint32_t limit) { return align_64(own_at(limit) + (limit >> territory_of(limit))); }
static inline uint32_t lanes_info_at(uint32_t limit, uint32_t lanes) { return first_lane_at(limit) + lanes * stride_of(limit); }
static inline uint32_t lanes_bits_at(uint32_t limit, uint32_t lanes) {
  return lanes_info_at(limit, lanes) + (limit << AX_INFO_SHIFT);
}
static inline uint32_t remote_at(uint32_t limit, uint32_t lanes) { return lanes_bits_at(limit, lanes) + (limit << AX_BITS_SHIFT); }
static inline uint32_t lanes_words_of(uint32_t limit, uint32_t lanes) {
  return remote_at(limit, lanes) + (limit << AX_BITS_SHIFT);
}
static inline uint32_t lanes_first_of(uint32_t limit, uint32_t lanes) {
  return (4 * lanes_words_of(limit, lanes) + AX_PAGE_SIZE - 1) / AX_PAGE_SIZE;
}

/* The header words that never change, and what they must be; the others of the first 600 are 0. */
#define AX_FIXED_SHARED(X, limit, lanes)        \
  X(version, AX_LANES_VERSION)                  \
  X(info, lanes_info_at(limit, lanes))          \
  X(bits, lanes_bits_at(limit, lanes))          \
  X(remote, remote_at(limit, lanes))            \
  X(first, lanes_first_of(limit, lanes))        \
  X(depth, depth_of(limit))                     \
  X(own, own_at(limit))                         \
  X(territory, territory_of(limit))             \
  X(first_lane, first_lane_at(limit))           \
  X(stride, stride_of(limit))                   \
  X(code_shift, code_shift_of(limit))

/* The same of the header of lane i, which begins at the word `at`. */
#define AX_FIXED_LANE(X, limit, i, at)          \
  X(bins, at + AX_TABLE)                        \
  X(heads, at + lane_heads_at(limit))           \
  X(stacks, at + lane_stacks_at(limit))         \
  X(name, (i + 1) << code_shift_of(limit))      \
  X(code, i + 1)                                \
  X(mail, at + mail_of(limit))

/* And of the line of class c there. */
#define AX_FIXED_LANE_LINE(X, limit, c, at)     \
  X(size, size_of_class(c))                     \
  X(inverse, inverse_of(size_of_class(c)))      \
  X(bottom, bottom_of(at + lane_stacks_at(limit), depth_of(limit), c))

/* A lane by its number, and the word that it begins at. */
static inline ax_heap *lane_at(const ax_heap *heap, uint32_t i) {
  return (ax_heap *)word_at(heap, heap->first_lane + i * heap->stride);
}
static inline uint32_t word_of(const ax_heap *lane) { return lane->bins - AX_TABLE; }
static inline uint32_t *mail_at(const ax_heap *lane, uint32_t word) { return word_at(heap_of(lane), lane->mail + word); }

/* The word that says whose a territory is: 0 = the pool's, else a lane's code. */
static inline uint32_t *owner_at(const ax_heap *heap, uint32_t territory) { return word_at(heap, heap->own + territory); }
static inline uint32_t territories_of(const ax_heap *heap) { return peek(&heap->pages) >> heap->territory; }
static inline uint32_t owner_of(const ax_heap *heap, uint32_t territory) { return peek(owner_at(heap, territory)) & AX_OWNER; }
/* The first page of a territory that is not the control block's. */
static inline uint32_t first_page(const ax_heap *heap, uint32_t territory) {
  uint32_t page = territory << heap->territory;
  return page > heap->first ? page : heap->first;
}

/* The remote word of a bitmap word. */
static inline uint32_t *remote_of(const ax_heap *heap, uint32_t *word) { return word + (heap->remote - heap->bits); }

#endif
