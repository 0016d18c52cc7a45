/* Freeing. The block's bit alone says whether it may be: a double or invalid free is told always, and exactly. */
#include "layout.h"

ax_freed ax_why(const ax_heap *heap, ax_offset offset) { return why_at(heap, offset); }

/* Gives a large block's pages back; its first entry remembers that it was one, for a double free to be told. */
static void free_large(ax_heap *heap, uint32_t page) {
  uint32_t pages = heap->table[page] & AX_E_PAGES;
  set_entry(heap, page + pages - 1, AX_E_FREE);
  set_entry(heap, page, AX_E_WAS_LARGE | pages);
  give_run(heap, page, pages);
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

/* A large block, or what can't be freed. */
AX_COLD static ax_freed free_other(ax_heap *heap, ax_offset offset) {
  uint32_t page = large_at(heap, offset, entry_at(heap, offset));
  if (page == 0) return ax_why(heap, offset);
  free_large(heap, page);
  return AX_FREED;
}

/* The stack is full: is the block's word on offer, and not full? Else there is more to do. */
AX_APART static ax_freed free_full(ax_heap *heap, uint32_t entry, uint32_t bit) {
  const uint32_t *word = word_at(heap, bit >> 5);
  const ax_page *page = page_at(heap, slab_of(entry));
  uint32_t i = (uint32_t)(last_word(heap, slab_of(entry)) - word);
  if ((page->summary >> i & 1) == 0 || *word == full_word(page, i)) offer(heap, entry, word);
  return AX_FREED;
}

/* Puts a block whose bit is set on its class's stack, unless it is in the cursor's word, or the stack is full. */
static inline ax_freed put(ax_heap *heap, uint32_t entry, ax_offset offset, uint32_t bit) {
  ax_line *line = line_of(heap, entry);
  if (bit >> 5 == line->word) return AX_FREED;
  uint32_t top = line->top + 2;
  /* A tail call: so ax_free saves no registers. */
  if ((top & (heap->depth - 1)) == 0) return free_full(heap, entry, bit);
  *entry_on(heap, top) = (ax_entry){offset, bit};
  line->top = top;
  return AX_FREED;
}

ax_freed ax_free(ax_heap *heap, ax_offset offset) {
  uint32_t entry = entry_at(heap, offset);
  if (AX_UNLIKELY(!is_slab(entry))) return free_other(heap, offset);
  uint32_t scaled = scaled_index(heap, offset, entry);
  if (AX_UNLIKELY(!is_index(scaled))) return AX_INVALID_FREE;
  uint32_t bit = bit_at(heap, entry, scaled);
  uint32_t *word = word_at(heap, bit >> 5);
  uint32_t old = *word;
  uint32_t now = old | 1u << bit % 32;
  if (AX_UNLIKELY(now == old)) return AX_DOUBLE_FREE;
  *word = now;
  return put(heap, entry, offset, bit);
}

/*
 * In two passes: the first takes each block's mark away, so that one that comes twice is told; the second puts each where
 * ax_free would. A bit that is set before its turn can only let a slab be given back sooner, with all its blocks.
 */
uint32_t ax_free_many(ax_heap *heap, const ax_offset *offsets, uint32_t count) {
  uint32_t good = 0;
  bool large = false;
  for (; good < count && ax_size_of(heap, offsets[good]) != 0; good++) {
    large = large || !is_slab(entry_at(heap, offsets[good]));
    flip_mark(heap, offsets[good]);
  }
  if (good < count) {
    for (uint32_t i = 0; i < good; i++) flip_mark(heap, offsets[i]);
    return good;
  }
  /* The pages of a large block must not look free before its turn: a free neighbour would be merged with them. */
  for (uint32_t i = 0; large && i < count; i++) {
    if (!is_slab(entry_at(heap, offsets[i]))) flip_mark(heap, offsets[i]);
  }
  for (uint32_t i = 0; i < count; i++) {
    uint32_t entry = entry_at(heap, offsets[i]);
    if (is_slab(entry)) put(heap, entry, offsets[i], bit_at(heap, entry, scaled_index(heap, offsets[i], entry)));
    else if (is_large(entry)) free_other(heap, offsets[i]);
    /* Else of a slab that went back with all its blocks. */
  }
  return count;
}
