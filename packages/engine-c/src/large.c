/* Large blocks: runs of pages of their own, with a page table entry a page. */
#include "layout.h"

/* The first page of a new large block, or 0. `align` in pages. */
static uint32_t make_large(ax_heap *heap, uint32_t pages, uint32_t align) {
  uint32_t page = take_run(heap, pages, align);
  if (page == 0) return 0;
  heap->table[page] = AX_E_LARGE | pages;
  fill_words(heap->table + page + 1, AX_E_BODY, pages - 1);
  return page;
}

/* Gives a large block's pages back; its first entry remembers that it was one, for a double free to be told. */
static void free_large(ax_heap *heap, uint32_t page) {
  uint32_t pages = heap->table[page] & AX_E_PAGES;
  heap->table[page] = AX_E_WAS_LARGE | pages;
  give_run(heap, page, pages);
}

/* Makes a large block longer or shorter in place. */
static bool resize_large(ax_heap *heap, uint32_t page, uint32_t want) {
  uint32_t *entry = &heap->table[page];
  uint32_t pages = *entry & AX_E_PAGES;
  if (want > pages) {
    if (!take_run_at(heap, page + pages, want - pages)) return false;
    fill_words(entry + pages, AX_E_BODY, want - pages);
  } else if (want < pages) {
    entry[want] = AX_E_FREE;
    give_run(heap, page + want, pages - want);
  }
  *entry = AX_E_LARGE | want;
  return true;
}
