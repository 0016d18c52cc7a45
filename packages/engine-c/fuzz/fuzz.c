/*
 * A libFuzzer target: bytes are calls on a small heap, each checked against a shadow of what is live, with ax_verify after
 * each.
 *
 *     byte 0, 1    pages, limit and base of the heap, and how far its buffer may grow
 *     then calls   a byte that says which, and its arguments, little-endian
 *
 * The shadow knows for every 8 bytes of the buffer which block they are of: so no two overlap, every block is where it may
 * be, what is freed was live, and what is refused was not. Each block's first and last word are its own, through every
 * move.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ariax.h"

#define PAGE 4096u
#define MOST_PAGES 96u
#define GRAIN 8u
#define MOST_LIVE 4096u
#define BATCH 64u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Here, and nothing goes on. */
#define CHECK(holds)                                                          \
  do {                                                                        \
    if (!(holds)) {                                                           \
      fprintf(stderr, "fuzz.c:%d: does not hold: %s\n", __LINE__, #holds); \
      abort();                                                                \
    }                                                                         \
  } while (0)

typedef struct block {
  ax_offset offset;
  uint32_t size; /* as asked for */
  uint32_t mark; /* what its first and last word hold: one byte, four times, as the two may overlap */
} block;

static _Alignas(4096) unsigned char buffer[MOST_PAGES * PAGE];
static uint64_t most; /* bytes that the buffer may have */
static uint16_t owner[MOST_PAGES * PAGE / GRAIN]; /* 1 + index of the block, or 0 */
static block live[MOST_LIVE];
static uint32_t lives, marks;
static ax_heap *heap;

bool ax_grow_buffer(ax_heap *grown, uint64_t bytes) {
  CHECK(grown == heap && bytes % PAGE == 0);
  return bytes <= most;
}

/* The input. */
static const uint8_t *in, *in_end;
static uint32_t u8(void) { return in < in_end ? *in++ : 0; }
static uint32_t u16(void) {
  uint32_t low = u8();
  return low | u8() << 8;
}
/* Most sizes are small; the top two bits say how large. */
static uint32_t any_size(void) {
  uint32_t x = u16();
  switch (x >> 14) {
    case 0: return x & 127;
    case 1: return x & 2047;
    case 2: return (x & 16383) + 1024;
    default: return (x & 16383) * ((x & 1) != 0 ? 8 : 300000);
  }
}
/* An offset: mostly of a live block, else anything. */
static ax_offset any_offset(void) {
  uint32_t x = u16();
  if (lives > 0 && (x & 3) != 0) return live[(x >> 2) % lives].offset;
  return (x & 4) != 0 ? (x >> 3) * 16 : (x & 8) != 0 ? ~x : x >> 3;
}

static void put_marks(const block *b) {
  if (b->size < 4) return;
  memcpy(buffer + b->offset, &b->mark, 4);
  memcpy(buffer + b->offset + b->size - 4, &b->mark, 4);
}
static void claim(uint32_t index, bool on) {
  const block *b = &live[index];
  uint32_t grains = ax_size_of(heap, b->offset) / GRAIN;
  CHECK(grains > 0);
  for (uint32_t i = 0; i < grains; i++) {
    uint16_t *o = &owner[b->offset / GRAIN + i];
    CHECK(*o == (on ? 0 : index + 1));
    *o = (uint16_t)(on ? index + 1 : 0);
  }
}
static void add(ax_offset offset, uint32_t size, uint32_t alignment) {
  if (offset == 0) return;
  CHECK(offset % alignment == 0 && ax_size_of(heap, offset) >= size);
  CHECK(offset >= (uint32_t)((unsigned char *)heap - buffer) + PAGE && offset + (uint64_t)size <= most);
  if (lives == MOST_LIVE) {
    CHECK(ax_free(heap, offset) == AX_FREED);
    return;
  }
  live[lives] = (block){offset, size, ++marks % 256 * 0x01010101u};
  claim(lives, true);
  put_marks(&live[lives++]);
}
static uint32_t find(ax_offset offset) {
  uint32_t index = offset < MOST_PAGES * PAGE ? owner[offset / GRAIN] : 0;
  return index != 0 && live[index - 1].offset == offset ? index - 1 : MOST_LIVE;
}
static void check_marks(const block *b, uint32_t size) {
  uint32_t first = 0, last = 0;
  if (size < 4) return;
  memcpy(&first, buffer + b->offset, 4);
  CHECK(first == b->mark);
  if (size < b->size) return;
  memcpy(&last, buffer + b->offset + b->size - 4, 4);
  CHECK(last == b->mark);
}
/* Takes a block out of the shadow, before the heap is told. */
static void drop(uint32_t index) {
  check_marks(&live[index], live[index].size);
  claim(index, false);
  if (index == --lives) return;
  claim(lives, false);
  live[index] = live[lives];
  claim(index, true);
}

static void call_free(ax_offset offset) {
  uint32_t index = find(offset);
  if (index == MOST_LIVE) {
    CHECK(ax_size_of(heap, offset) == 0);
    ax_freed why = ax_why(heap, offset);
    CHECK(why != AX_FREED && ax_free(heap, offset) == why);
  } else {
    drop(index);
    CHECK(ax_free(heap, offset) == AX_FREED);
    CHECK(ax_free(heap, offset) == AX_DOUBLE_FREE);
  }
}

static void call_resize(ax_offset offset, uint32_t size, bool may_move) {
  uint32_t index = find(offset);
  if (index == MOST_LIVE) {
    CHECK(!ax_resize(heap, offset, size) && ax_reallocate(heap, offset, size) == 0);
    return;
  }
  block old = live[index];
  drop(index);
  ax_offset now = offset;
  if (may_move) now = ax_reallocate(heap, offset, size);
  else if (!ax_resize(heap, offset, size)) now = 0;
  if (now == 0) {
    check_marks(&old, old.size);
    add(old.offset, old.size, 1);
  } else {
    CHECK(now == offset || ax_size_of(heap, offset) == 0 || find(offset) == MOST_LIVE);
    old.offset = now;
    check_marks(&old, old.size < size ? old.size : size < 4 ? 0 : 4);
    add(now, size, 1);
  }
}

static void call_many(uint32_t size, uint32_t count) {
  ax_offset out[BATCH];
  uint32_t made = ax_allocate_many(heap, size, out, count);
  CHECK(made <= count);
  for (uint32_t i = 0; i < made; i++) add(out[i], size, 8);
}

static void call_free_many(uint32_t count) {
  ax_offset out[BATCH];
  uint32_t good = count;
  for (uint32_t i = 0; i < count; i++) {
    out[i] = any_offset();
    bool wrong = find(out[i]) == MOST_LIVE;
    for (uint32_t k = 0; k < i; k++) wrong |= out[k] == out[i];
    if (wrong && good == count) good = i;
  }
  CHECK(ax_free_many(heap, out, count) == good);
  if (good < count) return;
  /* The heap has freed them, so that it can't be asked how long they were. */
  for (uint32_t i = 0; i < count; i++) CHECK(ax_why(heap, out[i]) == AX_DOUBLE_FREE || ax_size_of(heap, out[i]) == 0);
  for (uint32_t g = 0; g < MOST_PAGES * PAGE / GRAIN; g++) {
    for (uint32_t i = 0; i < count && owner[g] != 0; i++) {
      if (live[owner[g] - 1].offset == out[i]) owner[g] = 0;
    }
  }
  for (uint32_t i = 0; i < count; i++) {
    uint32_t index = 0;
    while (live[index].offset != out[i]) index++;
    check_marks(&live[index], live[index].size);
    if (index == --lives) continue;
    /* Is the last one still to come? Then it has no grains any more. */
    bool claimed = owner[live[lives].offset / GRAIN] == lives + 1;
    if (claimed) claim(lives, false);
    live[index] = live[lives];
    if (claimed) claim(index, true);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
  in = data;
  in_end = data + length;
  uint32_t shape = u8(), room = u8();
  uint32_t base = (shape & 7) * PAGE, limit = 16 + (shape >> 3);
  uint32_t pages = 3 + room % 16;
  if ((room & 64) != 0) pages = limit; /* it does not grow */
  if (pages > limit) pages = limit;
  most = base + (uint64_t)PAGE * ((room & 128) != 0 ? (pages + limit) / 2 : limit);
  memset(buffer, 0xa5, sizeof buffer);
  memset(owner, 0, sizeof owner);
  lives = marks = 0;
  heap = (ax_heap *)(void *)(buffer + base);
  CHECK(ax_make(buffer, base, pages, limit) == heap);
  while (in < in_end) {
    switch (u8() % 16) {
      default: {
        uint32_t size = any_size();
        add(ax_allocate(heap, size), size, 8);
        break;
      }
      case 4: {
        uint32_t alignment = 1u << u8() % 18, size = any_size();
        add(ax_allocate_aligned(heap, size, alignment), size, alignment);
        break;
      }
      case 5:
      case 6:
      case 7: call_free(any_offset()); break;
      case 8:
      case 9: {
        ax_offset offset = any_offset();
        call_resize(offset, any_size(), false);
        break;
      }
      case 10:
      case 11: {
        ax_offset offset = any_offset();
        call_resize(offset, any_size(), true);
        break;
      }
      case 12: {
        uint32_t size = any_size();
        call_many(size, u8() % BATCH);
        break;
      }
      case 13: call_free_many(u8() % BATCH); break;
      case 14:
        if (u8() < 32) {
          ax_reset(heap);
          memset(owner, 0, sizeof owner);
          lives = 0;
        }
        break;
      case 15: {
        /* A word of the control block is changed: verify ends, and whatever it finds is put back. */
        uint32_t *word = (uint32_t *)heap + 12 + u16() % 1800;
        uint32_t old = *word;
        *word = u8() < 128 ? old ^ 1u << u8() % 32 : (uint32_t)(int32_t)(int16_t)u16();
        ax_open(buffer, base, sizeof buffer);
        *word = old;
        break;
      }
    }
    CHECK(ax_verify(heap) == 0);
  }
  CHECK(ax_open(buffer, base, sizeof buffer) == heap);
  while (lives > 0) call_free(live[lives - 1].offset);
  CHECK(ax_verify(heap) == 0);
  return 0;
}
