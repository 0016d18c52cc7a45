/*
 * A lane's own large blocks. Their first entry is changed by compare-exchange alone, as other lanes free them so: of two that free one
 * block, or of one that frees and one that resizes it, one finds that it came late.
 */
#include "lanes-layout.h"

static bool change_entry(ax_heap *heap, uint32_t page, uint32_t from, uint32_t to) {
  return compare_exchange(&heap->table[page], from, to) == from;
}

/* Gives a block's pages back; false, and nothing changed, where another lane has freed it. */
static bool free_own(ax_heap *lane, uint32_t page, uint32_t pages) {
  ax_heap *heap = heap_of(lane);
  if (!change_entry(heap, page, AX_E_LARGE | pages, AX_E_WAS_LARGE | pages)) return false;
  if (pages > 1) set_entry(heap, page + pages - 1, AX_E_FREE);
  give_run(lane, page, pages);
  return true;
}

static void give_rest(ax_heap *lane, uint32_t page, uint32_t pages) {
  set_entry(heap_of(lane), page + pages - 1, AX_E_FREE);
  set_entry(heap_of(lane), page, AX_E_FREE);
  give_run(lane, page, pages);
}

/* Makes a block longer or shorter in place; false, and nothing changed, where too few pages behind it are free, or another lane has freed it. */
static bool resize_own(ax_heap *lane, uint32_t page, uint32_t pages, uint32_t want) {
  ax_heap *heap = heap_of(lane);
  uint32_t end = page + pages;
  if (want > pages) {
    uint32_t free = free_at(lane, end);
    if (free < want - pages) return false;
    cut_run(lane, end + free - 1, 1, want - pages);
  }
  /* Before the block has its new length: a last page that says that it is free would be merged with the pages behind it. */
  if (want > 1) set_entry(heap, page + want - 1, AX_E_BODY);
  if (!change_entry(heap, page, AX_E_LARGE | pages, AX_E_LARGE | want)) {
    if (want > pages) give_rest(lane, end, want - pages);
    return false;
  }
  if (want < pages) give_rest(lane, page + want, pages - want);
  return true;
}
