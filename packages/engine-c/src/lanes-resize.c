/* Making a live block longer or shorter, in place or by a move. */
#include "lanes-layout.h"

/* Is a large block as long as is wanted, by now? */
static bool lane_resize_large(ax_heap *lane, uint32_t page, uint32_t pages, uint32_t want) {
  if (want == pages) return true;
  if (!is_own(lane, page)) return false;
  if (resize_own(lane, page, pages, want)) {
    if (want < pages) settle(lane);
    return true;
  }
  return want > pages && claim_after(lane, page + pages, want - pages) && resize_own(lane, page, pages, want);
}

/* Of a live block, whose page's entry and bytes are given: a small one in its class, a large one by pages. */
static bool lane_resize_live(ax_heap *lane, ax_offset offset, uint32_t entry, uint32_t room, uint32_t size) {
  if (is_slab(entry)) return size <= room;
  uint32_t page = (offset - heap_of(lane)->base) >> AX_PAGE_SHIFT;
  return lane_resize_large(lane, page, room >> AX_PAGE_SHIFT, pages_for(size));
}

uint32_t ax_lane_size_of(const ax_heap *heap, uint32_t lane, ax_offset offset) {
  return room_at((const ax_heap *)word_at(heap, lane), offset, entry_at(heap, offset));
}

bool ax_lane_resize(ax_heap *heap, uint32_t lane, uint32_t ticket, ax_offset offset, uint32_t size) {
  ax_heap *it = (ax_heap *)word_at(heap, lane);
  if (!now_held(it, ticket)) return false;
  uint32_t entry = entry_at(heap, offset), room = room_at(it, offset, entry);
  return room != 0 && !is_too_much(heap, size) && lane_resize_live(it, offset, entry, room, size);
}

ax_offset ax_lane_reallocate(ax_heap *heap, uint32_t lane, uint32_t ticket, ax_offset offset, uint32_t size) {
  ax_heap *it = (ax_heap *)word_at(heap, lane);
  if (!now_held(it, ticket)) return 0;
  uint32_t entry = entry_at(heap, offset), room = room_at(it, offset, entry);
  if (room == 0 || is_too_much(heap, size)) return 0;
  if (lane_resize_live(it, offset, entry, room, size)) return offset;
  ax_offset moved = ax_lane_allocate(heap, lane, ticket, size);
  if (moved == 0) return 0;
  /* Offsets are counted from the buffer's start. A large block of another lane may become shorter. */
  unsigned char *buffer = (unsigned char *)heap - heap->base;
  uint32_t bytes = size < room ? (size + 7) & ~7u : room;
  copy_words((uint32_t *)(void *)(buffer + moved), (const uint32_t *)(void *)(buffer + offset), bytes / 4);
  if (ax_lane_free(heap, lane, ticket, offset) == AX_FREED) return moved;
  /* Another thread was quicker, and no order says which of the two was right. */
  ax_lane_free(heap, lane, ticket, moved);
  return 0;
}
