/*
 * Large blocks: runs of pages of their own. Only the entries of the first page, which makes a block, and of the last, which
 * keeps it from being merged with a free run behind it, say so; those between say what they said. So all of it is O(1).
 */
#include "layout.h"

static void mark_large(ax_heap *heap, uint32_t page, uint32_t pages) {
  set_entry(heap, page + pages - 1, AX_E_BODY);
  in_order();
  set_entry(heap, page, AX_E_LARGE | pages);
}

/* The first page of a new large block, or 0. `align` in pages. */
static uint32_t make_large(ax_heap *lane, uint32_t pages, uint32_t align) {
  uint32_t page = take_run(lane, pages, align);
  if (page != 0) mark_large(heap_of(lane), page, pages);
  return page;
}
