/*
 * Slabs, and the cursor each class allocates at: one bitmap word of one slab, drained from its lowest bit up. A set bit
 * is a free block.
 *
 *     class line    word --> + bitmap of the cursor's slab +       list --> slab <--> slab <--> ...
 *                            | 0 0 0 0110... 111... 111... |                with free blocks, in no order
 *                            +-------^---------------------+
 *
 * A slab's summary has a bit for each bitmap word with a free block. ax_free sets it when a word gets its first one; it is
 * cleared only when the cursor moves on from a word that has run dry.
 */
#include "page-list.h"

static void unlink_slab(ax_heap *heap, ax_line *line, uint32_t slab) {
  const ax_page *page = page_at(heap, slab);
  if (unlink_page(heap, page)) line->list = page->next;
}

/* Are all the blocks of a slab free? */
static bool is_whole(const ax_heap *heap, const ax_line *line, uint32_t slab) {
  const uint32_t *bits = bitmap_at(heap, slab);
  for (uint32_t i = words_of_bitmap(line); i > 0; i--) {
    if (bits[i - 1] != line->full) return false;
  }
  return true;
}

/* Gives the pages of a listed slab back. Its bitmap is left as it is: a new slab writes its own. */
static void retire(ax_heap *heap, ax_line *line, uint32_t slab) {
  unlink_slab(heap, line, slab);
  uint32_t pages = pages_of(line);
  for (uint32_t i = 0; i < pages; i++) heap->table[slab + i] |= AX_E_WAS_SLAB;
  give_run(heap, slab, pages);
}

/* Leaves a class without a slab to allocate from. */
static void leave_slab(ax_line *line) {
  line->slab = 0;
  line->word = AX_H_ZERO;
  line->base = 0;
}

/* Retires every cursor's slab that is wholly free, for when pages are short. Did that give any back? O(classes). */
static bool trim(ax_heap *heap) {
  uint32_t used = heap->used;
  for (ax_line *line = heap->lines; line < heap->lines + AX_CLASSES; line++) {
    uint32_t slab = line->slab;
    if (slab != 0 && is_whole(heap, line, slab)) {
      leave_slab(line);
      link_page(heap, &line->list, slab);
      retire(heap, line, slab);
    }
  }
  return heap->used < used;
}

/* A new slab, every block free, on no list; 0 where there are no pages. */
static uint32_t make_slab(ax_heap *heap, const ax_line *line) {
  uint32_t pages = pages_of(line), words = words_of_bitmap(line);
  uint32_t slab = take_run(heap, pages, 1);
  if (slab == 0) return 0;
  fill_words(heap->table + slab, entry_of(heap, slab, line), pages);
  fill_words(bitmap_at(heap, slab), line->full, words);
  page_at(heap, slab)->summary = ~0u >> (32 - words);
  page_at(heap, slab)->owner = 0;
  return slab;
}

/* Moves a class's cursor off its dry word, to one with a free block; false where there are no pages for a new slab. */
static bool refill(ax_heap *heap, ax_line *line) {
  uint32_t slab = line->slab;
  uint32_t summary = 0;
  if (slab != 0) {
    uint32_t word = line->word - heap->bits - (slab << AX_BITS_SHIFT);
    summary = page_at(heap, slab)->summary &= ~(1u << word);
  }
  if (summary == 0) {
    slab = line->list;
    if (slab != 0) {
      unlink_slab(heap, line, slab);
    } else {
      slab = make_slab(heap, line);
      if (slab == 0) {
        leave_slab(line);
        return false;
      }
    }
    summary = page_at(heap, slab)->summary;
  }
  uint32_t word = lowest_bit(summary);
  line->slab = slab;
  line->word = heap->bits + (slab << AX_BITS_SHIFT) + word;
  line->base = heap->base + (slab << AX_PAGE_SHIFT) + word * 32 * line->size;
  return true;
}

/*
 * What a free leaves to do when a bitmap word got its first free block, or its last: `old` is what it was before. Tried:
 * inlined into ax_free, which then saves registers on each call; measured on the seven traces: 10 % slower in the mean.
 */
AX_APART static ax_freed after_free(ax_heap *heap, uint32_t entry, const uint32_t *word, uint32_t old) {
  ax_line *line = line_of(heap, entry);
  uint32_t slab = slab_of(entry);
  if (old == 0) {
    ax_page *page = page_at(heap, slab);
    uint32_t summary = page->summary;
    page->summary = summary | 1u << (word - bitmap_at(heap, slab));
    /* Was the slab full, and so on no list, nor the cursor's? */
    if (summary == 0) link_page(heap, &line->list, slab);
  }
  /* Wholly free? The cursor's slab is kept, so that a class does not give up and take the same pages in turns. */
  if (slab != line->slab && *word == line->full && is_whole(heap, line, slab)) retire(heap, line, slab);
  return AX_FREED;
}
