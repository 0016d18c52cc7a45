/*
 * Slabs, and the two places that a class allocates from: the cursor, which is one bitmap word of one slab, and the stack
 * of the blocks that were freed last. A set bit is a free block, on the stack or not.
 *
 *     class line    word --> + bitmap of the cursor's slab +       list --> slab <--> slab <--> ...
 *                            | ...111 ...111 0110... 0  0  |                with blocks to offer, in no order
 *                            +---------------^-------------+
 *                   top ---> + offset, bit | offset, bit | ... +   a 0 below the lowest
 *
 * ax_allocate takes from the cursor's word; where that is dry, from the stack; and only where both are, the cursor moves.
 * ax_free puts a block on the stack, unless it is in the cursor's word, or the stack is full: then it is offered, its word
 * gets its summary bit, and its slab is listed. packages/slab/src/slabs.ts says why. Words count from the last one back.
 */
#include "page-list.h"

/* The last page of the slab that a class's cursor is in, or 0. */
static inline uint32_t cursor_slab(const ax_heap *heap, const ax_line *line) {
  return line->word == AX_H_ZERO ? 0 : slab_of(page_entry(heap, (line->word - heap->bits) >> AX_BITS_SHIFT));
}

static void unlink_slab(ax_heap *heap, ax_line *line, uint32_t slab) {
  const ax_page *page = page_at(heap, slab);
  if (unlink_page(heap, page)) line->list = page->next;
}

/* Are all the blocks of a slab free? */
static bool is_whole(const ax_heap *heap, uint32_t slab) {
  const ax_page *page = page_at(heap, slab);
  const uint32_t *last = last_word(heap, slab);
  for (uint32_t i = (blocks_of(page) + 31) / 32; i > 0; i--) {
    if (peek(last - (i - 1)) != full_word(page, i - 1)) return false;
  }
  return true;
}

/* Takes the blocks of so many pages off a class's stack. O(its entries). */
static void forget(ax_heap *heap, ax_line *line, uint32_t first, uint32_t pages) {
  uint32_t to = line->bottom;
  for (uint32_t from = to + 2; from <= line->top; from += 2) {
    ax_entry entry = *entry_on(heap, from);
    if (((entry.offset - heap->base) >> AX_PAGE_SHIFT) - first < pages) continue;
    to += 2;
    *entry_on(heap, to) = entry;
  }
  line->top = to;
}

/* Gives the pages of a listed slab back. Its bitmap is left as it is: a new slab writes its own. */
static void retire(ax_heap *lane, ax_line *line, uint32_t slab) {
  ax_heap *heap = heap_of(lane);
  unlink_slab(heap, line, slab);
  uint32_t pages = pages_of(page_at(heap, slab)), first = slab - pages + 1;
  forget(heap, line, first, pages);
  line->pages -= pages;
  for (uint32_t i = 0; i < pages; i++) set_entry(heap, first + i, AX_E_WAS_SLAB | page_entry(heap, first + i));
  give_run(lane, first, pages);
}

/* Offers the free blocks of a bitmap word that are on no stack, and gives their slab back if it has no live block. */
static void offer(ax_heap *lane, uint32_t entry, const uint32_t *word) {
  ax_heap *heap = heap_of(lane);
  ax_line *line = line_of(lane, entry);
  uint32_t slab = slab_of(entry);
  ax_page *page = page_at(heap, slab);
  uint32_t i = (uint32_t)(last_word(heap, slab) - word), summary = page->summary;
  page->summary = summary | 1u << i;
  /* The cursor's slab is on no list, and is kept, so that a class does not give up and take the same pages in turns. */
  if (slab == cursor_slab(heap, line)) return;
  if (summary == 0) link_page(heap, &line->list, slab);
  if (peek(word) == full_word(page, i) && is_whole(heap, slab)) retire(lane, line, slab);
}

/* Leaves a class without a slab to allocate from. */
static void leave_slab(ax_line *line) {
  line->word = AX_H_ZERO;
  line->base = 0;
}

/*
 * Empties the stacks, and retires every slab that has no live block, the cursors' too: for when pages are short. Did that
 * give any back? O(classes * entries).
 */
static bool trim(ax_heap *lane) {
  ax_heap *heap = heap_of(lane);
  uint32_t used = lane->used;
  for (ax_line *line = lane->lines; line < lane->lines + AX_CLASSES; line++) {
    if (line->pages == 0) continue;
    for (const ax_entry *entry; (entry = entry_on(heap, line->top))->offset != 0;) {
      const uint32_t *word = word_at(heap, entry->bit >> 5);
      line->top -= 2;
      offer(lane, page_entry(heap, ((entry->bit >> 5) - heap->bits) >> AX_BITS_SHIFT), word);
    }
    uint32_t slab = cursor_slab(heap, line);
    if (slab != 0 && is_whole(heap, slab)) {
      leave_slab(line);
      link_page(heap, &line->list, slab);
      retire(lane, line, slab);
    }
  }
  return lane->used < used;
}

/* Trims before the heap takes so many pages, if it has grown since it did last. */
static void trim_for(ax_heap *lane, uint32_t pages) {
  if (lane->used + pages <= lane->trim) return;
  trim(lane);
  /* What there is no room for says nothing of what is needed. */
  uint32_t want = lane->used + pages < lane->pages ? lane->used + pages : lane->pages;
  uint32_t next = want + (want >> 5) + AX_TRIM_LEAST;
  if (lane->trim < next) lane->trim = next;
}

/* The remote words of a new slab. A bit there is of a block that was freed twice, before: it must not free one of this slab. */
static inline void clear_remote(ax_heap *lane, uint32_t *last, uint32_t words) {
#if AX_LANES
  const ax_heap *heap = heap_of(lane);
  for (uint32_t i = words; i > 0; i--) {
    uint32_t *remote = last - (i - 1) + (heap->remote - heap->bits);
    if (peek(remote) != 0 && exchange(remote, 0) != 0) lane->late++;
  }
#else
  (void)lane, (void)last, (void)words;
#endif
}

/* A new slab, every block free, on no list; 0 where there are no pages. The last of its entries makes it one, whoever asks. */
static uint32_t make_slab(ax_heap *lane, ax_line *line) {
  ax_heap *heap = heap_of(lane);
  uint32_t pages = slab_pages(line->size, line->pages);
  uint32_t first = take_run(lane, pages, 1);
  if (first == 0) {
    pages = slab_pages(line->size, 0);
    first = take_run(lane, pages, 1);
    if (first == 0) return 0;
  }
  uint32_t slab = first + pages - 1, blocks = pages * AX_PAGE_SIZE / line->size, words = (blocks + 31) / 32;
  ax_page *page = page_at(heap, slab);
  line->pages += pages;
  poke(&page->shape, blocks << AX_SHAPE_BLOCKS | pages);
  page->summary = ~0u >> (32 - words);
  for (uint32_t i = 0; i < words; i++) poke(last_word(heap, slab) - i, full_word(page, i));
  clear_remote(lane, last_word(heap, slab), words);
  in_order();
  uint32_t entry = entry_of(lane, slab, line) | name_of(lane);
  for (uint32_t i = 0; i < pages; i++) set_entry(heap, first + i, entry);
  return slab;
}

/* Moves a class's cursor off its dry word, the stack being empty; false where there are no pages for a new slab. */
static bool refill(ax_heap *lane, ax_line *line) {
  ax_heap *heap = heap_of(lane);
  uint32_t slab = cursor_slab(heap, line);
  uint32_t summary = 0;
  if (slab != 0) {
    uint32_t i = (uint32_t)(last_word(heap, slab) - word_at(heap, line->word));
    summary = page_at(heap, slab)->summary &= ~(1u << i);
  }
  if (summary == 0) {
    leave_slab(line);
    /* Nothing listed, so pages are needed: are blocks free, or pages, that nobody offered? */
    if (line->list == 0) trim_for(lane, slab_pages(line->size, line->pages));
    slab = line->list;
    if (slab != 0) {
      unlink_slab(heap, line, slab);
    } else {
      slab = make_slab(lane, line);
      if (slab == 0) return false;
    }
    summary = page_at(heap, slab)->summary;
  }
  /* The lowest offsets first, so the word furthest from the last. */
  uint32_t i = highest_bit(summary);
  line->word = (uint32_t)(last_word(heap, slab) - i - word_at(heap, 0));
  line->base = heap->base + ((slab + 1) << AX_PAGE_SHIFT) - (i + 1) * 32 * line->size;
  return true;
}

/* The lowest free bit of the cursor's word, which is not 0. */
static inline ax_offset take_bit(ax_heap *heap, const ax_line *line) {
  uint32_t *word = word_at(heap, line->word);
  uint32_t bits = peek(word);
  poke(word, bits & (bits - 1));
  return line->base + lowest_bit(bits) * line->size;
}

/* The topmost block of the stack, which is not empty. */
static inline ax_offset take_top(ax_heap *heap, ax_line *line) {
  const ax_entry *entry = entry_on(heap, line->top);
  line->top -= 2;
  flip_bit(heap, entry->bit);
  return entry->offset;
}

static inline bool has_bit(const ax_heap *heap, const ax_line *line) { return peek(word_at(heap, line->word)) != 0; }
static inline bool has_top(const ax_heap *heap, const ax_line *line) { return entry_on(heap, line->top)->offset != 0; }

/* Has a class a free block, be it that its cursor moves? */
static bool has_block(ax_heap *lane, ax_line *line) {
  const ax_heap *heap = heap_of(lane);
  return has_bit(heap, line) || has_top(heap, line) || refill(lane, line);
}

static ax_offset take_block(ax_heap *heap, ax_line *line) {
  return has_bit(heap, line) ? take_bit(heap, line) : take_top(heap, line);
}
