/*
 * The page pool: runs of free pages, merged at once, in bins by their length.
 *
 *     bins   +---------+--------------+----------------------+
 *            | summary | a bit a bin  | each bin's first run |   summary bit = that word of bits is not 0
 *            +---------+--------------+----------------------+
 *     run    +--------+-----------+----------------------------+
 *            | length |    ...    | length, links of its list  |   a run is known by its last page: taken from its
 *            +--------+-----------+----------------------------+   front, it stays the same run
 *
 * A request takes the front of the first run of the first bin in which every run is long enough; where there is none,
 * of the first that fits in the bins below. So what fits is always found. O(1), until memory is about to run out.
 */
#include "page-list.h"

/* Both ends of a free run say how long it is, and that they are free: the entries between may say anything else. */
static void write_length(ax_heap *heap, uint32_t last, uint32_t length) {
  uint32_t first = last - length + 1;
  page_at(heap, first)->length = length;
  page_at(heap, last)->length = length;
  if (!is_free(heap->table[first])) heap->table[first] = AX_E_FREE;
  if (!is_free(heap->table[last])) heap->table[last] = AX_E_FREE;
}

static void link_run(ax_heap *heap, uint32_t last, uint32_t length) {
  write_length(heap, last, length);
  uint32_t bin = bin_of(length);
  if (link_page(heap, word_at(heap, heap->heads + bin), last) != 0) return;
  uint32_t *bins = word_at(heap, heap->bins);
  bins[1 + bin / 32] |= 1u << bin % 32;
  bins[0] |= 1u << bin / 32;
}

static void unlink_run(ax_heap *heap, uint32_t last, uint32_t length) {
  const ax_page *run = page_at(heap, last);
  if (!unlink_page(heap, run)) return;
  uint32_t bin = bin_of(length);
  *word_at(heap, heap->heads + bin) = run->next;
  if (run->next != 0) return;
  uint32_t *bins = word_at(heap, heap->bins);
  bins[1 + bin / 32] &= ~(1u << bin % 32);
  if (bins[1 + bin / 32] == 0) bins[0] &= ~(1u << bin / 32);
}

/* The run that ends at page `last` changes its length, at its front; to 0, and it is gone. */
static void relink_run(ax_heap *heap, uint32_t last, uint32_t from, uint32_t to) {
  if (to > 0 && bin_of(from) == bin_of(to)) {
    write_length(heap, last, to);
  } else {
    unlink_run(heap, last, from);
    if (to > 0) link_run(heap, last, to);
  }
}

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

/* The last page of a run that `count` pages fit in, or 0. */
static uint32_t find_run(const ax_heap *heap, uint32_t count, uint32_t align) {
  const uint32_t *bins = word_at(heap, heap->bins);
  const uint32_t *heads = word_at(heap, heap->heads);
  uint32_t total = heap->info - heap->heads;
  uint32_t sure = bin_for(count + align - 1);
  if (sure < total) {
    uint32_t word = sure / 32;
    uint32_t some = bins[1 + word] & (~0u << sure % 32);
    if (some == 0) {
      uint32_t rest = bins[0] & (~1u << word);
      if (rest != 0) {
        word = lowest_bit(rest);
        some = bins[1 + word];
      }
    }
    if (some != 0) return heads[word * 32 + lowest_bit(some)];
  }
  /* Only bins are left that hold shorter runs as well: any that fits. */
  for (uint32_t bin = bin_of(count); bin < sure && bin < total; bin++) {
    for (uint32_t last = heads[bin]; last != 0; last = page_at(heap, last)->next) {
      uint32_t length = page_at(heap, last)->length;
      if (length >= skip_of(heap, last - length + 1, align) + count) return last;
    }
  }
  return 0;
}

/* The first page of `count` free pages, now taken; 0 where there are none. Their entries are the caller's to write. */
static uint32_t take_run(ax_heap *heap, uint32_t count, uint32_t align) {
  uint32_t last = find_run(heap, count, align);
  if (last == 0) return 0;
  uint32_t length = page_at(heap, last)->length;
  uint32_t first = last - length + 1;
  uint32_t skip = skip_of(heap, first, align);
  relink_run(heap, last, length, length - skip - count);
  if (skip > 0) link_run(heap, first + skip - 1, skip);
  account(heap, heap->used + count);
  return first + skip;
}

/* Takes the `count` pages from `at` on, if they are free: to make a large block longer in place. */
static bool take_run_at(ax_heap *heap, uint32_t at, uint32_t count) {
  if (at >= heap->pages || !is_free(heap->table[at])) return false;
  uint32_t length = page_at(heap, at)->length;
  if (length < count) return false;
  relink_run(heap, at + length - 1, length, length - count);
  account(heap, heap->used + count);
  return true;
}

/* Does the heap end at page `at`, or with the free run that begins there? */
static bool ends_heap(const ax_heap *heap, uint32_t at) {
  return at == heap->pages || (is_free(heap->table[at]) && at + page_at(heap, at)->length == heap->pages);
}

/* Makes pages free that were in no use, as when the heap grows. */
static void add_run(ax_heap *heap, uint32_t run, uint32_t count) {
  uint32_t length = count;
  /* Is the page before free? Then it is the last of a run. */
  if (is_free(heap->table[run - 1])) {
    uint32_t before = page_at(heap, run - 1)->length;
    unlink_run(heap, run - 1, before);
    length += before;
  }
  /* Is the page after? Then it is the first of one. */
  uint32_t end = run + count;
  if (end < heap->pages && is_free(heap->table[end])) {
    uint32_t after = page_at(heap, end)->length;
    relink_run(heap, end + after - 1, after, length + after);
  } else {
    link_run(heap, end - 1, length);
  }
}

/* Gives pages back. No entry of theirs may say that it is a slab's, or begins a block. */
static void give_run(ax_heap *heap, uint32_t run, uint32_t count) {
  account(heap, heap->used - count);
  add_run(heap, run, count);
}
