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
  poke(&lane->pages, lane->pages + pages);
  lane->check = lane->pages ^ lane->peak ^ AX_MAGIC;
}

/*
 * A bit of the territory that is in the inbox, from when it was the lane's before, and the root may not speak of: of a thread that was killed
 * between the two. Nobody else would announce what is freed there.
 */
static void announce_again(ax_heap *lane, uint32_t territory) {
  uint32_t word = load(mail_at(lane, AX_M_INBOX + territory / 32));
  if ((word >> territory % 32 & 1) != 0) fetch_or(mail_at(lane, AX_M_ROOT), 1u << territory / 32 % 32);
}

/*
 * Claims `start` to `need`, and on up to `most` as long as no other has one: the territory behind the last; or, where another has one of those
 * needed, none, and that one.
 */
static uint32_t claim_all(ax_heap *lane, uint32_t start, uint32_t need, uint32_t most) {
  ax_heap *heap = heap_of(lane);
  uint32_t behind = start;
  while (behind <= most && compare_exchange(owner_at(heap, behind), 0, lane->code) == 0) behind++;
  if (behind <= need) {
    for (uint32_t back = behind; back > start; back--) store(owner_at(heap, back - 1), 0);
    return behind;
  }
  if (start <= peek(&heap->hint)) poke(&heap->hint, behind);
  for (uint32_t t = start; t < behind; t++) announce_again(lane, t);
  uint32_t first = first_page(heap, start), pages = first_page(heap, behind) - first;
  have(lane, pages);
  add_run(lane, first, pages);
  return behind;
}

/* The first territories from `from` to `end`, side by side, that have so many pages, with the lane's own free ones before and behind them. */
static bool claim_from(ax_heap *lane, uint32_t pages, uint32_t from, uint32_t end) {
  const ax_heap *heap = heap_of(lane);
  uint32_t start = from, many = lane->pages / (AX_MANY << heap->territory);
  if (many > AX_MOST_AT_ONCE) many = AX_MOST_AT_ONCE;
  for (uint32_t t = from; t < end; t++) {
    /* What is plainly seen is a hint: the exchange decides. */
    if (peek(owner_at(heap, t)) != 0) {
      start = t + 1;
      continue;
    }
    uint32_t first = first_page(heap, start), next = first_page(heap, t + 1), last = t;
    if (free_at(lane, first - 1) + next - first + free_at(lane, next) < pages) continue;
    while (last + 1 < end && last + 1 < start + many && peek(owner_at(heap, last + 1)) == 0) last++;
    uint32_t behind = claim_all(lane, start, t, last);
    if (behind > t) return true;
    t = behind;
    start = t + 1;
  }
  return false;
}

/*
 * Claims territories with room for a run of `pages`; false where there are none. Without others that claim, O(territories); mostly O(1),
 * as it is known below which there are none. A lane that may have many at once gets as many as are in that place.
 */
static bool claim(ax_heap *lane, uint32_t pages) {
  const ax_heap *heap = heap_of(lane);
  uint32_t end = territories_of(heap), hint = peek(&heap->hint);
  if (hint >= end) hint = 0; /* whatever it says */
  return claim_from(lane, pages, hint, end) || (hint > 0 && claim_from(lane, pages, 0, end));
}

/* Claims what follows on the pages up to `end`, so that `pages` are free there; false where it is not the pool's. */
static bool claim_after(ax_heap *lane, uint32_t end, uint32_t pages) {
  const ax_heap *heap = heap_of(lane);
  uint32_t start = end + free_at(lane, end), shift = heap->territory, last = (end + pages - 1) >> shift;
  if ((start & ((1u << shift) - 1)) != 0 || last >= territories_of(heap)) return false;
  for (uint32_t t = start >> shift; t <= last; t++) {
    if (peek(owner_at(heap, t)) != 0) return false;
  }
  return claim_all(lane, start >> shift, last, last) > last;
}

/* The first territory that has no page before `page` but the control block's. */
static uint32_t lowest(const ax_heap *heap, uint32_t page) {
  return page <= heap->first ? page >> heap->territory : ((page - 1) >> heap->territory) + 1;
}

/* Pages of the shortest territory: the one that begins with the control block's last pages. */
static uint32_t shortest(const ax_heap *heap) {
  return first_page(heap, (heap->first >> heap->territory) + 1) - heap->first;
}

/* The last page of a run with a whole territory in it, of the longest bin that has one; or 0. */
static uint32_t whole_run(const ax_heap *lane) {
  const ax_heap *heap = heap_of(lane);
  for (uint32_t bin = bin_of(lane->pages); bin >= bin_of(shortest(heap)); bin--) {
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

/* Gives the whole territories of a run, its last ones, as far as they have no more than `most` pages. Were there some? */
static bool give_from(ax_heap *lane, uint32_t last, uint32_t most) {
  ax_heap *heap = heap_of(lane);
  uint32_t length = page_at(heap, last)->length, first = last - length + 1;
  uint32_t end = (last + 1) >> heap->territory, least = lowest(heap, first), start = end;
  while (start > least && first_page(heap, end) - first_page(heap, start - 1) <= most) start--;
  if (start == end) return false;
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
  if (start < peek(&heap->hint)) poke(&heap->hint, start);
  return true;
}

/* Gives territories without a block back to the pool, until the lane has no more than `keep` free pages, or no such. O(runs). */
static void give_back(ax_heap *lane, uint32_t keep) {
  while (lane->pages - lane->used >= keep + shortest(heap_of(lane))) {
    uint32_t run = whole_run(lane);
    if (run == 0 || !give_from(lane, run, lane->pages - lane->used - keep)) return;
  }
}

/* Free pages that a lane keeps, whatever it uses. */
#define AX_KEPT 32u

/* After a free: gives back what is above half of what it uses, and a few pages, once it is twice as much. */
static void settle(ax_heap *lane) {
  if (lane->pages - lane->used > lane->used + 2 * AX_KEPT) give_back(lane, (lane->used >> 1) + AX_KEPT);
}
