/* Making a heap with lanes in a buffer, opening one that another thread made there, ending all its blocks, and making it longer. */
#include "lanes-layout.h"

/* The most pages that a heap grows by unasked: as heap.c. */
#define AX_LONGEST_GROWTH 16384u

uint32_t ax_most_lanes(uint32_t limit) {
  if (limit > AX_MAX_CAPACITY / AX_PAGE_SIZE) return 0;
  uint32_t most = (1u << (31 - code_shift_of(limit | 1))) - 1;
  return most < AX_MOST_LANES ? most : AX_MOST_LANES;
}

/* Could there be a heap of so many pages, now and at most, in whole territories, and one at least beside the control block's? */
static bool is_shape(uint32_t base, uint32_t pages, uint32_t limit, uint32_t lanes) {
  if (!is_place(base, limit) || lanes < 1 || lanes > ax_most_lanes(limit)) return false;
  uint32_t shift = territory_of(limit), size = 1u << shift;
  uint32_t least = (((lanes_first_of(limit, lanes) - 1) >> shift) + 2) << shift;
  return limit % size == 0 && pages % size == 0 && pages >= least && pages <= limit;
}

static void write_lane(ax_heap *heap, uint32_t i) {
  uint32_t limit = heap->limit, at = first_lane_at(limit) + i * stride_of(limit);
  ax_heap *lane = (ax_heap *)word_at(heap, at);
#define AX_WRITE(field, value) lane->field = value;
  AX_FIXED_LANE(AX_WRITE, limit, i, at)
#undef AX_WRITE
  for (uint32_t c = 0; c < AX_CLASSES; c++) {
    ax_line *line = &lane->lines[c];
#define AX_WRITE(field, value) line->field = value;
    AX_FIXED_LANE_LINE(AX_WRITE, limit, c, at)
#undef AX_WRITE
  }
}

/* No territory is any lane's, and no lane knows of a block; where the page table is 0. */
static void share_out(ax_heap *heap) {
  uint32_t control = heap->first >> heap->territory, size = 1u << heap->territory;
  set_entry(heap, heap->first - 1, AX_E_CONTROL);
  for (uint32_t t = control; t < territories_of(heap); t++) {
    if (peek(owner_at(heap, t)) == 0) continue;
    zero_words(word_at(heap, heap->remote) + (t * size << AX_BITS_SHIFT), size << AX_BITS_SHIFT);
    in_order();
    poke(owner_at(heap, t), 0);
  }
  poke(&heap->hint, control);
  for (uint32_t i = 0; i < heap->lanes; i++) {
    ax_heap *lane = lane_at(heap, i);
    if (lane->pages != 0) forget_all(lane);
    lane->op = lane->late = 0;
    lane->check = lane->peak ^ AX_MAGIC;
  }
}

/* Ends every block's life: no territory is any lane's. O(limit). */
static void clear_shared(ax_heap *heap) {
  /* The order is that of what a thread that is killed in it may leave: pages of no block first, the pool's last. */
  zero_words(heap->table + heap->first, heap->pages - heap->first);
  share_out(heap);
}

ax_heap *ax_make_shared(void *buffer, uint32_t base, uint32_t pages, uint32_t limit, uint32_t lanes) {
  if (!is_shape(base, pages, limit, lanes)) return NULL;
  zero_words((uint32_t *)(void *)((unsigned char *)buffer + base), lanes_words_of(limit, lanes));
  return ax_make_shared_zeroed(buffer, base, pages, limit, lanes);
}

ax_heap *ax_make_shared_zeroed(void *buffer, uint32_t base, uint32_t pages, uint32_t limit, uint32_t lanes) {
  if (!is_shape(base, pages, limit, lanes)) return NULL;
  ax_heap *heap = (ax_heap *)(void *)((unsigned char *)buffer + base);
  heap->base = base;
  heap->limit = limit;
  heap->lanes = lanes;
#define AX_WRITE(field, value) heap->field = value;
  AX_FIXED_SHARED(AX_WRITE, limit, lanes)
#undef AX_WRITE
  for (uint32_t i = 0; i < lanes; i++) write_lane(heap, i);
  heap->pages = pages;
  heap->token = 1;
  for (uint32_t t = 0; t < heap->first >> heap->territory; t++) poke(owner_at(heap, t), AX_CONTROL);
  for (uint32_t i = 0; i < lanes; i++) forget_all(lane_at(heap, i));
  share_out(heap);
  /* Written last: who opens the heap sooner finds none. */
  store(&heap->magic, AX_MAGIC);
  return heap;
}

ax_heap *ax_open_shared(void *buffer, uint32_t base, uint64_t bytes) {
  if (base % AX_PAGE_SIZE != 0 || bytes < 2 * AX_PAGE_SIZE || base > bytes - 2 * AX_PAGE_SIZE) return NULL;
  ax_heap *heap = (ax_heap *)(void *)((unsigned char *)buffer + base);
  if (load(&heap->magic) != AX_MAGIC || heap->version != AX_LANES_VERSION || heap->base != base) return NULL;
  uint32_t pages = peek(&heap->pages);
  if (!is_shape(base, pages, heap->limit, heap->lanes) || pages > (bytes - base) / AX_PAGE_SIZE) return NULL;
  return find_fixed_fault(heap) == 0 ? heap : NULL;
}

/* Pages at the heap's end that a lane has free, or can claim. */
static uint32_t tail(const ax_heap *lane, uint32_t end) {
  const ax_heap *heap = heap_of(lane);
  uint32_t t = end >> heap->territory;
  while (t > 0 && peek(owner_at(heap, t - 1)) == 0) t--;
  uint32_t first = first_page(heap, t);
  return end - first + free_at(lane, first - 1);
}

/*
 * Makes the heap longer, so that a lane can have `pages` side by side at its end; false where it can't be. Any lane may, at any time: the
 * length goes up by compare-exchange.
 */
static bool grow_shared(ax_heap *lane, uint32_t pages) {
  ax_heap *heap = heap_of(lane);
  uint32_t size = 1u << heap->territory;
  for (uint32_t now = load(&heap->pages);;) {
    uint32_t have = tail(lane, now), need = ((pages > have ? pages - have : 1) + size - 1) & (0u - size), most = heap->limit - now;
    if (need > most) return false;
    uint32_t more = now < AX_LONGEST_GROWTH ? now & (0u - size) : AX_LONGEST_GROWTH;
    if (more < need) more = need;
    if (more > most) more = most;
    while (!ax_grow_buffer(heap, heap->base + (uint64_t)(now + more) * AX_PAGE_SIZE)) {
      /* Where the most that is useful is refused, the least that is needed may not be. */
      if (more == need) return false;
      more = need;
    }
    uint32_t found = compare_exchange(&heap->pages, now, now + more);
    /* Was another quicker? Then there may be room. */
    if (found == now || found >= now + need) return true;
    now = found;
  }
}

bool ax_shared_reset(ax_heap *heap, uint32_t lane, uint32_t ticket) {
  if (!ax_answer(heap, lane, ticket)) return false;
  return alone((ax_heap *)word_at(heap, lane), ticket, clear_shared) == 0;
}

uint32_t ax_late_double_frees(const ax_heap *heap, uint32_t lane) { return ((const ax_heap *)word_at(heap, lane))->late; }
