/* Every invariant of LAYOUT.md: those of the header here, all others in verify-part.c. */
#include "layout.h"
#include "size-class.h"

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

uint32_t ax_find_fault(const ax_heap *heap) {
  uint32_t broken = verify_header(heap);
  return broken == 0 ? find_part_fault(heap) : broken;
}

uint32_t ax_verify(const ax_heap *heap) { return ax_find_fault(heap) & 255; }
