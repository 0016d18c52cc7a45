/* Freeing. The block's bit alone says whether it may be: a double or invalid free is told always, and exactly. */
#include "layout.h"

/* A large block, or what can't be freed. */
AX_COLD static ax_freed free_other(ax_heap *heap, ax_offset offset) {
  uint32_t page = large_at(heap, offset, entry_at(heap, offset));
  if (page == 0) return ax_why(heap, offset);
  free_large(heap, page);
  return AX_FREED;
}

ax_freed ax_free(ax_heap *heap, ax_offset offset) {
  uint32_t entry = entry_at(heap, offset);
  if (AX_UNLIKELY(!is_slab(entry))) return free_other(heap, offset);
  uint32_t scaled = scaled_index(heap, offset, entry);
  if (AX_UNLIKELY(!is_index(scaled))) return AX_INVALID_FREE;
  uint32_t *word = bitmap_word(heap, entry, scaled);
  uint32_t old = *word;
  uint32_t now = old | bitmap_bit(scaled);
  if (AX_UNLIKELY(now == old)) return AX_DOUBLE_FREE;
  *word = now;
  /* Its word's first free block, or its last? A tail call: so this function needs no stack. */
  if (old == 0 || now == line_of(heap, entry)->full) return after_free(heap, entry, word, old);
  return AX_FREED;
}

uint32_t ax_free_many(ax_heap *heap, const ax_offset *offsets, uint32_t count) {
  /* A trial first, which takes each block's mark away, so that a duplicate is told, and then puts all back. */
  uint32_t good = 0;
  while (good < count && ax_size_of(heap, offsets[good]) != 0) flip_mark(heap, offsets[good++]);
  for (uint32_t i = 0; i < good; i++) flip_mark(heap, offsets[i]);
  if (good < count) return good;
  for (uint32_t i = 0; i < count; i++) ax_free(heap, offsets[i]);
  return count;
}
