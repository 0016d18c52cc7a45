/* Making a live block longer or shorter, in place or by a move. */
#include "layout.h"

/* A large block in place, the last one by growing the heap. */
static bool resize_large(ax_heap *heap, uint32_t page, uint32_t pages, uint32_t want) {
  uint32_t end = page + pages;
  if (want > pages) {
    uint32_t more = want - pages, free = free_at(heap, end);
    if (free < more) {
      if (end + free != heap->pages || !grow(heap, more, 1)) return false;
      free = free_at(heap, end);
    }
    cut_run(heap, end + free - 1, 1, more);
  }
  mark_large(heap, page, want);
  if (want < pages) {
    set_entry(heap, end - 1, AX_E_FREE);
    set_entry(heap, page + want, AX_E_FREE);
    give_run(heap, page + want, pages - want);
  }
  return true;
}

/* Of a live block, whose page's entry and bytes are given: a small one in its class, a large one by pages. */
static inline bool resize_live(ax_heap *heap, ax_offset offset, uint32_t entry, uint32_t room, uint32_t size) {
  if (is_slab(entry)) return size <= room;
  return resize_large(heap, (offset - heap->base) >> AX_PAGE_SHIFT, room >> AX_PAGE_SHIFT, pages_for(size));
}

uint32_t ax_size_of(const ax_heap *heap, ax_offset offset) { return room_at(heap, offset, entry_at(heap, offset)); }

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
  /* Offsets are counted from the buffer's start. It becomes longer, so all its bytes are copied. */
  unsigned char *buffer = (unsigned char *)heap - heap->base;
  copy_words((uint32_t *)(void *)(buffer + moved), (const uint32_t *)(void *)(buffer + offset), room / 4);
  ax_free(heap, offset);
  return moved;
}
