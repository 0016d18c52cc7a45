/*
 * The invariants of a heap with lanes: of the header, of whose the territories are, and of each lane's part (verify-part.c). As without
 * lanes, the words may be garbage.
 */
#include "lanes-layout.h"

/* The words that never change, of the header and of each lane's. Where they are right, so are all places. */
static uint32_t find_fixed_fault(const ax_heap *heap) {
  uint32_t limit = heap->limit, lanes = heap->lanes;
  if (!is_place(heap->base, limit) || limit % (1u << territory_of(limit)) != 0) return fault(AX_BROKEN_HEADER, AX_H_LIMIT);
  if (lanes < 1 || lanes > ax_most_lanes(limit)) return fault(AX_BROKEN_HEADER, AX_H_LANES);
#define AX_COMPARE(field, value) \
  if (heap->field != (value)) return fault(AX_BROKEN_HEADER, (uint32_t)offsetof(ax_heap, field) / 4);
  AX_FIXED_SHARED(AX_COMPARE, limit, lanes)
#undef AX_COMPARE
  const uint32_t changing = 1u << AX_H_MAGIC | 1u << AX_H_PAGES | 1u << AX_H_TOKEN | 1u << AX_H_WANT | 1u << AX_H_HINT |
                            1u << AX_H_ID;
  const uint32_t fixed = 1u << AX_H_VERSION | 1u << AX_H_BASE | 1u << AX_H_LIMIT | 1u << AX_H_LANES | 1u << AX_H_INFO |
                         1u << AX_H_BITS | 1u << AX_H_REMOTE | 1u << AX_H_FIRST | 1u << AX_H_DEPTH | 1u << AX_H_OWN |
                         1u << AX_H_TERRITORY | 1u << AX_H_FIRST_LANE | 1u << AX_H_STRIDE | 1u << AX_H_CODE_SHIFT;
  for (uint32_t i = 0; i < AX_TABLE; i++) {
    bool is_zero = i >= AX_LINES || ((changing | fixed) >> i & 1) == 0;
    if (is_zero && *word_at(heap, i) != 0) return fault(AX_BROKEN_HEADER, i);
  }
  for (uint32_t i = 0; i < lanes; i++) {
    uint32_t at = first_lane_at(limit) + i * stride_of(limit);
    const ax_heap *lane = (const ax_heap *)word_at(heap, at);
#define AX_COMPARE(field, value) \
  if (lane->field != (value)) return fault(AX_BROKEN_HEADER, at + (uint32_t)offsetof(ax_heap, field) / 4);
    AX_FIXED_LANE(AX_COMPARE, limit, i, at)
#undef AX_COMPARE
    for (uint32_t c = 0; c < AX_CLASSES; c++) {
      const ax_line *line = &lane->lines[c];
#define AX_COMPARE(field, value) \
  if (line->field != (value)) return fault(AX_BROKEN_LINE, c);
      AX_FIXED_LANE_LINE(AX_COMPARE, limit, c, at)
#undef AX_COMPARE
    }
  }
  return 0;
}

/* Nothing begins in a territory of the pool, and its ends say that they are free. */
static uint32_t verify_pool(const ax_heap *heap, uint32_t territory) {
  uint32_t first = first_page(heap, territory), last = first_page(heap, territory + 1) - 1;
  for (uint32_t page = first; page <= last; page++) {
    bool inside = page > first && page < last && peek(&heap->table[page]) == AX_E_BODY;
    if (!is_free_page(heap, page) && !inside) return fault(AX_BROKEN_POOL, page);
  }
  return 0;
}

static uint32_t verify_territories(const ax_heap *heap) {
  uint32_t size = 1u << heap->territory, control = heap->first >> heap->territory;
  if (heap->pages <= heap->first || heap->pages > heap->limit || heap->pages % size != 0) return fault(AX_BROKEN_PAGES, 0);
  if (heap->table[heap->first - 1] != AX_E_CONTROL) return fault(AX_BROKEN_CONTROL, heap->first - 1);
  for (uint32_t t = 0; t < heap->limit >> heap->territory; t++) {
    uint32_t owner = peek(owner_at(heap, t));
    bool is_lane = (int32_t)owner >= 0 && (owner & AX_OWNER) <= heap->lanes && owner >> AX_MARK_SHIFT <= heap->lanes;
    bool right = t < control ? owner == AX_CONTROL : is_lane && (owner == 0 || t < territories_of(heap));
    if (!right) return fault(AX_BROKEN_OWNER, t);
    /* Of what is yet to grow too. */
    uint32_t broken = owner == 0 ? verify_pool(heap, t) : 0;
    if (broken != 0) return broken;
  }
  return 0;
}

static uint32_t find_lane_fault(const ax_heap *lane) {
  const ax_heap *heap = heap_of(lane);
  uint32_t pages = 0;
  for (uint32_t t = 0; t < territories_of(heap); t++) {
    if (owner_of(heap, t) == lane->code) pages += first_page(heap, t + 1) - first_page(heap, t);
  }
  if (pages != lane->pages) return fault(AX_BROKEN_HAVE, pages);
  if (lane->check != (lane->pages ^ lane->peak ^ AX_MAGIC)) return fault(AX_BROKEN_CHECK, 0);
  if (lane->used > lane->pages || lane->used > lane->peak) return fault(AX_BROKEN_PEAK, 0);
  return find_part_fault(lane);
}

uint32_t ax_find_fault_shared(const ax_heap *heap) {
  uint32_t broken = find_fixed_fault(heap);
  if (broken == 0) broken = verify_territories(heap);
  for (uint32_t i = 0; i < heap->lanes && broken == 0; i++) {
    const ax_heap *lane = lane_at(heap, i);
    /* What a stripped lane's lists say is not believed by who gets it. */
    if ((load(mail_at(lane, AX_M_STATE)) & AX_STATE) != AX_STRIPPED) broken = find_lane_fault(lane);
  }
  return broken;
}

uint32_t ax_verify_shared(const ax_heap *heap) { return ax_find_fault_shared(heap) & 255; }

uint32_t ax_find_fault_lane(const ax_heap *heap, uint32_t lane) { return find_lane_fault((const ax_heap *)word_at(heap, lane)); }

uint32_t ax_verify_lane(const ax_heap *heap, uint32_t lane) { return ax_find_fault_lane(heap, lane) & 255; }
