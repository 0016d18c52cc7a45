/* What the lanes of a heap hold, all together: packages/slab/src/lanes/inspect.ts. */
#include "lanes-layout.h"

_Static_assert(AX_STATS_CLASSES == AX_CLASSES, "ax_stats has another number of classes");

/* A slab's pages, and its live blocks. */
static void count_slab(const ax_heap *lane, uint32_t page, uint32_t pages, ax_stats *stats) {
  const ax_heap *heap = heap_of(lane);
  uint32_t slab = page + pages - 1;
  const ax_line *line = line_of(lane, page_entry(heap, page));
  ax_class_stats *of = &stats->classes[line - lane->lines];
  of->pages += pages;
  for (uint32_t i = 0; i < blocks_of(page_at(heap, slab)); i++) {
    if (!is_live_block(heap, slab, i)) continue;
    of->blocks++;
    stats->blocks++;
    stats->live += line->size;
  }
}

/* What a lane has in a territory, from a page on; `run`: the pages before that are free, the caller's or the pool's. The page behind the last of it. */
static uint32_t count_territory(const ax_heap *lane, uint32_t page, uint32_t next, ax_stats *stats, uint32_t *used) {
  const ax_heap *heap = heap_of(lane);
  while (page < next) {
    uint32_t pages = pages_at(lane, page);
    if (pages == 0) {
      page++;
      continue;
    }
    uint32_t entry = peek(&heap->table[page]);
    *used += pages;
    if (is_slab(entry)) count_slab(lane, page, pages, stats);
    else if (is_large(entry)) {
      stats->blocks++;
      stats->live += (uint64_t)pages << AX_PAGE_SHIFT;
    }
    page += pages;
  }
  return page;
}

/* Pages of the longest run that are free for a lane: its own, and the pool's. */
static uint32_t longest_run(const ax_heap *lane) {
  const ax_heap *heap = heap_of(lane);
  uint32_t most = 0, run = 0, page = 0;
  for (uint32_t t = 0; t < territories_of(heap); t++) {
    uint32_t owner = peek(owner_at(heap, t)), next = first_page(heap, t + 1);
    if (page < first_page(heap, t)) page = first_page(heap, t);
    if (owner != 0 && (owner & AX_OWNER) != lane->code) run = 0;
    else if (owner == 0) run += next - page;
    for (; owner != 0 && (owner & AX_OWNER) == lane->code && page < next;) {
      uint32_t pages = pages_at(lane, page);
      run = pages > 0 ? 0 : run + 1;
      page += pages > 0 ? pages : 1;
      if (run > most) most = run;
    }
    if (run > most) most = run;
  }
  return most;
}

void ax_shared_stats(const ax_heap *heap, uint32_t lane, ax_stats *stats) {
  uint32_t all = heap->pages - heap->first, used = 0, peak = 0;
  zero_words((uint32_t *)(void *)stats, sizeof *stats / 4);
  for (uint32_t c = 0; c < AX_CLASSES; c++) stats->classes[c].size = size_of_class(c);
  for (uint32_t i = 0; i < heap->lanes; i++) {
    const ax_heap *other = lane_at(heap, i);
    peak += peek(&other->peak);
    for (uint32_t t = 0, page = 0; t < territories_of(heap); t++) {
      if (owner_of(heap, t) != other->code) continue;
      if (page < first_page(heap, t)) page = first_page(heap, t);
      page = count_territory(other, page, first_page(heap, t + 1), stats, &used);
    }
  }
  /* Pages that went from lane to lane meanwhile may have been counted in both. */
  if (used > all) used = all;
  if (peak > all) peak = all;
  if (peak < used) peak = used;
  stats->committed = (uint64_t)heap->pages << AX_PAGE_SHIFT;
  stats->overhead = (uint64_t)heap->first << AX_PAGE_SHIFT;
  stats->reserved = (uint64_t)used << AX_PAGE_SHIFT;
  stats->peak_reserved = (uint64_t)peak << AX_PAGE_SHIFT;
  stats->free = (uint64_t)(all - used) << AX_PAGE_SHIFT;
  stats->largest_free = (uint64_t)longest_run((const ax_heap *)word_at(heap, lane)) << AX_PAGE_SHIFT;
}
