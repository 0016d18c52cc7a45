/*
 * Territories: the pages that lanes have from the common pool. A word each says whose it is:
 *
 *     own    +---+---+---+---+---+---+---+---+
 *            | 1 | 1 | 0 | 3 | 3 | 3 | 0 | 1 |        0 -> code   one compare-exchange: a claim names its claimant
 *            +---+---+---+---+---+---+---+---+        code -> 0   one store by the owner
 *
 * So whatever a thread is stopped in, it is known whose the pages are. packages/slab/src/lanes/territory.ts says more.
 */
#include "lanes-layout.h"

/* The lane has so many pages more, or, modulo 2^32, fewer. */
static void have(ax_heap *lane, uint32_t pages) {
  lane->pages += pages;
  lane->check = lane->pages ^ lane->peak ^ AX_MAGIC;
}

/* Claims `start` to `last`; the one that was taken, where one was, and then none is; else last + 1. */
static uint32_t claim_all(ax_heap *lane, uint32_t start, uint32_t last) {
  ax_heap *heap = heap_of(lane);
  for (uint32_t t = start; t <= last; t++) {
    if (compare_exchange(owner_at(heap, t), 0, lane->code) == 0) continue;
    for (uint32_t back = t; back > start; back--) store(owner_at(heap, back - 1), 0);
    return t;
  }
  poke(&heap->hint, last + 1);
  uint32_t first = first_page(heap, start), pages = first_page(heap, last + 1) - first;
  have(lane, pages);
  add_run(lane, first, pages);
  return last + 1;
}

/* The first territories from `from` to `end`, side by side, that have so many pages, with the lane's own free ones before and behind them. */
static bool claim_between(ax_heap *lane, uint32_t pages, uint32_t from, uint32_t end) {
  const ax_heap *heap = heap_of(lane);
  uint32_t start = from;
  for (uint32_t t = from; t < end; t++) {
    /* What is plainly seen is a hint: the exchange decides. */
    if (peek(owner_at(heap, t)) != 0) {
      start = t + 1;
      continue;
    }
    uint32_t first = first_page(heap, start), last = first_page(heap, t + 1);
    if (free_at(lane, first - 1) + last - first + free_at(lane, last) < pages) continue;
    uint32_t taken = claim_all(lane, start, t);
    if (taken > t) return true;
    t = taken;
    start = t + 1;
  }
  return false;
}

static bool claim_run(ax_heap *lane, uint32_t pages) {
  const ax_heap *heap = heap_of(lane);
  uint32_t end = territories_of(heap), hint = peek(&heap->hint);
  if (hint >= end) hint = 0; /* whatever it says */
  return claim_between(lane, pages, hint, end) || (hint > 0 && claim_between(lane, pages, 0, end));
}

/*
 * Claims territories with room for a run of `pages`; false where there are none. A lane that has many claims more at once. Without others
 * that claim, O(territories); mostly O(1), as it is known where the last one was found.
 */
static bool claim(ax_heap *lane, uint32_t pages) {
  uint32_t territory = heap_of(lane)->territory;
  uint32_t many = lane->pages / (AX_MANY << territory);
  if (many > AX_MOST_AT_ONCE) many = AX_MOST_AT_ONCE;
  uint32_t more = many << territory;
  if (many > 1 && claim_run(lane, pages > more ? pages : more)) return true;
  return claim_run(lane, pages);
}

/* Claims what follows on the pages up to `end`, so that `pages` are free there; false where it is not the pool's. */
static bool claim_after(ax_heap *lane, uint32_t end, uint32_t pages) {
  const ax_heap *heap = heap_of(lane);
  uint32_t start = end + free_at(lane, end), shift = heap->territory, last = (end + pages - 1) >> shift;
  if ((start & ((1u << shift) - 1)) != 0 || last >= territories_of(heap)) return false;
  for (uint32_t t = start >> shift; t <= last; t++) {
    if (peek(owner_at(heap, t)) != 0) return false;
  }
  return claim_all(lane, start >> shift, last) > last;
}

/* The first territory that has no page before `page` but the control block's. */
static uint32_t lowest(const ax_heap *heap, uint32_t page) {
  return page <= heap->first ? page >> heap->territory : ((page - 1) >> heap->territory) + 1;
}

/* The last page of a run with a whole territory in it, of the longest bin that has one; or 0. */
static uint32_t whole_run(const ax_heap *lane) {
  const ax_heap *heap = heap_of(lane);
  /* The control block's last territory may have fewer pages. */
  uint32_t size = 1u << heap->territory, part = first_page(heap, (heap->first >> heap->territory) + 1) - heap->first;
  for (uint32_t bin = bin_of(lane->pages); bin >= bin_of(part < size ? part : size); bin--) {
    for (uint32_t first = *word_at(heap, lane->heads + bin); first != 0;) {
      uint32_t pages = page_at(heap, first)->length;
      for (uint32_t last = first; last != 0; last = page_at(heap, last)->next) {
        if (lowest(heap, last - pages + 1) < (last + 1) >> heap->territory) return last;
      }
      first = pages < AX_EXACT_BINS ? 0 : page_at(heap, first)->longer;
    }
  }
  return 0;
}

/* A page that begins or ends a run says that it is free. */
static void set_free(ax_heap *heap, uint32_t page) {
  if (!is_free_page(heap, page)) set_entry(heap, page, AX_E_FREE);
}

/* Gives up to `most` of the whole territories of a run, its last ones. */
static void give_from(ax_heap *lane, uint32_t last, uint32_t most) {
  ax_heap *heap = heap_of(lane);
  uint32_t length = page_at(heap, last)->length, first = last - length + 1;
  uint32_t end = (last + 1) >> heap->territory, start = lowest(heap, first);
  if (end - start > most) start = end - most;
  uint32_t from = first_page(heap, start), to = first_page(heap, end);
  unlink_run(lane, last, length);
  if (first < from) link_rest(lane, from - 1, from - first);
  if (to <= last) link_rest(lane, last, last + 1 - to);
  have(lane, from - to);
  for (uint32_t t = start; t < end; t++) {
    set_free(heap, first_page(heap, t));
    set_free(heap, first_page(heap, t + 1) - 1);
    store(owner_at(heap, t), 0);
  }
}

/* Gives territories without a block back to the pool, until the lane has no more than `keep` free pages, or no such. O(runs). */
static void give_back(ax_heap *lane, uint32_t keep) {
  uint32_t territory = heap_of(lane)->territory;
  while (lane->pages - lane->used >= keep + (1u << territory)) {
    uint32_t run = whole_run(lane);
    if (run == 0) return;
    give_from(lane, run, (lane->pages - lane->used - keep) >> territory);
  }
}

/* Where a free has given pages back: of those that are free the lane keeps an eighth of what it uses, and two territories. */
static void settle(ax_heap *lane) {
  uint32_t few = 2u << heap_of(lane)->territory;
  if (lane->pages - lane->used > (lane->used >> 2) + 2 * few) give_back(lane, (lane->used >> 3) + few);
}
