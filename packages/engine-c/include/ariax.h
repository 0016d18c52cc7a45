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
 * No libc, no static data but a table of constants, no state outside of the control block: one copy of the code serves any number of heaps. A heap
 * is not thread-safe, unless it has lanes: the second half of this file.
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
  AX_LANE_LOST = 3,    /* of heaps with lanes: see ax_is_held; nothing changed */
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
  AX_BROKEN_OWNER = 26,     /* a territory is of no lane that it can be                           where: the territory */
  AX_BROKEN_POOL = 27,      /* a page of the common pool has an entry that is not free            where: the page */
  AX_BROKEN_HAVE = 28,      /* a lane has not as many pages as it says                            where: these */
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
 * is new; false, and nothing changed, where it can't be. Never called while pages = limit. Of a heap
 * with lanes, by any of its threads, also by several at once.
 */
bool ax_grow_buffer(ax_heap *heap, uint64_t bytes);

/*
 * Heaps with lanes: one heap, many threads, or many processes. packages/slab/LANES.md specifies them; src/ariax-lanes.c is the
 * file to compile, and ariax.c need not be there.
 *
 * A thread works with a *lane* of its own, by plain loads and stores; any thread may free any block, by one atomic instruction;
 * nobody ever waits for another. One that is killed, wherever it was, leaves a heap that the others go on with.
 *
 *     thread  ticket   drawn by ax_ticket, before it starts: how others name it
 *             lane     got by ax_attach with the ticket: a number above AX_TICKET_NOT_DRAWN
 *
 * Each call takes both, and is made by that thread alone. The program has to order that one thread hands a block to another:
 * by a message, a lock, an atomic. Blocks are aligned as ariax.h says elsewhere.
 */

/* What is returned instead of a lane. */
typedef enum ax_no_lane {
  AX_NO_LANE = 0,          /* all are held */
  AX_TICKET_IN_USE = 1,    /* a lane is held with it, or was, and is not repaired */
  AX_TICKET_NOT_DRAWN = 2, /* it is none of ax_ticket's */
} ax_no_lane;

static inline bool ax_is_lane(uint32_t lane) { return lane > AX_TICKET_NOT_DRAWN; }

/* The most lanes that a heap of so many pages can have: 15, 31 below 2 GiB, 63 below 1 GiB. */
uint32_t ax_most_lanes(uint32_t limit);

/*
 * A new heap, for so many threads at a time; its maker attaches with ticket 1. `pages` and `limit` are multiples of 8, in heaps of more
 * than 1024 pages of 16, of more than 4096 of 32. NULL, and nothing written, as in ax_make; or where lanes are none, or more than
 * ax_most_lanes, or no such group of pages is left beside the control block. O(limit).
 */
ax_heap *ax_make_shared(void *buffer, uint32_t base, uint32_t pages, uint32_t limit, uint32_t lanes);

/* The same, where the 4096 * pages bytes from `base` on are known to be zero. O(lanes + limit / 8). */
ax_heap *ax_make_shared_zeroed(void *buffer, uint32_t base, uint32_t pages, uint32_t limit, uint32_t lanes);

/*
 * The heap with lanes that another thread made at the byte `base` of a buffer of `bytes`; NULL where there is none, or a word of it that
 * never changes is not what it must be. It may be in use meanwhile. O(lanes).
 */
ax_heap *ax_open_shared(void *buffer, uint32_t base, uint64_t bytes);

/* A ticket for a thread that is to start: never drawn again; 0 after 268 million. O(1). */
uint32_t ax_ticket(ax_heap *heap);

/* A lane for a thread; or an ax_no_lane. O(lanes). */
uint32_t ax_attach(ax_heap *heap, uint32_t ticket);

/*
 * Does the lane still belong to the ticket, and is not parked? It is asked by every call that is not on the hot path, which does nothing
 * where it does not: only of a thread that was reclaimed though it lives.
 */
bool ax_is_held(const ax_heap *heap, uint32_t lane, uint32_t ticket);

/* As ax_allocate; 0 also where the lane is not held. */
ax_offset ax_lane_allocate(ax_heap *heap, uint32_t lane, uint32_t ticket, uint32_t size);

/* As ax_allocate_aligned. */
ax_offset ax_lane_allocate_aligned(ax_heap *heap, uint32_t lane, uint32_t ticket, uint32_t size, uint32_t alignment);

/* As ax_free, whichever thread allocated it. Of two threads that free one block at once one is told, or the lane counts it: ax_late_double_frees. */
ax_freed ax_lane_free(ax_heap *heap, uint32_t lane, uint32_t ticket, ax_offset offset);

/* As ax_size_of, of any lane's block. */
uint32_t ax_lane_size_of(const ax_heap *heap, uint32_t lane, ax_offset offset);

/* As ax_resize; a large block of another lane stays as long as it is. The heap does not grow for it. */
bool ax_lane_resize(ax_heap *heap, uint32_t lane, uint32_t ticket, ax_offset offset, uint32_t size);

/* As ax_reallocate. */
ax_offset ax_lane_reallocate(ax_heap *heap, uint32_t lane, uint32_t ticket, ax_offset offset, uint32_t size);

/* As ax_allocate_many. */
uint32_t ax_lane_allocate_many(ax_heap *heap, uint32_t lane, uint32_t ticket, uint32_t size, ax_offset *out, uint32_t count);

/*
 * As ax_free_many, as long as no other thread frees one of them at the same time. `scratch` is room for as many again, which are sorted
 * there, for one that comes twice to be found. O(n log n).
 */
uint32_t ax_lane_free_many(ax_heap *heap, uint32_t lane, uint32_t ticket, const ax_offset *offsets, uint32_t count,
                           ax_offset *scratch);

/* As ax_why. */
ax_freed ax_lane_why(const ax_heap *heap, uint32_t lane, ax_offset offset);

/* Is the lane held? Then gives what it has no need of to the others, if one of them had no room: for a thread that allocates nothing for long. */
bool ax_answer(ax_heap *heap, uint32_t lane, uint32_t ticket);

/* Gives all that the lane has no need of to the others, for while its thread rests: until ax_resume. False where it is not held. O(pages of the lane). */
bool ax_park(ax_heap *heap, uint32_t lane, uint32_t ticket);

/* Goes on after ax_park: in the same lane, or another where that has been taken; or an ax_no_lane. */
uint32_t ax_resume(ax_heap *heap, uint32_t lane, uint32_t ticket);

/* As ax_park, for ever; also of a lane that is parked. Its live blocks stay. False where the lane is not the ticket's: then nothing is left to do. */
bool ax_close(ax_heap *heap, uint32_t lane, uint32_t ticket);

/* What a thread that was killed leaves behind. */
typedef struct ax_lost {
  uint32_t lanes;      /* that it held */
  uint32_t pages;      /* of blocks that are live there */
  uint32_t blocks;     /* that are live there, whoever knows of them; any thread may free them */
  ax_offset in_flight; /* the block of another lane that it freed last, or was freeing, and that may be free or not; 0 = none */
} ax_lost;

/*
 * Repairs what the thread with the ticket `dead` left behind, while the others go on. *It must be known to be dead*: joined, or its
 * process waited for. `by` is the caller's ticket; `lost` may be NULL. A caller that is killed at it leaves it to who reclaims that one. How many lanes that were: 0 where it had closed, or never came, or another
 * thread does it. O(pages of its lanes).
 */
uint32_t ax_reclaim(ax_heap *heap, uint32_t dead, uint32_t by, ax_lost *lost);

/* Is a block in a dead thread's lane still known to somebody? */
typedef bool ax_keep(void *context, ax_offset offset, uint32_t size);

/* The same; and of the dead thread's blocks those are freed that `keep`, where it is not NULL, says false of. It is asked once of each, and calls no ax_ function. */
uint32_t ax_reclaim_keeping(ax_heap *heap, uint32_t dead, uint32_t by, ax_keep *keep, void *context, ax_lost *lost);

/* Of one size class: its blocks' bytes, how many are live, and the pages of its slabs. */
typedef struct ax_class_stats {
  uint32_t size;
  uint32_t blocks;
  uint32_t pages;
} ax_class_stats;

#define AX_STATS_CLASSES 71

/* What a heap holds, in bytes where nothing else is said. */
typedef struct ax_stats {
  uint64_t committed;     /* the heap, as long as it is now */
  uint64_t overhead;      /* of that, the control block */
  uint64_t reserved;      /* in slabs and large blocks */
  uint64_t peak_reserved; /* the most that there was, or, of lanes at different times, may have been */
  uint64_t live;          /* usable, in live blocks */
  uint64_t free;
  uint64_t largest_free; /* side by side, the lane's and the common pool's */
  uint32_t blocks;       /* live ones */
  ax_class_stats classes[AX_STATS_CLASSES];
} ax_stats;

/* Of all lanes together, for one of them: exact where no other thread changes the heap meanwhile, else each as it was in some moment. O(pages + blocks). */
void ax_shared_stats(const ax_heap *heap, uint32_t lane, ax_stats *stats);

/* Double frees by threads that knew nothing of each other, which the lane found when it collected what others had freed. */
uint32_t ax_late_double_frees(const ax_heap *heap, uint32_t lane);

/* Ends every block, of all lanes; false, and nothing changed, where another lane is held, or this one is not. O(pages). */
bool ax_shared_reset(ax_heap *heap, uint32_t lane, uint32_t ticket);

/* As ax_verify and ax_find_fault, of all lanes: for when no thread changes the heap. */
uint32_t ax_verify_shared(const ax_heap *heap);
uint32_t ax_find_fault_shared(const ax_heap *heap);

/* The same of one lane, by its thread, at any time. */
uint32_t ax_verify_lane(const ax_heap *heap, uint32_t lane);
uint32_t ax_find_fault_lane(const ax_heap *heap, uint32_t lane);

#ifdef __cplusplus
}
#endif

#endif
