/*
 * The control block: all metadata of a heap, 32-bit words at the start of the memory it governs. Explained, with its
 * invariants, in packages/slab/LAYOUT.md.
 *
 *     +--------+----------+------------+---------+-----------+----------+----------+
 *     | header | lines    | page table | bins    | page info | bitmaps  | stacks   | page, page, ...
 *     | 32     | 8 a class| 1 a page   |         | 4 a page  | 8 a page | a class's|
 *     +--------+----------+------------+---------+-----------+----------+----------+
 *     |------ struct ax_heap ----------| from here on the places depend on the number of pages
 *
 * Pages are numbered from the heap's start. Words are unsigned here; where LAYOUT.md compares signed ones, a predicate does.
 *
 * A heap with lanes (packages/slab/LANES.md) has many of the parts that a thread works with: a lane's block begins with the same words as a
 * heap, but for the page table. So what takes an ax_heap named `lane` serves both: of a heap without lanes that is the heap. Which
 * of the two is compiled AX_LANES says, 0 in ariax.c.
 */
#ifndef AX_LAYOUT_H
#define AX_LAYOUT_H

#include "ariax.h"
#include "bins.h"
#include "compiler.h"
#include "constants.h"
#include "size-class.h"

/* A class line: what the hot path needs of a class, in half a cache line. */
typedef struct ax_line {
  uint32_t word;    /* cursor: the bitmap word being drained; AX_H_ZERO where there is none */
  uint32_t base;    /* offset of the block of that word's bit 0, be there one or not */
  uint32_t size;    /* block bytes                                                           never changes */
  uint32_t inverse; /* inverse_of(size)                                                      never changes */
  uint32_t top;     /* the word of the stack's topmost entry */
  uint32_t bottom;  /* the word below its lowest, which is 0                                 never changes */
  uint32_t list;    /* last page of the first other slab with a block to offer; 0 = none */
  uint32_t pages;   /* pages of the class's slabs */
} ax_line;

/* An entry of a class's stack: a free block. */
typedef struct ax_entry {
  uint32_t offset;
  uint32_t bit; /* its bitmap word << 5 | the number there */
} ax_entry;

struct ax_heap {
  /* Fixed for the heap's life: */
  uint32_t magic;
  uint32_t version;
  uint32_t base;  /* where the heap begins in its buffer, in bytes */
  uint32_t limit; /* pages the heap may ever have */
  uint32_t lanes; /* threads' private parts: 1, without lanes */
  uint32_t bins;  /* the word where each part begins ... */
  uint32_t heads;
  uint32_t info;
  uint32_t bits;
  uint32_t remote; /* ... 0 = there is none */
  uint32_t first;  /* first page after the control block */
  uint32_t stacks; /* the word where the classes' stacks begin */
  uint32_t depth;  /* words of each, a power of two */
  /* With lanes, else 0: */
  uint32_t own;        /* the word the territories' owners begin at: 0 = the pool, else a lane's code */
  uint32_t territory;  /* log2 of a territory's pages */
  uint32_t first_lane; /* the word of lane 0 */
  /* Changing: */
  uint32_t pages; /* pages the heap, or the lane, has now */
  uint32_t used;  /* pages in slabs and large blocks */
  uint32_t peak;  /* the most there ever were */
  uint32_t check; /* pages ^ peak ^ AX_MAGIC */
  uint32_t trim;  /* pages in use from which on the heap trims before it takes more */
  /* With lanes, else 0; where two share a word, the second is a lane's: */
  uint32_t name; /* a lane's: its code << code_shift */
  uint32_t code; /* a lane's: its number + 1 */
  union {
    uint32_t stride; /* words of a lane */
    uint32_t mail;   /* the word of its mail */
  };
  union {
    uint32_t code_shift; /* a slab's entry >> this = its lane's code */
    uint32_t op;         /* the offset last freed to another lane, written before it was */
  };
  union {
    uint32_t token; /* tickets drawn */
    uint32_t late;  /* double frees that were seen when blocks were collected */
  };
  union {
    uint32_t want; /* how often a lane had no room */
    uint32_t seen; /* the `want` that was answered */
  };
  union {
    uint32_t hint;     /* a territory from which on to look for a free one */
    uint32_t reclaims; /* the ticket of a dead thread that its thread is reclaiming; 0 = none */
  };
  uint32_t reserved[3];
  uint32_t zero; /* always 0: the bitmap word of a class without a slab */

  ax_line lines[AX_CLASSES];
  uint32_t table[]; /* an entry a page */
};

/* Page info: of a slab's last page, or a free run's first and last. */
typedef struct ax_page {
  union {
    uint32_t summary; /* slab: bit i = word i has a free block that is not on the stack, or the cursor is on it */
    uint32_t length;  /* free run: pages */
  };
  uint32_t next; /* slab: of its class's list; free run: of the same length; 0 = none */
  uint32_t prev; /* slab: 0 = it is the first; free run: the word that leads here */
  union {
    uint32_t shape;  /* slab: (owner lane, 0) << 24 | blocks << 8 | pages */
    uint32_t longer; /* free run, first of its length: the first of its bin's next length; 0 = none */
  };
} ax_page;

#define AX_IS_AT(type, field, word) \
  _Static_assert(offsetof(type, field) == 4 * (word), #field " is not where the layout has it")
AX_IS_AT(struct ax_heap, base, AX_H_BASE);
AX_IS_AT(struct ax_heap, limit, AX_H_LIMIT);
AX_IS_AT(struct ax_heap, lanes, AX_H_LANES);
AX_IS_AT(struct ax_heap, bins, AX_H_BINS);
AX_IS_AT(struct ax_heap, heads, AX_H_HEADS);
AX_IS_AT(struct ax_heap, info, AX_H_INFO);
AX_IS_AT(struct ax_heap, bits, AX_H_BITS);
AX_IS_AT(struct ax_heap, remote, AX_H_REMOTE);
AX_IS_AT(struct ax_heap, first, AX_H_FIRST);
AX_IS_AT(struct ax_heap, stacks, AX_H_STACKS);
AX_IS_AT(struct ax_heap, depth, AX_H_DEPTH);
AX_IS_AT(struct ax_heap, own, AX_H_OWN);
AX_IS_AT(struct ax_heap, territory, AX_H_TERRITORY);
AX_IS_AT(struct ax_heap, first_lane, AX_H_FIRST_LANE);
AX_IS_AT(struct ax_heap, pages, AX_H_PAGES);
AX_IS_AT(struct ax_heap, used, AX_H_USED);
AX_IS_AT(struct ax_heap, peak, AX_H_PEAK);
AX_IS_AT(struct ax_heap, check, AX_H_CHECK);
AX_IS_AT(struct ax_heap, trim, AX_H_TRIM);
AX_IS_AT(struct ax_heap, name, AX_H_NAME);
AX_IS_AT(struct ax_heap, code, AX_H_CODE);
AX_IS_AT(struct ax_heap, stride, AX_H_STRIDE);
AX_IS_AT(struct ax_heap, mail, AX_H_MAIL);
AX_IS_AT(struct ax_heap, code_shift, AX_H_CODE_SHIFT);
AX_IS_AT(struct ax_heap, op, AX_H_OP);
AX_IS_AT(struct ax_heap, token, AX_H_TOKEN);
AX_IS_AT(struct ax_heap, late, AX_H_LATE);
AX_IS_AT(struct ax_heap, want, AX_H_WANT);
AX_IS_AT(struct ax_heap, seen, AX_H_SEEN);
AX_IS_AT(struct ax_heap, hint, AX_H_HINT);
AX_IS_AT(struct ax_heap, reclaims, AX_H_RECLAIMS);
AX_IS_AT(struct ax_heap, zero, AX_H_ZERO);
AX_IS_AT(struct ax_heap, lines, AX_LINES);
AX_IS_AT(struct ax_heap, table, AX_TABLE);
AX_IS_AT(ax_line, word, AX_C_WORD);
AX_IS_AT(ax_line, base, AX_C_BASE);
AX_IS_AT(ax_line, size, AX_C_SIZE);
AX_IS_AT(ax_line, inverse, AX_C_INVERSE);
AX_IS_AT(ax_line, top, AX_C_TOP);
AX_IS_AT(ax_line, bottom, AX_C_BOTTOM);
AX_IS_AT(ax_line, list, AX_C_LIST);
AX_IS_AT(ax_line, pages, AX_C_PAGES);
AX_IS_AT(ax_page, summary, AX_P_SUMMARY);
AX_IS_AT(ax_page, length, AX_P_LENGTH);
AX_IS_AT(ax_page, next, AX_P_NEXT);
AX_IS_AT(ax_page, prev, AX_P_PREV);
AX_IS_AT(ax_page, shape, AX_P_SHAPE);
_Static_assert(sizeof(ax_line) == 4 * AX_LINE_WORDS, "a class line is not as long as the layout has it");
_Static_assert(sizeof(ax_page) == 4 << AX_INFO_SHIFT, "a page info is not as long as the layout has it");

/* Where the parts begin that depend on the heap's size, in words. */
static inline uint32_t bins_at(uint32_t limit) { return AX_TABLE + limit; }
static inline uint32_t heads_at(uint32_t limit) { return bins_at(limit) + 1 + (bin_count(limit) + 31) / 32; }
static inline uint32_t info_at(uint32_t limit) { return (heads_at(limit) + bin_count(limit) + 3) & ~3u; }
static inline uint32_t bits_at(uint32_t limit) { return info_at(limit) + (limit << AX_INFO_SHIFT); }
static inline uint32_t depth_of(uint32_t limit) { return limit < 256 ? AX_LEAST_DEPTH : limit < 4096 ? 32 : 64; }
static inline uint32_t stacks_at(uint32_t limit) {
  return (bits_at(limit) + (limit << AX_BITS_SHIFT) + depth_of(limit) - 1) & (0u - depth_of(limit));
}
/* The word below the lowest entry of a class's stack. */
static inline uint32_t bottom_of(uint32_t stacks, uint32_t depth, uint32_t c) {
  return stacks + (c + 1) * depth - 2 - 2 * stack_entries(size_of_class(c), depth);
}
/* Words of the control block, and the first page after it. */
static inline uint32_t words_of(uint32_t limit) { return stacks_at(limit) + AX_CLASSES * depth_of(limit); }
static inline uint32_t first_of(uint32_t limit) { return (4 * words_of(limit) + AX_PAGE_SIZE - 1) / AX_PAGE_SIZE; }

/* As strchr does, these three take the heap's constness away: whoever was given a const heap writes nothing. */
static inline uint32_t *word_at(const ax_heap *heap, uint32_t word) { return (uint32_t *)heap + word; }
/* The heap that a lane is of: itself, or what begins so many words before it. */
static inline ax_heap *heap_of(const ax_heap *lane) {
  return (ax_heap *)((uint32_t *)lane - (AX_LANES ? lane->bins - AX_TABLE : 0));
}
static inline ax_page *page_at(const ax_heap *heap, uint32_t page) {
  return (ax_page *)word_at(heap, heap->info) + page;
}
static inline ax_entry *entry_on(const ax_heap *heap, uint32_t word) { return (ax_entry *)word_at(heap, word); }
/* The last bitmap word of a slab; word i of it lies i before. */
static inline uint32_t *last_word(const ax_heap *heap, uint32_t slab) {
  return word_at(heap, heap->bits) + (slab << AX_BITS_SHIFT) + 7;
}
static inline void flip_bit(ax_heap *heap, uint32_t bit) {
  uint32_t *word = word_at(heap, bit >> 5);
  poke(word, peek(word) ^ 1u << bit % 32);
}

/* What a page table entry says of its page. */
static inline bool is_slab(uint32_t entry) { return (int32_t)entry > 0; }
static inline bool is_free(uint32_t entry) { return entry == AX_E_FREE || entry >= AX_E_WAS_SLAB; }
static inline bool is_large(uint32_t entry) { return entry >= AX_E_LARGE && entry < AX_E_BODY; }
/* A large block that another lane has freed, and its owner has yet to collect. */
static inline bool is_given(uint32_t entry) { return AX_LANES && entry >= AX_E_GIVEN && entry < AX_E_WAS_SLAB; }
static inline bool was_slab(uint32_t entry) { return entry >= AX_E_WAS_SLAB && entry < AX_E_WAS_LARGE; }
static inline bool was_large(uint32_t entry) { return entry >= AX_E_WAS_LARGE; }

/* The entry of a page; a slab's without the name of its lane. */
static inline uint32_t page_entry(const ax_heap *heap, uint32_t page) {
  uint32_t entry = peek(&heap->table[page]);
  return AX_LANES && is_slab(entry) ? entry & ((1u << heap->code_shift) - 1) : entry;
}
static inline bool is_free_page(const ax_heap *heap, uint32_t page) { return is_free(peek(&heap->table[page])); }
static inline void set_entry(ax_heap *heap, uint32_t page, uint32_t entry) { poke(&heap->table[page], entry); }

/* Of a slab's entry, without a name: its last page, its class line, and the other way round. */
static inline uint32_t slab_of(uint32_t entry) { return (entry >> AX_ENTRY_SHIFT) - 1; }
static inline ax_line *line_of(const ax_heap *lane, uint32_t entry) {
  return (ax_line *)word_at(lane, (entry & AX_ENTRY_LINE) << AX_LINE_SHIFT);
}
static inline uint32_t name_of(const ax_heap *lane) { return AX_LANES ? lane->name : 0; }
static inline uint32_t entry_of(const ax_heap *lane, uint32_t slab, const ax_line *line) {
  return (slab + 1) << AX_ENTRY_SHIFT | (uint32_t)((const uint32_t *)line - (const uint32_t *)lane) >> AX_LINE_SHIFT;
}

static inline uint32_t pages_of(const ax_page *slab) { return slab->shape & AX_SHAPE_PAGES; }
static inline uint32_t blocks_of(const ax_page *slab) { return slab->shape >> AX_SHAPE_BLOCKS; }
/* What word i of a slab's bitmap holds when all its blocks are free. */
static inline uint32_t full_word(const ax_page *slab, uint32_t i) {
  uint32_t blocks = blocks_of(slab) - 32 * i;
  return blocks >= 32 ? ~0u : ~0u << (32 - blocks);
}

/* Could a heap of at most `limit` pages begin at the byte `base`? */
static inline bool is_place(uint32_t base, uint32_t limit) {
  return base % AX_PAGE_SIZE == 0 && limit >= AX_MIN_CAPACITY / AX_PAGE_SIZE &&
         limit <= AX_MAX_CAPACITY / AX_PAGE_SIZE && base <= AX_MAX_CAPACITY - limit * AX_PAGE_SIZE;
}

/* Whole pages for `bytes`, at least 1. */
static inline uint32_t pages_for(uint32_t bytes) {
  uint32_t pages = (bytes >> AX_PAGE_SHIFT) + ((bytes & (AX_PAGE_SIZE - 1)) != 0);
  return pages != 0 ? pages : 1;
}

#endif
