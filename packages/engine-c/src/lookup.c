/* From an offset, which may be any number, to the block there, if one is: what every verb begins with. All O(1). */
#include "layout.h"

/* The page table entry of the page that an offset lies in; that of the control block for what is no offset of the heap. */
static inline uint32_t entry_at(const ax_heap *heap, ax_offset offset) {
  uint32_t page = (offset - heap->base) >> AX_PAGE_SHIFT;
  return page < heap->limit ? heap->table[page] : AX_E_CONTROL;
}

/* (A block's number from its slab's end on) << AX_INDEX_SHIFT, where an offset is a block's of the slab: see inverse_of. */
static inline uint32_t scaled_index(const ax_heap *heap, ax_offset offset, uint32_t entry) {
  uint32_t end = heap->base + ((entry >> AX_ENTRY_SHIFT) << AX_PAGE_SHIFT);
  return (end - offset) * line_of(heap, entry)->inverse;
}
static inline bool is_index(uint32_t scaled) { return (scaled & AX_INDEX_CHECK) == 0; }

/* A block's bit: its bitmap word << 5 | the number there. */
static inline uint32_t bit_at(const ax_heap *heap, uint32_t entry, uint32_t scaled) {
  return (heap->bits << 5) + ((entry >> AX_ENTRY_SHIFT) << (AX_BITS_SHIFT + 5)) - (scaled >> AX_INDEX_SHIFT);
}
static inline bool is_set(const ax_heap *heap, uint32_t bit) { return (*word_at(heap, bit >> 5) >> bit % 32 & 1) != 0; }

/* Does an offset begin a page? The heap's base does. */
static inline bool begins_page(ax_offset offset) { return offset % AX_PAGE_SIZE == 0; }

/* The first page of the live large block at an offset, whose page's entry is given; or 0. */
static inline uint32_t large_at(const ax_heap *heap, ax_offset offset, uint32_t entry) {
  return is_large(entry) && begins_page(offset) ? (offset - heap->base) >> AX_PAGE_SHIFT : 0;
}

/* Bytes of the live block at an offset, whose page's entry is given; 0 where none begins. */
static inline uint32_t room_at(const ax_heap *heap, ax_offset offset, uint32_t entry) {
  if (!is_slab(entry)) return large_at(heap, offset, entry) != 0 ? (entry & AX_E_PAGES) << AX_PAGE_SHIFT : 0;
  uint32_t scaled = scaled_index(heap, offset, entry);
  bool live = is_index(scaled) && !is_set(heap, bit_at(heap, entry, scaled));
  return live ? line_of(heap, entry)->size : 0;
}

uint32_t ax_size_of(const ax_heap *heap, ax_offset offset) { return room_at(heap, offset, entry_at(heap, offset)); }

ax_freed ax_why(const ax_heap *heap, ax_offset offset) {
  uint32_t entry = entry_at(heap, offset);
  bool was_block;
  /* Of a slab that is here, or was, or of a large block that was? */
  if (is_slab(entry)) was_block = is_index(scaled_index(heap, offset, entry));
  else if (was_slab(entry)) was_block = is_index(scaled_index(heap, offset, entry ^ AX_E_WAS_SLAB));
  else was_block = was_large(entry) && begins_page(offset);
  return was_block ? AX_DOUBLE_FREE : AX_INVALID_FREE;
}

/* Takes a live block's mark away, or puts it back: its bit, or what kind of entry a large block's page has. */
static void flip_mark(ax_heap *heap, ax_offset offset) {
  uint32_t *entry = &heap->table[(offset - heap->base) >> AX_PAGE_SHIFT];
  if (is_slab(*entry)) {
    flip_bit(heap, bit_at(heap, *entry, scaled_index(heap, offset, *entry)));
  } else {
    *entry ^= AX_E_LARGE ^ AX_E_WAS_LARGE;
  }
}
