/*
 * The page pool: runs of free pages, merged at once, in bins by their length.
 *
 *     bins   +---------+--------------+----------------------+
 *            | summary | a bit a bin  | each bin's first run |   summary bit = that word of bits is not 0
 *            +---------+--------------+----------------------+
 *     run    +--------+-----------+----------------------------+
 *            | length |    ...    | length, links of its list  |   a run is known by its last page
 *            +--------+-----------+----------------------------+
 *
 * A request takes the front of the shortest run that is long enough, and so an exact hole wherever one is. Up to 63 pages
 * that is the first of a bin; above, at most 128 steps. With an alignment beyond a page, AX_LOOKS of them at most are looked at.
 */
#include "run-list.h"

static void account(ax_heap *lane, uint32_t used) {
  poke(&lane->used, used);
  if (used > lane->peak) {
    lane->peak = used;
    lane->check = lane->pages ^ used ^ AX_MAGIC;
  }
}

/* Pages to skip from `page` on to a multiple of `align` pages, a power of two, counted from the buffer's start. */
static inline uint32_t skip_of(const ax_heap *heap, uint32_t page, uint32_t align) {
  return (0 - (page + (heap->base >> AX_PAGE_SHIFT))) & (align - 1);
}

/* The first of the shortest runs of at least `count` pages, no more than the limit: its last page; or 0. */
static uint32_t shortest_run(ax_heap *lane, uint32_t count) {
  ax_heap *heap = heap_of(lane);
  const uint32_t *bins = word_at(heap, lane->bins);
  uint32_t *heads = word_at(heap, lane->heads);
  uint32_t bin = bin_of(count);
  if (AX_UNLIKELY(count >= AX_EXACT_BINS)) {
    uint32_t last = *place_of(heap, heads + bin, count);
    if (last != 0) return last;
    bin++;
  }
  /* After the last bin's word comes the head of bin 0, which is 0. */
  uint32_t word = bin / 32;
  uint32_t some = bins[1 + word] & (~0u << bin % 32);
  if (some == 0) {
    uint32_t rest = bins[0] & (~1u << word);
    if (rest == 0) return 0;
    word = lowest_bit(rest);
    some = bins[1 + word];
  }
  return heads[word * 32 + lowest_bit(some)];
}

/*
 * The last page of the run that an aligned request takes, or 0: of the runs that might fit the first that does, or, as AX_LOOKS
 * of them don't, the first in which it fits wherever that lies.
 */
AX_COLD static uint32_t aligned_run(ax_heap *lane, uint32_t count, uint32_t align) {
  const ax_heap *heap = heap_of(lane);
  uint32_t sure = count + align - 1, looks = AX_LOOKS;
  for (uint32_t last = shortest_run(lane, count); last != 0;) {
    uint32_t length = page_at(heap, last)->length;
    for (; last != 0; last = page_at(heap, last)->next) {
      if (length >= skip_of(heap, last - length + 1, align) + count) return last;
      if (--looks == 0) return sure <= heap->limit ? shortest_run(lane, sure) : 0;
    }
    last = shortest_run(lane, length + 1);
  }
  return 0;
}

/* What is left of a run of which some pages were taken; or nothing. Pages that were inside of it may have any entry. */
static void link_rest(ax_heap *lane, uint32_t last, uint32_t length) {
  if (length == 0) return;
  ax_heap *heap = heap_of(lane);
  uint32_t first = last - length + 1;
  if (!is_free_page(heap, first)) set_entry(heap, first, AX_E_FREE);
  if (!is_free_page(heap, last)) set_entry(heap, last, AX_E_FREE);
  link_run(lane, last, length);
}

/* Takes the first `count` pages of a run that are aligned; the first of them. Their entries are the caller's to write. */
static uint32_t cut_run(ax_heap *lane, uint32_t last, uint32_t align, uint32_t count) {
  const ax_heap *heap = heap_of(lane);
  uint32_t length = page_at(heap, last)->length;
  uint32_t first = last - length + 1;
  uint32_t skip = skip_of(heap, first, align);
  unlink_run(lane, last, length);
  link_rest(lane, last, length - skip - count);
  link_rest(lane, first + skip - 1, skip);
  account(lane, lane->used + count);
  return first + skip;
}

/* The first page of `count` free pages, now taken; 0 where there are none. */
static uint32_t take_run(ax_heap *lane, uint32_t count, uint32_t align) {
  uint32_t last = align == 1 ? shortest_run(lane, count) : aligned_run(lane, count, align);
  return last == 0 ? 0 : cut_run(lane, last, align, count);
}

/* Is a page the lane's? Of a heap without lanes each is. */
static inline bool is_own(const ax_heap *lane, uint32_t page) {
  const ax_heap *heap = heap_of(lane);
  return !AX_LANES || (peek(word_at(heap, heap->own + (page >> heap->territory))) & AX_OWNER) == lane->code;
}

/* Pages of the lane's free run that begins or ends at a page; 0 where none does. */
static uint32_t free_at(const ax_heap *lane, uint32_t page) {
  const ax_heap *heap = heap_of(lane);
  bool is_run = page < peek(&heap->pages) && is_free_page(heap, page) && is_own(lane, page);
  return is_run ? page_at(heap, page)->length : 0;
}

/* Makes pages free that were in no use, as when the heap grows. */
static void add_run(ax_heap *lane, uint32_t run, uint32_t count) {
  uint32_t before = free_at(lane, run - 1);
  if (before != 0) unlink_run(lane, run - 1, before);
  uint32_t last = run + count - 1;
  uint32_t after = free_at(lane, last + 1);
  last += after;
  if (after != 0) unlink_run(lane, last, after);
  link_run(lane, last, before + count + after);
}

/*
 * Gives pages back. The entries of the first and the last say that they are free, and of those between none that it is a
 * slab's, or begins a block.
 */
static void give_run(ax_heap *lane, uint32_t run, uint32_t count) {
  poke(&lane->used, lane->used - count);
  add_run(lane, run, count);
}
