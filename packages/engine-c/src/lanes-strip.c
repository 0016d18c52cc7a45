/*
 * Taking territories without a live block from a lane that nobody holds, without holding it: whoever comes for that lane meanwhile gets it at once. So no
 * thread has a second lane for want of room, and as many threads as there are lanes always have one each.
 *
 *     state   parked, orphaned --> stripped         from here on, who gets the lane makes all words marks of its own again, and repairs it
 *     own     X --> A marks X                       of territories that seem to have no live block
 *     state   still stripped?                       so who comes from now on finds the marks, before it changes anything
 *     own     A marks X --> A                       of those marked that have none; or X again
 *
 * packages/slab/src/lanes/strip.ts says more.
 */
#include "lanes-layout.h"

typedef enum strip_act {
  LOOK, /* is there some? */
  MARK, /* it gets the lane's mark */
  TAKE, /* what has it becomes the lane's */
} strip_act;

/* A territory that was another lane's, of this name, and has no live block. */
static void take_territory(ax_heap *lane, uint32_t territory, uint32_t name) {
  ax_heap *heap = heap_of(lane);
  uint32_t first = first_page(heap, territory), end = first_page(heap, territory + 1);
  for (uint32_t page = first; page < end; page++) {
    uint32_t entry = peek(&heap->table[page]), *words = word_at(heap, heap->bits) + (page << AX_BITS_SHIFT);
    for (uint32_t *word = words; word < words + 8; word++) {
      if (peek(remote_of(heap, word)) != 0) take_word(lane, word, is_slab(entry));
    }
    if (is_slab(entry)) set_entry(heap, page, AX_E_WAS_SLAB | (entry - name));
    else if (is_given(entry)) set_entry(heap, page, AX_E_WAS_LARGE | (entry & AX_E_PAGES));
    else if (!is_free(entry)) set_entry(heap, page, AX_E_FREE);
  }
  announce_again(lane, territory);
  have(lane, end - first);
  add_run(lane, first, end - first);
}

/* Does one of these with the territories of another lane that have no live block; was there one? O(pages of the other lane). */
static bool strip(ax_heap *lane, const ax_heap *other, strip_act act) {
  ax_heap *heap = heap_of(lane);
  uint32_t code = other->code, mark = code | lane->code << AX_MARK_SHIFT;
  uint32_t end = 0, live = 0; /* the page behind the last slab or block, and behind the last live one */
  bool some = false;
  for (uint32_t t = 0; t < territories_of(heap); t++) {
    uint32_t owner = peek(owner_at(heap, t));
    if ((owner & AX_OWNER) != code) continue;
    uint32_t first = first_page(heap, t);
    if (end < first) end = first;
    while (end < first_page(heap, t + 1)) {
      uint32_t pages = pages_at(other, end);
      if (pages > 0 && is_live_at(heap, end, pages)) live = end + pages;
      end += pages > 0 ? pages : 1;
    }
    if (act == TAKE && owner == mark) {
      uint32_t to = live > first ? code : lane->code;
      if (compare_exchange(owner_at(heap, t), mark, to) == mark && live <= first) {
        take_territory(lane, t, other->name);
        some = true;
      }
    } else if (act != TAKE && live <= first) {
      if (act == LOOK) return true;
      /* Over another's mark: of two who want it the last one can have it. */
      if (compare_exchange(owner_at(heap, t), owner, mark) == owner) some = true;
    }
  }
  return some;
}
