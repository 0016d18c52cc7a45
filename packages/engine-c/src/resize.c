/* Making a live block longer or shorter, in place or by a move. */
#include "layout.h"

/* Of a live block, whose page's entry and bytes are given: a small one in its class, a large one by pages. */
static inline bool resize_live(ax_heap *heap, ax_offset offset, uint32_t entry, uint32_t room, uint32_t size) {
  if (is_slab(entry)) return size <= room;
  uint32_t page = large_at(heap, offset, entry), pages = entry & AX_E_PAGES, want = pages_for(size);
  if (want > heap->limit) return false;
  while (!resize_large(heap, page, want)) {
    /* Where the heap ends, it may become longer. */
    if (!ends_heap(heap, page + pages) || !grow(heap, want - pages, 1)) return false;
  }
  return true;
}

bool ax_resize(ax_heap *heap, ax_offset offset, uint32_t size) {
  uint32_t entry = entry_at(heap, offset);
  uint32_t room = room_at(heap, offset, entry);
  return room != 0 && resize_live(heap, offset, entry, room, size);
}

ax_offset ax_reallocate(ax_heap *heap, ax_offset offset, uint32_t size) {
  uint32_t entry = entry_at(heap, offset);
  uint32_t room = room_at(heap, offset, entry);
  if (room == 0) return 0;
  if (resize_live(heap, offset, entry, room, size)) return offset;
  ax_offset moved = ax_allocate(heap, size);
  if (moved == 0) return 0;
  uint32_t bytes = room < size ? room : size;
  /* Offsets are counted from the buffer's start. Whole words are copied, as blocks are. */
  unsigned char *buffer = (unsigned char *)heap - heap->base;
  copy_words((uint32_t *)(void *)(buffer + moved), (const uint32_t *)(void *)(buffer + offset), (bytes + 3) / 4);
  ax_free(heap, offset);
  return moved;
}
