/*
 * ariax.h: an AriaX heap, operated from C.
 *
 * The heap's layout and every step of its calls are specified in packages/slab/LAYOUT.md. After the same calls the heap
 * is, byte for byte, the one that the TypeScript engine makes, so that either can continue what the other began.
 *
 *     buffer +-------------+---------------+----------------------------------+
 *            |             | control block | pages                            |
 *            +-------------+---------------+----------------------------------+
 *            0             base = ax_heap *     ^ offset: bytes from the buffer's start
 *
 * No libc, no static data, no state outside of the control block: one copy of the code serves any number of heaps. A heap
 * is not thread-safe.
 */
#ifndef ARIAX_H
#define ARIAX_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The control block, where the heap begins. */
typedef struct ax_heap ax_heap;

/* Bytes from the buffer's start to a block. 0 is no block. */
typedef uint32_t ax_offset;

/* What a free did. */
typedef enum ax_freed {
  AX_FREED = 0,
  AX_DOUBLE_FREE = 1,  /* a free block begins there: freed before, or cut and never handed out; nothing changed */
  AX_INVALID_FREE = 2, /* no block begins there, live or free; nothing changed */
} ax_freed;

/*
 * A new heap of `pages` pages of 4096 bytes, which may grow to `limit`, at the byte `base` of a buffer, itself aligned to
 * at least 8 bytes; what lay there is overwritten. NULL, and nothing written, where base is no multiple of 4096,
 * 16 <= limit <= 1048560 does not hold, base + 4096 * limit > 2^32 - 65536, pages > limit, or the control block leaves no
 * page. O(limit).
 */
ax_heap *ax_make(void *buffer, uint32_t base, uint32_t pages, uint32_t limit);

/*
 * The same, where the caller knows that the 4096 * pages bytes from `base` on are zero, as those of calloc and of a fresh mapping
 * are: what is zero already is not written. So no more than six pages are touched, however long the heap may get. O(1).
 */
ax_heap *ax_make_zeroed(void *buffer, uint32_t base, uint32_t pages, uint32_t limit);

/* The heap that begins at the byte `base` of a buffer of `bytes`; NULL where there is none, or ax_verify finds fault. O(limit). */
ax_heap *ax_open(void *buffer, uint32_t base, uint64_t bytes);

/*
 * A block of at least `size` bytes, aligned to 8; 0 where there is no room. O(1).
 *
 * Compiled with -DAX_ALIGNMENT=16, as a malloc wants it where max_align_t is 16 bytes long, the engine aligns each block that it
 * allocates, or moves, to 16, counted from the buffer's start. The heap is the same one, and any engine goes on with it.
 */
ax_offset ax_allocate(ax_heap *heap, uint32_t size);

/*
 * The same, aligned to a power of two up to 65536, counted from the buffer's start; 0 for any other alignment. Above 4096,
 * at most 1024 free runs that might fit, did they lie otherwise, are looked at, before one is taken that fits in any case.
 */
ax_offset ax_allocate_aligned(ax_heap *heap, uint32_t size, uint32_t alignment);

/* Ends a block. Any number may be passed: what is no live block is told, exactly, and nothing changes. O(1). */
ax_freed ax_free(ax_heap *heap, ax_offset offset);

/* Usable bytes of the live block at an offset; 0 where none begins. O(1). */
uint32_t ax_size_of(const ax_heap *heap, ax_offset offset);

/* Makes a live block longer or shorter in place, the last one by growing the heap; false, and nothing changed, where it can't be, or no block is there. */
bool ax_resize(ax_heap *heap, ax_offset offset, uint32_t size);

/* The same, moved if need be; 0, and the old block untouched, where there is no room, or no block is there. */
ax_offset ax_reallocate(ax_heap *heap, ax_offset offset, uint32_t size);

/* Up to `count` blocks of `size` bytes; how many were made. */
uint32_t ax_allocate_many(ax_heap *heap, uint32_t size, ax_offset *out, uint32_t count);

/* Frees `count` blocks in their order; or, where one of them is no live block or comes twice, nothing. The index of the first such; else `count`. */
uint32_t ax_free_many(ax_heap *heap, const ax_offset *offsets, uint32_t count);

/* Why the offset, where no live block begins, can't be freed. O(1). */
ax_freed ax_why(const ax_heap *heap, ax_offset offset);

/* Ends every block. O(pages). */
void ax_reset(ax_heap *heap);

/* The invariants of a heap. `where` is what ax_find_fault tells beside. */
typedef enum ax_invariant {
  AX_BROKEN_HEADER = 1,     /* a header word is not what it must be                               where: the word */
  AX_BROKEN_LINE = 2,       /* nor is one of a class line                                         where: the class */
  AX_BROKEN_CHECK = 3,      /* CHECK = PAGES ^ PEAK ^ MAGIC */
  AX_BROKEN_PAGES = 4,      /* FIRST < PAGES <= LIMIT */
  AX_BROKEN_PEAK = 5,       /* USED <= PEAK <= PAGES */
  AX_BROKEN_CONTROL = 6,    /* a page of the control block has another entry                      where: the page */
  AX_BROKEN_END = 7,        /* a page beyond the end has an entry                                 where: the page */
  AX_BROKEN_EXTENT = 8,     /* no slab, large block or free run begins, and ends in the heap      where: the page */
  AX_BROKEN_ENTRY = 9,      /* a page inside of one has an entry that is not its                  where: the page */
  AX_BROKEN_RUN = 10,       /* the lengths at a free run's start and end differ                   where: its first page */
  AX_BROKEN_MERGE = 11,     /* a free run follows on a free run                                   where: the first's first page */
  AX_BROKEN_USED = 12,      /* USED is not the pages of slabs and large blocks                    where: these */
  AX_BROKEN_BIN_BIT = 13,   /* a bin's bit, or its word's, is not whether there is a run          where: the bin */
  AX_BROKEN_BIN_LINK = 14,  /* the list of a bin is broken                                        where: the bin */
  AX_BROKEN_BIN = 15,       /* a bin lists what is no free run, or one out of place               where: its last page */
  AX_BROKEN_BINS = 16,      /* a free run is in no bin */
  AX_BROKEN_CURSOR = 17,    /* a class's cursor is on no word of a slab of the class              where: the class */
  AX_BROKEN_SHAPE = 18,     /* a slab has other blocks and pages than it says                     where: its last page */
  AX_BROKEN_BITMAP = 19,    /* a block beyond a slab's last is free                               where: its last page */
  AX_BROKEN_SUMMARY = 20,   /* a slab's summary and bitmap disagree                               where: its last page */
  AX_BROKEN_LIST_LINK = 21, /* the list of a class is broken                                      where: the class */
  AX_BROKEN_LIST = 22,      /* a class lists what is no slab of it with a block to offer             where: the page */
  AX_BROKEN_LISTS = 23,     /* a slab with a block to offer is on no list */
  AX_BROKEN_STACK = 24,     /* a stack has what is no free block of its class, or one twice       where: the class */
  AX_BROKEN_COUNT = 25,     /* a class has not as many pages as it says                           where: the class */
} ax_invariant;

/*
 * 0, or the number of the first broken invariant: an ax_invariant. The words may be garbage; only that the buffer holds
 * as many pages as the header says is taken for granted, which ax_open checks. O(limit).
 */
uint32_t ax_verify(const ax_heap *heap);

/* The same, and where: (page, class, bin or word) << 8 | number. */
uint32_t ax_find_fault(const ax_heap *heap);

/*
 * Supplied by whoever compiles the engine in: makes the heap's buffer at least `bytes` long, in place, and zero where it
 * is new; false, and nothing changed, where it can't be. Never called while pages = limit.
 */
bool ax_grow_buffer(ax_heap *heap, uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
