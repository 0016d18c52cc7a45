/*
 * What a lane's pages are by what is true alone: the words that say whose a territory is, the pages' entries, the bitmaps. Who asks may find the words in
 * the midst of a change: it gets an answer then that it must not act on, and no endless walk.
 */
#include "lanes-layout.h"

/* Pages of a slab of the lane; 0 where not all of its pages say so. */
static uint32_t slab_pages_at(const ax_heap *lane, uint32_t page) {
  const ax_heap *heap = heap_of(lane);
  uint32_t entry = peek(&heap->table[page]);
  if (entry >> heap->code_shift != lane->code) return 0;
  uint32_t bare = entry & ((1u << heap->code_shift) - 1), slab = slab_of(bare), pages = slab + 1 - page;
  if (slab < page) return 0;
  uint32_t shape = pages * AX_PAGE_SIZE / line_of(lane, bare)->size << AX_SHAPE_BLOCKS | pages;
  if (peek(&page_at(heap, slab)->shape) != shape) return 0;
  for (uint32_t i = 1; i < pages; i++) {
    if (peek(&heap->table[page + i]) != entry) return 0;
  }
  return pages;
}

static uint32_t large_pages_at(const ax_heap *heap, uint32_t page) {
  uint32_t entry = peek(&heap->table[page]);
  return is_large(entry) || is_given(entry) ? entry & AX_E_PAGES : 0;
}

/* Pages of the slab, or of the large block, live or freed by others, that begins at a page, and lies in territories of the lane; 0: the page is free. */
static uint32_t pages_at(const ax_heap *lane, uint32_t page) {
  const ax_heap *heap = heap_of(lane);
  uint32_t pages = slab_pages_at(lane, page);
  if (pages == 0) pages = large_pages_at(heap, page);
  /* A part of what has no live block may be another lane's by now: lanes-strip.c. */
  for (uint32_t t = (page >> heap->territory) + 1; pages > 0 && t <= (page + pages - 1) >> heap->territory; t++) {
    if (owner_of(heap, t) != lane->code) return 0;
  }
  return pages;
}

/* Has the slab, or large block, of so many pages a live block? */
static bool is_live_at(const ax_heap *heap, uint32_t page, uint32_t pages) {
  uint32_t entry = peek(&heap->table[page]), slab = page + pages - 1;
  if (!is_slab(entry)) return is_large(entry);
  uint32_t *word = last_word(heap, slab);
  for (int32_t blocks = (int32_t)(peek(&page_at(heap, slab)->shape) >> AX_SHAPE_BLOCKS); blocks > 0; word--, blocks -= 32) {
    uint32_t full = blocks >= 32 ? ~0u : ~0u << (32 - blocks);
    if ((peek(word) | peek(remote_of(heap, word))) != full) return true;
  }
  return false;
}
