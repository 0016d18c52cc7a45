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
  for (uint32_t i = AX_H_FIRST + 1; i < AX_H_ZERO; i++) {
    if ((i < AX_H_PAGES || i > AX_H_CHECK) && *word_at(heap, i) != 0) return fault(AX_BROKEN_HEADER, i);
  }
  for (uint32_t c = 0; c < AX_CLASSES; c++) {
    const ax_line *line = &heap->lines[c];
    uint32_t bytes = size_of_class(c);
#define AX_COMPARE(field, value) \
  if (line->field != (value)) return fault(AX_BROKEN_LINE, c);
    AX_FIXED_LINE(AX_COMPARE, bytes)
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

/* Does an entry begin a slab at its page? Then its class line is one. */
static bool is_slab_at(const ax_heap *heap, uint32_t page) {
  uint32_t entry = heap->table[page];
  uint32_t line = entry & AX_ENTRY_LINE;
  return is_slab(entry) && slab_of(entry) == page && line >= AX_LINES && line < AX_TABLE && line % AX_LINE_WORDS == 0;
}

/* Pages of the slab, large block or free run at a page; 0 where none begins, or it goes beyond the end. */
static uint32_t extent_at(const ax_heap *heap, uint32_t page) {
  uint32_t entry = heap->table[page];
  uint32_t pages = 0;
  if (is_slab_at(heap, page)) pages = pages_of(line_of(heap, entry));
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

/* The cursor of a class is on a word of a slab of its own, or on the word that is always 0. */
static uint32_t verify_cursor(const ax_heap *heap, uint32_t c) {
  const ax_line *line = &heap->lines[c];
  uint32_t slab = line->slab;
  if (slab == 0) return line->word == AX_H_ZERO && line->base == 0 ? 0 : fault(AX_BROKEN_CURSOR, c);
  if (slab < heap->first || slab >= heap->pages || !is_slab_at(heap, slab)) return fault(AX_BROKEN_CURSOR, c);
  uint32_t word = line->word - heap->bits - (slab << AX_BITS_SHIFT);
  bool right = line_of(heap, heap->table[slab]) == line && word < words_of_bitmap(line) &&
               line->base == heap->base + (slab << AX_PAGE_SHIFT) + word * 32 * line->size;
  return right ? 0 : fault(AX_BROKEN_CURSOR, c);
}

/* A slab's bitmap and its summary agree. */
static uint32_t verify_slab(const ax_heap *heap, uint32_t slab) {
  const ax_line *line = line_of(heap, heap->table[slab]);
  const uint32_t *bits = bitmap_at(heap, slab);
  uint32_t summary = page_at(heap, slab)->summary;
  if (page_at(heap, slab)->owner != 0) return fault(AX_BROKEN_OWNER, slab);
  for (uint32_t i = 0; i < 32; i++) {
    uint32_t word = i < words_of_bitmap(line) ? bits[i] : 0;
    if ((word & ~line->full) != 0) return fault(AX_BROKEN_BITMAP, slab);
    bool open = word != 0 || (line->slab == slab && line->word == (uint32_t)(bits + i - word_at(heap, 0)));
    if ((summary >> i & 1) != open) return fault(AX_BROKEN_SUMMARY, slab);
  }
  return 0;
}

/* Is a slab one that its class lists? */
static bool is_open(const ax_heap *heap, uint32_t slab) {
  return page_at(heap, slab)->summary != 0 && line_of(heap, heap->table[slab])->slab != slab;
}

/* Each slab is the cursor's, or listed, or full. */
static uint32_t verify_slabs(const ax_heap *heap) {
  uint32_t open = 0;
  for (uint32_t c = 0; c < AX_CLASSES; c++) {
    uint32_t broken = verify_cursor(heap, c);
    if (broken != 0) return broken;
  }
  for (uint32_t page = heap->first; page < heap->pages; page += extent_at(heap, page)) {
    if (!is_slab_at(heap, page)) continue;
    uint32_t broken = verify_slab(heap, page);
    if (broken != 0) return broken;
    open += is_open(heap, page);
  }
  for (uint32_t c = 0; c < AX_CLASSES; c++) {
    const ax_line *line = &heap->lines[c];
    for (uint32_t slab = line->list, prev = 0; slab != 0; prev = slab, slab = page_at(heap, slab)->next) {
      if (!is_linked(heap, slab, prev)) return fault(AX_BROKEN_LIST_LINK, c);
      bool right = is_slab_at(heap, slab) && line_of(heap, heap->table[slab]) == line && is_open(heap, slab);
      if (!right) return fault(AX_BROKEN_LIST, slab);
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
