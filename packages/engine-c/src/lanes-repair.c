/*
 * Repairing a lane whose thread was killed, anywhere in a call, while the others go on. Only what is true is believed:
 *
 *     own words     which territories are the lane's         each is changed by one store, whose moment decides: it was there, or not
 *     page entries  slabs and large blocks in them
 *     bitmaps       which blocks are free, by the owner or by others
 *
 * Lists, bins, summaries, cursors, stacks and counters follow from these, and are made anew. What a slab's pages say that was being made,
 * or given back, is no slab: not all of them say the same. All of it can be done again: one that is killed in a repair leaves one to do.
 */
#include "lanes-layout.h"

/* What follows from the truth, as if there were none; what was announced, as all is looked at. */
static void forget_all(ax_heap *lane) {
  ax_heap *heap = heap_of(lane);
  store(mail_at(lane, AX_M_ROOT), 0);
  for (uint32_t i = 0; i < inbox_of(heap->limit); i++) store(mail_at(lane, AX_M_INBOX + i), 0);
  for (ax_line *line = lane->lines; line < lane->lines + AX_CLASSES; line++) {
    line->top = line->bottom;
    leave_slab(line);
    line->list = line->pages = 0;
  }
  zero_words(word_at(heap, lane->bins), lane->stacks - lane->bins);
  poke(&lane->pages, 0);
  poke(&lane->used, 0);
  lane->trim = AX_TRIM_LEAST;
}

/* A territory of the lane is so without another's mark: what was looked at before is of no use to that. */
static void unmark(ax_heap *lane, uint32_t *owner) {
  for (uint32_t word = load(owner); word != lane->code && (word & AX_OWNER) == lane->code;) {
    uint32_t now = compare_exchange(owner, word, lane->code);
    if (now == word) return;
    word = now;
  }
}

/* A page of no block. What others seem to have freed there is of none either: it is of a reset that was not done, or it was freed twice. */
static void make_free(ax_heap *heap, uint32_t page) {
  set_free(heap, page);
  uint32_t *remote = word_at(heap, heap->remote) + (page << AX_BITS_SHIFT);
  for (uint32_t *word = remote; word < remote + 8; word++) {
    if (peek(word) != 0) store(word, 0);
  }
}

/* The live blocks of a slab, which is listed, if it has one. */
static uint32_t take_over_slab(ax_heap *lane, uint32_t slab) {
  ax_heap *heap = heap_of(lane);
  ax_line *line = line_of(lane, page_entry(heap, slab));
  ax_page *page = page_at(heap, slab);
  uint32_t live = blocks_of(page), summary = 0;
  for (uint32_t i = 0; i * 32 < blocks_of(page); i++) {
    uint32_t *word = last_word(heap, slab) - i;
    if (peek(remote_of(heap, word)) != 0) take_remote(heap, word, true);
    if (peek(word) != 0) summary |= 1u << i;
    live -= count_bits(peek(word));
  }
  if (live == 0) return 0;
  page->summary = summary;
  if (summary != 0) link_page(heap, &line->list, slab);
  line->pages += pages_of(page);
  return live;
}

/* The live blocks of a slab, which is listed, or of a large block; where there are none, its pages are free. */
static uint32_t take_over(ax_heap *lane, uint32_t page, uint32_t pages) {
  ax_heap *heap = heap_of(lane);
  if (is_slab(peek(&heap->table[page]))) {
    uint32_t live = take_over_slab(lane, page + pages - 1);
    uint32_t was = AX_E_WAS_SLAB | page_entry(heap, page);
    for (uint32_t i = 0; live == 0 && i < pages; i++) set_entry(heap, page + i, was);
    return live;
  }
  if (is_large(load(&heap->table[page]))) return 1;
  store(&heap->table[page], AX_E_WAS_LARGE | pages);
  if (pages > 1) set_entry(heap, page + pages - 1, AX_E_FREE);
  return 0;
}

/* Makes a lane anew from what is true; gives what is free back to the pool. How many live blocks it has. O(pages of the lane). */
static uint32_t repair(ax_heap *lane) {
  ax_heap *heap = heap_of(lane);
  uint32_t run = 0, blocks = 0, end = 0; /* the pages before `end` that are free */
  for (uint32_t t = 0; t < territories_of(heap); t++) unmark(lane, owner_at(heap, t));
  forget_all(lane);
  for (uint32_t t = 0; t < territories_of(heap); t++) {
    if (owner_of(heap, t) != lane->code) continue;
    uint32_t first = first_page(heap, t), next = first_page(heap, t + 1);
    poke(&lane->pages, lane->pages + next - first);
    /* Not where the last one ended? Or does a slab, or a large block, reach into it? */
    if (end < first) {
      link_rest(lane, end - 1, run);
      run = 0;
      end = first;
    }
    while (end < next) {
      uint32_t pages = pages_at(lane, end);
      uint32_t live = pages == 0 ? 0 : take_over(lane, end, pages);
      if (live == 0) {
        if (pages == 0) make_free(heap, end);
        if (pages == 0) pages = 1;
        run += pages;
      } else {
        link_rest(lane, end - 1, run);
        run = 0;
        poke(&lane->used, lane->used + pages);
        blocks += live;
      }
      end += pages;
    }
  }
  link_rest(lane, end - 1, run);
  if (lane->peak < lane->used) lane->peak = lane->used;
  lane->check = lane->pages ^ lane->peak ^ AX_MAGIC;
  announce_last(lane);
  give_back(lane, 0);
  return blocks;
}

/* Is block i of a slab, counted from its end, live? */
static bool is_live_block(const ax_heap *heap, uint32_t slab, uint32_t i) {
  uint32_t *word = last_word(heap, slab) - i / 32;
  return ((peek(word) | peek(remote_of(heap, word))) >> (31 - i % 32) & 1) == 0;
}

/* Of a slab's blocks, those end that nobody knows. */
static bool end_slab_blocks(ax_heap *lane, uint32_t slab, ax_keep *keep, void *context) {
  ax_heap *heap = heap_of(lane);
  uint32_t size = line_of(lane, page_entry(heap, slab))->size, end = heap->base + ((slab + 1) << AX_PAGE_SHIFT);
  bool some = false;
  for (uint32_t i = blocks_of(page_at(heap, slab)); i > 0; i--) {
    uint32_t *word = last_word(heap, slab) - (i - 1) / 32;
    if (!is_live_block(heap, slab, i - 1) || keep(context, end - i * size, size)) continue;
    poke(word, peek(word) | 1u << (31 - (i - 1) % 32));
    some = true;
  }
  return some;
}

/* Ends the blocks of a lane that nobody knows; what follows from that is yet to be made, by `repair`. Were there some? */
static bool end_blocks(ax_heap *lane, ax_keep *keep, void *context) {
  ax_heap *heap = heap_of(lane);
  bool some = false;
  for (uint32_t t = 0, page = 0; t < territories_of(heap); t++) {
    if (owner_of(heap, t) != lane->code) continue;
    if (page < first_page(heap, t)) page = first_page(heap, t);
    for (uint32_t pages; page < first_page(heap, t + 1); page += pages > 0 ? pages : 1) {
      pages = pages_at(lane, page);
      if (pages > 0 && is_slab(peek(&heap->table[page]))) some = end_slab_blocks(lane, page + pages - 1, keep, context) || some;
      else if (pages > 0 && is_large(load(&heap->table[page])) && !keep(context, heap->base + (page << AX_PAGE_SHIFT), pages << AX_PAGE_SHIFT)) {
        store(&heap->table[page], AX_E_WAS_LARGE | pages);
        some = true;
      }
    }
  }
  return some;
}
