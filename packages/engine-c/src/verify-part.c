/*
 * The invariants of what one thread works with, all of a heap or a lane of one, walked; each has its number in ariax.h.
 *
 * The words may be arbitrary garbage: nothing is used as a place before it is known to be one, and every walk ends. No
 * memory is taken, so what is listed is held against what is there by counting:
 *
 * - A list holds no page twice: each page's `prev` must be the page, or the word, that led to it, so two ways into one page,
 *   followed backwards, would have to be the same way all along.
 * - A page tells whose list it may be on: a free run's length its bin, a slab's entry its class.
 * - So where all that is listed is rightly listed, and is as many as there are, everything is listed, once.
 */
#include "layout.h"
#include "size-class.h"

static inline uint32_t fault(ax_invariant broken, uint32_t where) { return (uint32_t)broken | where << 8; }

/* The first page from one on that is the lane's; beyond the end, if there is none. */
static uint32_t own_page(const ax_heap *lane, uint32_t page) {
  const ax_heap *heap = heap_of(lane);
  while (AX_LANES && page < peek(&heap->pages) && !is_own(lane, page)) page = ((page >> heap->territory) + 1) << heap->territory;
  return page;
}

/* The entry of a page; a slab's without the name of its lane. That of another lane's slab is none that can be. */
static uint32_t own_entry(const ax_heap *lane, uint32_t page) {
  const ax_heap *heap = heap_of(lane);
  uint32_t entry = peek(&heap->table[page]);
  bool is_others = AX_LANES && is_slab(entry) && entry >> heap->code_shift != lane->code;
  return is_others ? AX_E_CONTROL : page_entry(heap, page);
}

/* Is an entry one of a slab that has its page? Then its class line is one. */
static bool is_slab_at(const ax_heap *lane, uint32_t page) {
  const ax_heap *heap = heap_of(lane);
  uint32_t entry = own_entry(lane, page), line = (entry & AX_ENTRY_LINE) << AX_LINE_SHIFT;
  return is_slab(entry) && slab_of(entry) >= page && slab_of(entry) < peek(&heap->pages) && line >= AX_LINES && line < AX_TABLE;
}

/* Pages of the slab, large block or free run at a page; 0 where none begins, or it goes beyond the end. */
static uint32_t extent_at(const ax_heap *lane, uint32_t page) {
  const ax_heap *heap = heap_of(lane);
  uint32_t entry = own_entry(lane, page);
  uint32_t pages = 0;
  if (is_slab_at(lane, page)) pages = slab_of(entry) - page + 1;
  else if (is_large(entry)) pages = entry ^ AX_E_LARGE;
  else if (is_given(entry)) pages = entry ^ AX_E_GIVEN;
  else if (is_free(entry)) pages = page_at(heap, page)->length;
  return pages <= peek(&heap->pages) - page ? pages : 0;
}

static uint32_t verify_run(const ax_heap *lane, uint32_t run, uint32_t pages) {
  const ax_heap *heap = heap_of(lane);
  uint32_t last = run + pages - 1;
  if (page_at(heap, last)->length != pages) return fault(AX_BROKEN_RUN, run);
  if (!is_free_page(heap, last)) return fault(AX_BROKEN_ENTRY, last);
  for (uint32_t page = run + 1; page < last; page++) {
    if (!is_free_page(heap, page) && own_entry(lane, page) != AX_E_BODY) return fault(AX_BROKEN_ENTRY, page);
  }
  if (free_at(lane, last + 1) != 0) return fault(AX_BROKEN_MERGE, run);
  return 0;
}

/* Slabs, large blocks and free runs follow each other without a gap, and each one's pages are its own. */
static uint32_t verify_extents(const ax_heap *lane) {
  const ax_heap *heap = heap_of(lane);
  uint32_t used = 0;
  for (uint32_t page = own_page(lane, heap->first), pages; page < peek(&heap->pages); page = own_page(lane, page + pages)) {
    uint32_t entry = own_entry(lane, page);
    pages = extent_at(lane, page);
    if (pages == 0) return fault(AX_BROKEN_EXTENT, page);
    if (is_free(entry)) {
      uint32_t broken = verify_run(lane, page, pages);
      if (broken != 0) return broken;
    } else {
      uint32_t body = is_slab(entry) ? entry : AX_E_BODY, last = page + pages - 1;
      for (uint32_t i = page + 1; i <= last; i++) {
        bool was_free = !is_slab(entry) && i < last && is_free_page(heap, i);
        if (own_entry(lane, i) != body && !was_free) return fault(AX_BROKEN_ENTRY, i);
      }
      used += pages;
    }
  }
  return used == lane->used ? 0 : fault(AX_BROKEN_USED, used);
}

/* Is a page the last of a free run? Of the pages inside of it none is followed by one that begins something. */
static bool ends_run(const ax_heap *lane, uint32_t page) {
  const ax_heap *heap = heap_of(lane);
  if (!is_free_page(heap, page) || !is_own(lane, page)) return false;
  if (page + 1 == peek(&heap->pages) || !is_own(lane, page + 1)) return true;
  uint32_t next = own_entry(lane, page + 1);
  return is_slab(next) || is_large(next) || is_given(next);
}

/* Is a page one that a list may lead to, from the page `prev`? */
static bool is_linked(const ax_heap *heap, uint32_t page, uint32_t prev) {
  return page >= heap->first && page < peek(&heap->pages) && page_at(heap, page)->prev == prev;
}

/* A bin lists free runs of its own, the lengths ascending; as many as are taken from `runs`. */
static uint32_t verify_bin(const ax_heap *lane, uint32_t bin, uint32_t *runs) {
  const ax_heap *heap = heap_of(lane);
  uint32_t *word = word_at(heap, lane->heads + bin);
  for (uint32_t shorter = 0, length = 0; *word != 0; shorter = length) {
    uint32_t first = *word, last = first;
    for (; last != 0; last = *word) {
      bool inside = last >= heap->first && last < peek(&heap->pages);
      /* Of each page one word only can say this: so the walk ends. */
      if (!inside || page_at(heap, last)->prev != (uint32_t)(word - word_at(heap, 0))) return fault(AX_BROKEN_BIN_LINK, bin);
      if (last == first) length = page_at(heap, first)->length;
      bool right = ends_run(lane, last) && page_at(heap, last)->length == length && bin_of(length) == bin;
      if (!right || length <= shorter) return fault(AX_BROKEN_BIN, last);
      --*runs;
      word = &page_at(heap, last)->next;
    }
    if (bin < AX_EXACT_BINS) break;
    word = &page_at(heap, first)->longer;
  }
  return 0;
}

/* Every free run is in the bin of its length, once, and nothing else is; the bits agree. */
static uint32_t verify_bins(const ax_heap *lane) {
  const ax_heap *heap = heap_of(lane);
  const uint32_t *bins = word_at(heap, lane->bins);
  const uint32_t *heads = word_at(heap, lane->heads);
  uint32_t words = lane->heads - lane->bins - 1;
  uint32_t total = (AX_LANES ? lane->stacks : heap->info) - lane->heads;
  uint32_t runs = 0;
  for (uint32_t page = own_page(lane, heap->first); page < peek(&heap->pages); page = own_page(lane, page + 1)) {
    runs += ends_run(lane, page);
  }
  /* The last bits, and the last heads, may be of no bin: they are 0. */
  for (uint32_t bin = 0; bin < total || bin < words * 32; bin++) {
    uint32_t head = bin < total ? heads[bin] : 0;
    uint32_t bit = bin < words * 32 ? bins[1 + bin / 32] >> bin % 32 & 1 : 0;
    if (bit != (head != 0)) return fault(AX_BROKEN_BIN_BIT, bin);
    uint32_t broken = head == 0 ? 0 : verify_bin(lane, bin, &runs);
    if (broken != 0) return broken;
  }
  if (runs != 0) return fault(AX_BROKEN_BINS, 0);
  for (uint32_t i = 0; i < 32; i++) {
    if ((bins[0] >> i & 1) != (i < words && bins[1 + i] != 0)) return fault(AX_BROKEN_BIN_BIT, i * 32);
  }
  return 0;
}

/* Is a page the last of a slab of a class? */
static bool ends_slab(const ax_heap *lane, uint32_t page, const ax_line *line) {
  const ax_heap *heap = heap_of(lane);
  if (page < heap->first || page >= peek(&heap->pages) || !is_own(lane, page)) return false;
  uint32_t entry = own_entry(lane, page);
  return is_slab(entry) && slab_of(entry) == page && line_of(lane, entry) == line;
}

/* The cursor of a class is on a word of a slab of its own, or on the word that is always 0. */
static uint32_t verify_cursor(const ax_heap *lane, uint32_t c) {
  const ax_heap *heap = heap_of(lane);
  const ax_line *line = &lane->lines[c];
  if (line->word == AX_H_ZERO) return line->base == 0 ? 0 : fault(AX_BROKEN_CURSOR, c);
  uint32_t page = (line->word - heap->bits) >> AX_BITS_SHIFT;
  if (page < heap->first || page >= peek(&heap->pages)) return fault(AX_BROKEN_CURSOR, c);
  uint32_t slab = is_slab(own_entry(lane, page)) ? slab_of(own_entry(lane, page)) : 0;
  if (!ends_slab(lane, slab, line)) return fault(AX_BROKEN_CURSOR, c);
  uint32_t i = (uint32_t)(last_word(heap, slab) - word_at(heap, line->word));
  bool right = i < (blocks_of(page_at(heap, slab)) + 31) / 32 &&
               line->base == heap->base + ((slab + 1) << AX_PAGE_SHIFT) - (i + 1) * 32 * line->size;
  return right ? 0 : fault(AX_BROKEN_CURSOR, c);
}

/* The stack of a class has free blocks of its slabs, each once. */
static uint32_t verify_stack(const ax_heap *lane, uint32_t c) {
  const ax_heap *heap = heap_of(lane);
  const ax_line *line = &lane->lines[c];
  uint32_t entries = (line->top - line->bottom) / 2;
  if ((line->top - line->bottom) % 2 != 0 || entries > stack_entries(line->size, heap->depth)) return fault(AX_BROKEN_STACK, c);
  if (*word_at(heap, line->bottom) != 0) return fault(AX_BROKEN_STACK, c);
  for (uint32_t at = line->bottom + 2; at != line->top + 2; at += 2) {
    ax_entry entry = *entry_on(heap, at);
    uint32_t page = (entry.offset - heap->base) >> AX_PAGE_SHIFT;
    if (page >= peek(&heap->pages) || !is_slab(own_entry(lane, page))) return fault(AX_BROKEN_STACK, c);
    uint32_t slab = slab_of(own_entry(lane, page));
    if (!ends_slab(lane, slab, line)) return fault(AX_BROKEN_STACK, c);
    uint32_t number = ((heap->bits + 8 + (slab << AX_BITS_SHIFT)) << 5) - entry.bit;
    bool right = number >= 1 && number <= blocks_of(page_at(heap, slab)) && entry.bit >> 5 != line->word &&
                 entry.offset == heap->base + ((slab + 1) << AX_PAGE_SHIFT) - number * line->size;
    if (!right || (*word_at(heap, entry.bit >> 5) >> entry.bit % 32 & 1) == 0) return fault(AX_BROKEN_STACK, c);
    for (uint32_t below = line->bottom + 2; below != at; below += 2) {
      if (entry_on(heap, below)->bit == entry.bit) return fault(AX_BROKEN_STACK, c);
    }
  }
  return 0;
}

/* The free blocks of a bitmap word that are on its class's stack. */
static uint32_t stacked_of(const ax_heap *heap, const ax_line *line, const uint32_t *word) {
  uint32_t stacked = 0, number = (uint32_t)(word - word_at(heap, 0));
  for (uint32_t at = line->bottom + 2; at != line->top + 2; at += 2) {
    uint32_t bit = entry_on(heap, at)->bit;
    if (bit >> 5 == number) stacked |= 1u << bit % 32;
  }
  return stacked;
}

/* A slab's bitmap, its summary and its class's stack agree. */
static uint32_t verify_slab(const ax_heap *lane, uint32_t slab) {
  const ax_heap *heap = heap_of(lane);
  const ax_line *line = line_of(lane, own_entry(lane, slab));
  const ax_page *page = page_at(heap, slab);
  uint32_t words = (blocks_of(page) + 31) / 32;
  if (page->summary >> words != 0) return fault(AX_BROKEN_SUMMARY, slab);
  for (uint32_t i = 0; i < words; i++) {
    const uint32_t *word = last_word(heap, slab) - i;
    if ((peek(word) & ~full_word(page, i)) != 0) return fault(AX_BROKEN_BITMAP, slab);
    bool open = (peek(word) & ~stacked_of(heap, line, word)) != 0 || word == word_at(heap, line->word);
    if ((page->summary >> i & 1) != open) return fault(AX_BROKEN_SUMMARY, slab);
  }
  return 0;
}

/* Is a slab one that its class lists? */
static bool is_open(const ax_heap *lane, uint32_t slab) {
  const ax_heap *heap = heap_of(lane);
  return page_at(heap, slab)->summary != 0 && cursor_slab(heap, line_of(lane, own_entry(lane, slab))) != slab;
}

/* The slabs have the shapes that their pages say. */
static uint32_t verify_shapes(const ax_heap *lane) {
  const ax_heap *heap = heap_of(lane);
  for (uint32_t page = own_page(lane, heap->first), pages; page < peek(&heap->pages); page = own_page(lane, page + pages)) {
    pages = extent_at(lane, page);
    if (!is_slab(own_entry(lane, page))) continue;
    uint32_t slab = page + pages - 1;
    uint32_t blocks = pages * AX_PAGE_SIZE / line_of(lane, own_entry(lane, page))->size;
    bool right = pages <= AX_SHAPE_PAGES && blocks <= AX_MOST_BLOCKS &&
                 page_at(heap, slab)->shape == (blocks << AX_SHAPE_BLOCKS | pages);
    if (!right) return fault(AX_BROKEN_SHAPE, slab);
  }
  return 0;
}

/* A class has as many pages as it says. Class by class: to count for all at once would take memory. */
static uint32_t verify_pages(const ax_heap *lane, uint32_t c) {
  const ax_heap *heap = heap_of(lane);
  const ax_line *line = &lane->lines[c];
  uint32_t found = 0;
  for (uint32_t page = own_page(lane, heap->first), pages; page < peek(&heap->pages); page = own_page(lane, page + pages)) {
    pages = extent_at(lane, page);
    if (is_slab(own_entry(lane, page)) && line_of(lane, own_entry(lane, page)) == line) found += pages;
  }
  return found == line->pages ? 0 : fault(AX_BROKEN_COUNT, c);
}

/* Each slab is the cursor's, or listed, or has nothing to offer. */
static uint32_t verify_slabs(const ax_heap *lane) {
  const ax_heap *heap = heap_of(lane);
  uint32_t open = 0;
  uint32_t broken = verify_shapes(lane);
  for (uint32_t c = 0; c < AX_CLASSES && broken == 0; c++) {
    broken = verify_pages(lane, c);
    if (broken == 0) broken = verify_cursor(lane, c);
    if (broken == 0) broken = verify_stack(lane, c);
  }
  if (broken != 0) return broken;
  for (uint32_t page = own_page(lane, heap->first), pages; page < peek(&heap->pages); page = own_page(lane, page + pages)) {
    pages = extent_at(lane, page);
    if (!is_slab(own_entry(lane, page))) continue;
    broken = verify_slab(lane, page + pages - 1);
    if (broken != 0) return broken;
    open += is_open(lane, page + pages - 1);
  }
  for (uint32_t c = 0; c < AX_CLASSES; c++) {
    const ax_line *line = &lane->lines[c];
    for (uint32_t slab = line->list, prev = 0; slab != 0; prev = slab, slab = page_at(heap, slab)->next) {
      if (!is_linked(heap, slab, prev)) return fault(AX_BROKEN_LIST_LINK, c);
      if (!ends_slab(lane, slab, line) || !is_open(lane, slab)) return fault(AX_BROKEN_LIST, slab);
      open--;
    }
  }
  return open == 0 ? 0 : fault(AX_BROKEN_LISTS, 0);
}

/* The first fault of a part: see ax_find_fault. */
static uint32_t find_part_fault(const ax_heap *lane) {
  uint32_t broken = verify_extents(lane);
  if (broken == 0) broken = verify_bins(lane);
  if (broken == 0) broken = verify_slabs(lane);
  return broken;
}
