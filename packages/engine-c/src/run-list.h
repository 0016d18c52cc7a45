/*
 * The lists of free runs: in each bin the lengths, ascending, and of each length the runs, the newest first.
 *
 *     head --> run of 260 -longer-> run of 261 -longer-> run of 263 --> 0
 *                 | next               | next
 *                 v                    v                                    a run is known by its last page, whose info
 *              run of 260 --> 0     run of 261 --> ...                      has the links; `prev` is the word that leads here
 *
 * So the first run of a bin is its shortest, and a run is taken out without asking where it was. Bins of one length have no
 * `longer`.
 */
#ifndef AX_RUN_LIST_H
#define AX_RUN_LIST_H

#include "layout.h"

/* A word leads to a run, or to none, and the run knows which. */
static inline void lead(ax_heap *heap, uint32_t *word, uint32_t last) {
  poke(word, last);
  if (last != 0) page_at(heap, last)->prev = (uint32_t)(word - word_at(heap, 0));
}

/* The word that leads to a bin's first run of at least `length` pages, or, if it is 0, would. At most 128 steps. */
static uint32_t *place_of(ax_heap *heap, uint32_t *head, uint32_t length) {
  uint32_t *word = head;
  while (*word != 0 && page_at(heap, *word)->length < length) word = &page_at(heap, *word)->longer;
  return word;
}

/* A bin's bits, where it has got its first run, or lost its last. */
static inline void mark_bin(ax_heap *lane, uint32_t bin, bool some) {
  uint32_t *bins = word_at(heap_of(lane), lane->bins), *word = &bins[1 + bin / 32];
  uint32_t others = *word & ~(1u << bin % 32);
  *word = others | (uint32_t)some << bin % 32;
  if (others == 0) bins[0] ^= 1u << bin / 32;
}

/* A run of `length` pages up to `last`, whose first and last entry say that they are free, comes first among those of its length. */
static void link_run(ax_heap *lane, uint32_t last, uint32_t length) {
  ax_heap *heap = heap_of(lane);
  uint32_t bin = bin_of(length);
  uint32_t *word = word_at(heap, lane->heads + bin);
  ax_page *run = page_at(heap, last);
  page_at(heap, last - length + 1)->length = length;
  run->length = length;
  uint32_t was = *word, next = was;
  if (AX_UNLIKELY(length >= AX_EXACT_BINS)) {
    word = place_of(heap, word, length);
    uint32_t longer = next = *word;
    /* Is there one of that length? */
    if (next != 0 && page_at(heap, next)->length == length) longer = page_at(heap, next)->longer;
    else next = 0;
    lead(heap, &run->longer, longer);
  }
  lead(heap, &run->next, next);
  lead(heap, word, last);
  if (was == 0) mark_bin(lane, bin, true);
}

/* Takes a run out: what led to it leads on. */
static void unlink_run(ax_heap *lane, uint32_t last, uint32_t length) {
  ax_heap *heap = heap_of(lane);
  ax_page *run = page_at(heap, last);
  uint32_t at = run->prev, next = run->next;
  /* The first of its length, and so on the list of lengths? */
  if (AX_UNLIKELY(length >= AX_EXACT_BINS) && (at < heap->info || at % 4 == AX_P_LONGER)) {
    if (next != 0) lead(heap, &page_at(heap, next)->longer, run->longer);
    else next = run->longer;
  }
  lead(heap, word_at(heap, at), next);
  /* Does a head lead nowhere now? */
  if (next == 0 && at < heap->info) mark_bin(lane, at - lane->heads, false);
}

#endif
