/* Freeing, whichever lane's the block is. The hot path is that of a block of the lane's own slabs. */
#include "lanes-layout.h"

/* A large block, one of another lane, or what can't be freed. */
AX_COLD static ax_freed lane_free_other(ax_heap *lane, uint32_t ticket, ax_offset offset) {
  const ax_heap *heap = heap_of(lane);
  if (!now_held(lane, ticket)) return AX_LANE_LOST;
  uint32_t page = (offset - heap->base) >> AX_PAGE_SHIFT;
  if (page >= heap->limit || !is_own(lane, page)) return free_remote(lane, offset);
  page = large_at(heap, offset, entry_at(heap, offset));
  if (page == 0) return why_at(lane, offset);
  if (!free_own(lane, page, peek(&heap->table[page]) & AX_E_PAGES)) return AX_DOUBLE_FREE;
  settle(lane);
  return AX_FREED;
}

/* The stack is full: is the block's word on offer, and not full? Else there is more to do. */
AX_APART static ax_freed lane_free_full(ax_heap *lane, uint32_t bare, uint32_t bit) {
  ax_heap *heap = heap_of(lane);
  const uint32_t *word = word_at(heap, bit >> 5);
  const ax_page *page = page_at(heap, slab_of(bare));
  uint32_t i = (uint32_t)(last_word(heap, slab_of(bare)) - word), used = lane->used;
  if ((page->summary >> i & 1) == 0 || peek(word) == full_word(page, i)) offer(lane, bare, word);
  if (lane->used < used) settle(lane);
  return AX_FREED;
}

ax_freed ax_lane_free(ax_heap *heap, uint32_t lane, uint32_t ticket, ax_offset offset) {
  ax_heap *it = (ax_heap *)word_at(heap, lane);
  uint32_t page = (offset - heap->base) >> AX_PAGE_SHIFT;
  if (AX_UNLIKELY(page >= heap->limit)) return lane_free_other(it, ticket, offset);
  /* Of a slab of this lane what is left is below its code; of all else it is not. */
  uint32_t bare = peek(&heap->table[page]) - it->name;
  if (AX_UNLIKELY(bare >> heap->code_shift != 0)) return lane_free_other(it, ticket, offset);
  ax_line *line = line_of(it, bare);
  uint32_t end = heap->base + ((bare >> AX_ENTRY_SHIFT) << AX_PAGE_SHIFT), scaled = (end - offset) * line->inverse;
  uint32_t bit = bit_at(heap, bare, scaled);
  if (AX_UNLIKELY(!is_index(scaled))) return lane_free_other(it, ticket, offset);
  uint32_t *word = word_at(heap, bit >> 5), old = peek(word), mask = 1u << bit % 32;
  /* Free by its owner, or by others? */
  if (AX_UNLIKELY(((old | peek(remote_of(heap, word))) & mask) != 0)) return lane_free_other(it, ticket, offset);
  poke(word, old | mask);
  if (bit >> 5 == line->word) return AX_FREED;
  uint32_t top = line->top + 2;
  if ((top & (heap->depth - 1)) == 0) return lane_free_full(it, bare, bit);
  *entry_on(heap, top) = (ax_entry){offset, bit};
  line->top = top;
  return AX_FREED;
}

/* Heapsort, as it takes no memory: the largest goes to the end, again and again. */
static void sort_down(uint32_t *words, uint32_t at, uint32_t count) {
  for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && words[child] < words[child + 1]) child++;
    if (words[at] >= words[child]) return;
    uint32_t word = words[at];
    words[at] = words[child];
    words[child] = word;
  }
}

static void sort(uint32_t *words, uint32_t count) {
  for (uint32_t i = count / 2; i > 0; i--) sort_down(words, i - 1, count);
  for (uint32_t rest = count; rest > 1; rest--) {
    uint32_t word = words[0];
    words[0] = words[rest - 1];
    words[rest - 1] = word;
    sort_down(words, 0, rest - 1);
  }
}

/* The bits of other lanes' blocks can't be set and taken back, so one that comes twice is found by sorting. */
uint32_t ax_lane_free_many(ax_heap *heap, uint32_t lane, uint32_t ticket, const ax_offset *offsets, uint32_t count,
                           ax_offset *scratch) {
  if (!ax_answer(heap, lane, ticket)) return 0;
  for (uint32_t i = 0; i < count; i++) {
    if (ax_lane_size_of(heap, lane, offsets[i]) == 0) return i;
    scratch[i] = offsets[i];
  }
  sort(scratch, count);
  for (uint32_t i = 1; i < count; i++) {
    if (scratch[i] != scratch[i - 1]) continue;
    uint32_t last = count - 1;
    while (offsets[last] != scratch[i]) last--;
    return last;
  }
  for (uint32_t i = 0; i < count; i++) ax_lane_free(heap, lane, ticket, offsets[i]);
  return count;
}

ax_freed ax_lane_why(const ax_heap *heap, uint32_t lane, ax_offset offset) {
  return why_at((const ax_heap *)word_at(heap, lane), offset);
}
