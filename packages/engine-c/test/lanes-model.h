/* What a test knows of a heap with lanes, whoever of its threads did what: which blocks are live, and what is in them. */
#ifndef LANES_MODEL_H
#define LANES_MODEL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AX_LANES 1
#include "lanes-layout.h"

#define FAIL(...) \
  do { \
    fprintf(stderr, "%s:%d: ", __FILE__, __LINE__); \
    fprintf(stderr, __VA_ARGS__); \
    fputc('\n', stderr); \
    exit(1); \
  } while (0)

typedef struct block {
  ax_offset offset;
  uint32_t size; /* bytes asked for */
  uint32_t stamp;
} block;

/* A generator of numbers for each test, so that what it does repeats. */
static uint64_t random_state = 1;
static inline uint32_t random_bits(void) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  uint32_t x = (uint32_t)(random_state >> 32);
  return x ^ x >> 15;
}
static inline uint32_t below(uint32_t n) { return (uint32_t)((uint64_t)random_bits() * n >> 32); }

/* Mostly small; or mostly so large that they have pages of their own. */
static bool is_large_mix;
static inline uint32_t any_size(uint32_t scale) {
  uint32_t dice = is_large_mix ? 60 + below(40) : below(100);
  return below(dice < 60 ? 129 : dice < 88 ? 1500 : dice < 95 ? 20000 : scale);
}

/* The first and the last word of a block say whose it is. */
static inline void stamp(unsigned char *buffer, const block *b) {
  if (b->size < 8) return;
  memcpy(buffer + b->offset, &b->stamp, 4);
  memcpy(buffer + b->offset + b->size - 4, &b->stamp, 4);
}
static inline void check_stamp(const unsigned char *buffer, const block *b) {
  if (b->size < 8) return;
  bool right = memcmp(buffer + b->offset, &b->stamp, 4) == 0 && memcmp(buffer + b->offset + b->size - 4, &b->stamp, 4) == 0;
  if (!right) FAIL("block %u of %u bytes is not what it was", b->offset, b->size);
}

/* Live blocks of the heap, by the entries and bitmaps alone. */
static uint32_t count_live(const ax_heap *heap) {
  uint32_t live = 0;
  for (uint32_t page = heap->first; page < heap->pages; page++) {
    uint32_t entry = page_entry(heap, page);
    live += is_large(entry);
    if (!is_slab(entry) || slab_of(entry) != page) continue;
    for (uint32_t i = 0, blocks = blocks_of(page_at(heap, page)); i < blocks; i++) {
      uint32_t *word = last_word(heap, page) - i / 32;
      live += ((*word | *remote_of(heap, word)) >> (31 - i % 32) & 1) == 0;
    }
  }
  return live;
}

/* Of each block that others have freed, and its owner is yet to collect, the owner is told: where no thread is in a call. */
static void check_mail(const ax_heap *heap) {
  for (uint32_t page = heap->first; page < heap->pages; page++) {
    uint32_t territory = page >> heap->territory, code = owner_of(heap, territory);
    bool some = is_given(heap->table[page]);
    if (code == 0) continue;
    for (uint32_t i = 0; i < 8 && is_slab(heap->table[page]); i++) some = some || *word_at(heap, heap->remote + (page << AX_BITS_SHIFT) + i) != 0;
    const ax_heap *lane = lane_at(heap, code - 1);
    bool is_told = (*mail_at(lane, AX_M_INBOX + territory / 32) >> territory % 32 & *mail_at(lane, AX_M_ROOT) >> territory / 32 % 32 & 1) != 0;
    if (some && !is_told) FAIL("lane %u is not told of page %u", code - 1, page);
  }
}

#endif
