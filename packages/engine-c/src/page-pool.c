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
 * A request takes the front of the shortest run that is long enough, and so an exact hole wherever one is. Up to 127 pages
 * that is the first of a bin; above, at most 128 steps. With an alignment beyond a page, it is the shortest that fits of the
 * first AX_LOOKS, or any that would fit wherever it lies, or one of the first AX_MOST_LOOKS.
 */
#include "run-list.h"

static void account(ax_heap *heap, uint32_t used) {
  heap->used = used;
  if (used > heap->peak) {
    heap->peak = used;
    heap->check = heap->pages ^ used ^ AX_MAGIC;
  }
}

/* Pages to skip from `page` on to a multiple of `align` pages, a power of two, counted from the buffer's start. */
static inline uint32_t skip_of(const ax_heap *heap, uint32_t page, uint32_t align) {
  return (0 - (page + (heap->base >> AX_PAGE_SHIFT))) & (align - 1);
}

/* The first of the shortest runs of at least `count` pages, no more than the limit: its last page; or 0. */
static uint32_t shortest_run(ax_heap *heap, uint32_t count) {
  const uint32_t *bins = word_at(heap, heap->bins);
  uint32_t *heads = word_at(heap, heap->heads);
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

/* The first that fits among the `looks` shortest runs that may; its last page, or 0. */
static uint32_t fitting_run(ax_heap *heap, uint32_t count, uint32_t align, uint32_t looks) {
  for (uint32_t last = shortest_run(heap, count); last != 0;) {
    uint32_t length = page_at(heap, last)->length;
    for (; last != 0; last = page_at(heap, last)->next) {
      if (looks-- == 0) return 0;
      if (length >= skip_of(heap, last - length + 1, align) + count) return last;
    }
    last = shortest_run(heap, length + 1);
  }
  return 0;
}

/* The last page of a run that an aligned request takes, or 0. */
AX_COLD static uint32_t aligned_run(ax_heap *heap, uint32_t count, uint32_t align) {
  uint32_t last = fitting_run(heap, count, align, AX_LOOKS), sure = count + align - 1;
  if (last == 0 && sure <= heap->limit) last = shortest_run(heap, sure);
  return last != 0 ? last : fitting_run(heap, count, align, AX_MOST_LOOKS);
}

/* A page inside of a free run comes to its end: its entry may say anything. */
static inline void free_entry(ax_heap *heap, uint32_t page) {
  if (!is_free(heap->table[page])) heap->table[page] = AX_E_FREE;
}

/* What is left of a run whose front was taken. */
static void link_rest(ax_heap *heap, uint32_t last, uint32_t length) {
  free_entry(heap, last - length + 1);
  link_run(heap, last, length);
}

/* The first page of `count` free pages, now taken; 0 where there are none. Their entries are the caller's to write. */
static uint32_t take_run(ax_heap *heap, uint32_t count, uint32_t align) {
  uint32_t last = align == 1 ? shortest_run(heap, count) : aligned_run(heap, count, align);
  if (last == 0) return 0;
  uint32_t length = page_at(heap, last)->length;
  uint32_t first = last - length + 1;
  uint32_t skip = skip_of(heap, first, align);
  unlink_run(heap, last, length);
  if (length > skip + count) link_rest(heap, last, length - skip - count);
  if (skip > 0) {
    free_entry(heap, first + skip - 1);
    link_run(heap, first + skip - 1, skip);
  }
  account(heap, heap->used + count);
  return first + skip;
}

/* Takes the `count` pages from `at` on, if they are free: to make a large block longer in place. */
static bool take_run_at(ax_heap *heap, uint32_t at, uint32_t count) {
  if (at >= heap->pages || !is_free(heap->table[at])) return false;
  uint32_t length = page_at(heap, at)->length;
  if (length < count) return false;
  uint32_t last = at + length - 1;
  unlink_run(heap, last, length);
  if (length > count) link_rest(heap, last, length - count);
  account(heap, heap->used + count);
  return true;
}

/* Does the heap end at page `at`, or with the free run that begins there? */
static bool ends_heap(const ax_heap *heap, uint32_t at) {
  return at == heap->pages || (is_free(heap->table[at]) && at + page_at(heap, at)->length == heap->pages);
}

/* Makes pages free that were in no use, as when the heap grows. */
static void add_run(ax_heap *heap, uint32_t run, uint32_t count) {
  uint32_t last = run + count - 1;
  /* Is the page before free? Then it is the last of a run. */
  if (is_free(heap->table[run - 1])) {
    uint32_t before = page_at(heap, run - 1)->length;
    unlink_run(heap, run - 1, before);
    count += before;
  }
  /* Is the page after? Then it is the first of one. */
  if (last + 1 < heap->pages && is_free(heap->table[last + 1])) {
    uint32_t after = page_at(heap, last + 1)->length;
    last += after;
    unlink_run(heap, last, after);
    count += after;
  }
  link_run(heap, last, count);
}

/*
 * Gives pages back. The entries of the first and the last say that they are free, and of those between none that it is a
 * slab's, or begins a block.
 */
static void give_run(ax_heap *heap, uint32_t run, uint32_t count) {
  heap->used -= count;
  add_run(heap, run, count);
}
