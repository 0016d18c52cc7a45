/*
 * Every invariant of LAYOUT.md, walked; each has its number in ariax.h.
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

static uint32_t verify_header(const ax_heap *heap) {
  uint32_t limit = heap->limit;
  if (!is_place(heap->base, limit)) return fault(AX_BROKEN_HEADER, AX_H_LIMIT);
#define AX_COMPARE(field, value) \
  if (heap->field != (value)) return fault(AX_BROKEN_HEADER, (uint32_t)offsetof(ax_heap, field) / 4);
  AX_FIXED_HEADER(AX_COMPARE, limit)
#undef AX_COMPARE
  for (uint32_t i = AX_H_DEPTH + 1; i < AX_H_ZERO; i++) {
    if ((i < AX_H_PAGES || i > AX_H_TRIM) && *word_at(heap, i) != 0) return fault(AX_BROKEN_HEADER, i);
  }
  for (uint32_t c = 0; c < AX_CLASSES; c++) {
    const ax_line *line = &heap->lines[c];
#define AX_COMPARE(field, value) \
  if (line->field != (value)) return fault(AX_BROKEN_LINE, c);
    AX_FIXED_LINE(AX_COMPARE, limit, c)
#undef AX_COMPARE
  }
  if (heap->check != (heap->pages ^ heap->peak ^ AX_MAGIC)) return fault(AX_BROKEN_CHECK, 0);
  if (heap->pages <= heap->first || heap->pages > limit) return fault(AX_BROKEN_PAGES, 0);
  if (heap->used > heap->peak || heap->peak > heap->pages) return fault(AX_BROKEN_PEAK, 0);
  for (uint32_t page = 0; page < heap->first; page++) {
    uint32_t right = page == heap->first - 1 ? AX_E_CONTROL : AX_E_FREE;
    if (heap->table[page] != right) return fault(AX_BROKEN_CONTROL, page);
  }
  for (uint32_t page = heap->pages; page < limit; page++) {
    if (heap->table[page] != AX_E_FREE) return fault(AX_BROKEN_END, page);
  }
  return 0;
}

/* Is an entry one of a slab that has its page? Then its class line is one. */
static bool is_slab_at(const ax_heap *heap, uint32_t page) {
  uint32_t entry = heap->table[page], line = (entry & AX_ENTRY_LINE) << AX_LINE_SHIFT;
  return is_slab(entry) && slab_of(entry) >= page && slab_of(entry) < heap->pages && line >= AX_LINES && line < AX_TABLE;
}

/* Pages of the slab, large block or free run at a page; 0 where none begins, or it goes beyond the end. */
static uint32_t extent_at(const ax_heap *heap, uint32_t page) {
  uint32_t entry = heap->table[page];
  uint32_t pages = 0;
  if (is_slab_at(heap, page)) pages = slab_of(entry) - page + 1;
  else if (is_large(entry)) pages = entry ^ AX_E_LARGE;
  else if (is_free(entry)) pages = page_at(heap, page)->length;
  return pages <= heap->pages - page ? pages : 0;
}

static uint32_t verify_run(const ax_heap *heap, uint32_t run, uint32_t pages) {
  uint32_t last = run + pages - 1;
  if (page_at(heap, last)->length != pages) return fault(AX_BROKEN_RUN, run);
  if (!is_free(heap->table[last])) return fault(AX_BROKEN_ENTRY, last);
  for (uint32_t page = run + 1; page < last; page++) {
    if (!is_free(heap->table[page]) && heap->table[page] != AX_E_BODY) return fault(AX_BROKEN_ENTRY, page);
  }
  if (last + 1 < heap->pages && is_free(heap->table[last + 1])) return fault(AX_BROKEN_MERGE, run);
  return 0;
}

/* Slabs, large blocks and free runs follow each other without a gap, and each one's pages are its own. */
static uint32_t verify_extents(const ax_heap *heap) {
  uint32_t used = 0;
  for (uint32_t page = heap->first; page < heap->pages;) {
    uint32_t entry = heap->table[page];
    uint32_t pages = extent_at(heap, page);
    if (pages == 0) return fault(AX_BROKEN_EXTENT, page);
    if (is_free(entry)) {
      uint32_t broken = verify_run(heap, page, pages);
      if (broken != 0) return broken;
    } else {
      uint32_t body = is_slab(entry) ? entry : AX_E_BODY, last = page + pages - 1;
      for (uint32_t i = page + 1; i <= last; i++) {
        bool was_free = is_large(entry) && i < last && is_free(heap->table[i]);
        if (heap->table[i] != body && !was_free) return fault(AX_BROKEN_ENTRY, i);
      }
      used += pages;
    }
    page += pages;
  }
  return used == heap->used ? 0 : fault(AX_BROKEN_USED, used);
}

/* Is a page the last of a free run? Of the pages inside of it none is followed by one that begins something. */
static bool ends_run(const ax_heap *heap, uint32_t page) {
  if (!is_free(heap->table[page])) return false;
  if (page + 1 == heap->pages) return true;
  return is_slab(heap->table[page + 1]) || is_large(heap->table[page + 1]);
}

/* Is a page one that a list may lead to, from the page `prev`? */
static bool is_linked(const ax_heap *heap, uint32_t page, uint32_t prev) {
  return page >= heap->first && page < heap->pages && page_at(heap, page)->prev == prev;
}

/* A bin lists free runs of its own, the lengths ascending; as many as are taken from `runs`. */
static uint32_t verify_bin(const ax_heap *heap, uint32_t bin, uint32_t *runs) {
  uint32_t *word = word_at(heap, heap->heads + bin);
  for (uint32_t shorter = 0, length = 0; *word != 0; shorter = length) {
    uint32_t first = *word, last = first;
    for (; last != 0; last = *word) {
      bool inside = last >= heap->first && last < heap->pages;
      /* Of each page one word only can say this: so the walk ends. */
      if (!inside || page_at(heap, last)->prev != (uint32_t)(word - word_at(heap, 0))) return fault(AX_BROKEN_BIN_LINK, bin);
      if (last == first) length = page_at(heap, first)->length;
      bool right = ends_run(heap, last) && page_at(heap, last)->length == length && bin_of(length) == bin;
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
static uint32_t verify_bins(const ax_heap *heap) {
  const uint32_t *bins = word_at(heap, heap->bins);
  const uint32_t *heads = word_at(heap, heap->heads);
  uint32_t words = heap->heads - heap->bins - 1;
  uint32_t total = heap->info - heap->heads;
  uint32_t runs = 0;
  for (uint32_t page = heap->first; page < heap->pages; page++) runs += ends_run(heap, page);
  /* The last bits, and the last heads, may be of no bin: they are 0. */
  for (uint32_t bin = 0; bin < total || bin < words * 32; bin++) {
    uint32_t head = bin < total ? heads[bin] : 0;
    uint32_t bit = bin < words * 32 ? bins[1 + bin / 32] >> bin % 32 & 1 : 0;
    if (bit != (head != 0)) return fault(AX_BROKEN_BIN_BIT, bin);
    uint32_t broken = head == 0 ? 0 : verify_bin(heap, bin, &runs);
    if (broken != 0) return broken;
  }
  if (runs != 0) return fault(AX_BROKEN_BINS, 0);
  for (uint32_t i = 0; i < 32; i++) {
    if ((bins[0] >> i & 1) != (i < words && bins[1 + i] != 0)) return fault(AX_BROKEN_BIN_BIT, i * 32);
  }
  return 0;
}

/* Is a page the last of a slab of a class? */
static bool ends_slab(const ax_heap *heap, uint32_t page, const ax_line *line) {
  if (page < heap->first || page >= heap->pages) return false;
  uint32_t entry = heap->table[page];
  return is_slab(entry) && slab_of(entry) == page && line_of(heap, entry) == line;
}

/* The cursor of a class is on a word of a slab of its own, or on the word that is always 0. */
static uint32_t verify_cursor(const ax_heap *heap, uint32_t c) {
  const ax_line *line = &heap->lines[c];
  if (line->word == AX_H_ZERO) return line->base == 0 ? 0 : fault(AX_BROKEN_CURSOR, c);
  uint32_t page = (line->word - heap->bits) >> AX_BITS_SHIFT;
  if (page < heap->first || page >= heap->pages) return fault(AX_BROKEN_CURSOR, c);
  uint32_t slab = is_slab(heap->table[page]) ? slab_of(heap->table[page]) : 0;
  if (!ends_slab(heap, slab, line)) return fault(AX_BROKEN_CURSOR, c);
  uint32_t i = (uint32_t)(last_word(heap, slab) - word_at(heap, line->word));
  bool right = i < (blocks_of(page_at(heap, slab)) + 31) / 32 &&
               line->base == heap->base + ((slab + 1) << AX_PAGE_SHIFT) - (i + 1) * 32 * line->size;
  return right ? 0 : fault(AX_BROKEN_CURSOR, c);
}

/* The stack of a class has free blocks of its slabs, each once. */
static uint32_t verify_stack(const ax_heap *heap, uint32_t c) {
  const ax_line *line = &heap->lines[c];
  uint32_t entries = (line->top - line->bottom) / 2;
  if ((line->top - line->bottom) % 2 != 0 || entries > stack_entries(line->size, heap->depth)) return fault(AX_BROKEN_STACK, c);
  if (*word_at(heap, line->bottom) != 0) return fault(AX_BROKEN_STACK, c);
  for (uint32_t at = line->bottom + 2; at != line->top + 2; at += 2) {
    ax_entry entry = *entry_on(heap, at);
    uint32_t page = (entry.offset - heap->base) >> AX_PAGE_SHIFT;
    if (page >= heap->pages || !is_slab(heap->table[page])) return fault(AX_BROKEN_STACK, c);
    uint32_t slab = slab_of(heap->table[page]);
    if (!ends_slab(heap, slab, line)) return fault(AX_BROKEN_STACK, c);
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
static uint32_t verify_slab(const ax_heap *heap, uint32_t slab) {
  const ax_line *line = line_of(heap, heap->table[slab]);
  const ax_page *page = page_at(heap, slab);
  uint32_t words = (blocks_of(page) + 31) / 32;
  if (page->summary >> words != 0) return fault(AX_BROKEN_SUMMARY, slab);
  for (uint32_t i = 0; i < words; i++) {
    const uint32_t *word = last_word(heap, slab) - i;
    if ((*word & ~full_word(page, i)) != 0) return fault(AX_BROKEN_BITMAP, slab);
    bool open = (*word & ~stacked_of(heap, line, word)) != 0 || word == word_at(heap, line->word);
    if ((page->summary >> i & 1) != open) return fault(AX_BROKEN_SUMMARY, slab);
  }
  return 0;
}

/* Is a slab one that its class lists? */
static bool is_open(const ax_heap *heap, uint32_t slab) {
  return page_at(heap, slab)->summary != 0 && cursor_slab(heap, line_of(heap, heap->table[slab])) != slab;
}

/* The slabs have the shapes that their pages say. */
static uint32_t verify_shapes(const ax_heap *heap) {
  for (uint32_t page = heap->first, pages; page < heap->pages; page += pages) {
    pages = extent_at(heap, page);
    if (!is_slab(heap->table[page])) continue;
    uint32_t slab = page + pages - 1;
    uint32_t blocks = pages * AX_PAGE_SIZE / line_of(heap, heap->table[page])->size;
    bool right = pages <= AX_SHAPE_PAGES && blocks <= AX_MOST_BLOCKS &&
                 page_at(heap, slab)->shape == (blocks << AX_SHAPE_BLOCKS | pages);
    if (!right) return fault(AX_BROKEN_SHAPE, slab);
  }
  return 0;
}

/* A class has as many pages as it says. Class by class: to count for all at once would take memory. */
static uint32_t verify_pages(const ax_heap *heap, uint32_t c) {
  const ax_line *line = &heap->lines[c];
  uint32_t have = 0;
  for (uint32_t page = heap->first, pages; page < heap->pages; page += pages) {
    pages = extent_at(heap, page);
    if (is_slab(heap->table[page]) && line_of(heap, heap->table[page]) == line) have += pages;
  }
  return have == line->pages ? 0 : fault(AX_BROKEN_COUNT, c);
}

/* Each slab is the cursor's, or listed, or has nothing to offer. */
static uint32_t verify_slabs(const ax_heap *heap) {
  uint32_t open = 0;
  uint32_t broken = verify_shapes(heap);
  for (uint32_t c = 0; c < AX_CLASSES && broken == 0; c++) {
    broken = verify_pages(heap, c);
    if (broken == 0) broken = verify_cursor(heap, c);
    if (broken == 0) broken = verify_stack(heap, c);
  }
  if (broken != 0) return broken;
  for (uint32_t page = heap->first, pages; page < heap->pages; page += pages) {
    pages = extent_at(heap, page);
    if (!is_slab(heap->table[page])) continue;
    broken = verify_slab(heap, page + pages - 1);
    if (broken != 0) return broken;
    open += is_open(heap, page + pages - 1);
  }
  for (uint32_t c = 0; c < AX_CLASSES; c++) {
    const ax_line *line = &heap->lines[c];
    for (uint32_t slab = line->list, prev = 0; slab != 0; prev = slab, slab = page_at(heap, slab)->next) {
      if (!is_linked(heap, slab, prev)) return fault(AX_BROKEN_LIST_LINK, c);
      if (!ends_slab(heap, slab, line) || !is_open(heap, slab)) return fault(AX_BROKEN_LIST, slab);
      open--;
    }
  }
  return open == 0 ? 0 : fault(AX_BROKEN_LISTS, 0);
}

uint32_t ax_find_fault(const ax_heap *heap) {
  uint32_t broken = verify_header(heap);
  if (broken == 0) broken = verify_extents(heap);
  if (broken == 0) broken = verify_bins(heap);
  if (broken == 0) broken = verify_slabs(heap);
  return broken;
}

uint32_t ax_verify(const ax_heap *heap) { return ax_find_fault(heap) & 255; }
