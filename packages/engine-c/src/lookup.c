/* From an offset, which may be any number, to the block there, if one is: what every verb begins with. All O(1). */
#include "layout.h"

/* The page table entry of the page that an offset lies in; that of the control block for what is no offset of the heap. */
static inline uint32_t entry_at(const ax_heap *heap, ax_offset offset) {
  uint32_t page = (offset - heap->base) >> AX_PAGE_SHIFT;
  return page < heap->limit ? page_entry(heap, page) : AX_E_CONTROL;
}

/*
 * (A block's number from its slab's end on) << AX_INDEX_SHIFT, where an offset is a block's of the slab: see inverse_of. Sizes are
 * read from the lines of `lane`, whoever's the block is.
 */
static inline uint32_t scaled_index(const ax_heap *lane, ax_offset offset, uint32_t entry) {
  uint32_t end = heap_of(lane)->base + ((entry >> AX_ENTRY_SHIFT) << AX_PAGE_SHIFT);
  return (end - offset) * line_of(lane, entry)->inverse;
}
static inline bool is_index(uint32_t scaled) { return (scaled & AX_INDEX_CHECK) == 0; }

/* A block's bit: its bitmap word << 5 | the number there. */
static inline uint32_t bit_at(const ax_heap *heap, uint32_t entry, uint32_t scaled) {
  return (heap->bits << 5) + ((entry >> AX_ENTRY_SHIFT) << (AX_BITS_SHIFT + 5)) - (scaled >> AX_INDEX_SHIFT);
}
/* Is a block free, by its owner or by another lane? */
static inline bool is_set(const ax_heap *heap, uint32_t bit) {
  uint32_t word = peek(word_at(heap, bit >> 5));
  if (AX_LANES) word |= peek(word_at(heap, (bit >> 5) + (heap->remote - heap->bits)));
  return (word >> bit % 32 & 1) != 0;
}

/* Does an offset begin a page? The heap's base does. */
static inline bool begins_page(ax_offset offset) { return offset % AX_PAGE_SIZE == 0; }

/* The first page of the live large block at an offset, whose page's entry is given; or 0. */
static inline uint32_t large_at(const ax_heap *heap, ax_offset offset, uint32_t entry) {
  return is_large(entry) && begins_page(offset) ? (offset - heap->base) >> AX_PAGE_SHIFT : 0;
}

/* Bytes of the live block at an offset, whose page's entry is given; 0 where none begins. */
static inline uint32_t room_at(const ax_heap *lane, ax_offset offset, uint32_t entry) {
  const ax_heap *heap = heap_of(lane);
  if (!is_slab(entry)) return large_at(heap, offset, entry) != 0 ? (entry & AX_E_PAGES) << AX_PAGE_SHIFT : 0;
  uint32_t scaled = scaled_index(lane, offset, entry);
  bool live = is_index(scaled) && !is_set(heap, bit_at(heap, entry, scaled));
  return live ? line_of(lane, entry)->size : 0;
}

/* Why the offset, where no live block begins, can't be freed. */
static inline ax_freed why_at(const ax_heap *lane, ax_offset offset) {
  uint32_t entry = entry_at(heap_of(lane), offset);
  bool was_block;
  /* Of a slab that is here, or was, or of a large block that was? */
  if (is_slab(entry)) was_block = is_index(scaled_index(lane, offset, entry));
  else if (was_slab(entry)) was_block = is_index(scaled_index(lane, offset, entry ^ AX_E_WAS_SLAB));
  else was_block = (was_large(entry) || is_given(entry)) && begins_page(offset);
  return was_block ? AX_DOUBLE_FREE : AX_INVALID_FREE;
}
