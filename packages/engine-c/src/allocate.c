/* Allocating. The hot path is ax_allocate: from the word its class's cursor is on, or from its stack. */
#include "layout.h"

/* A large block, if need be once unused slabs are given up, or the heap has grown. `align` in pages. */
AX_COLD static ax_offset allocate_large(ax_heap *heap, uint32_t pages, uint32_t align) {
  if (pages > heap->limit) return 0;
  trim_for(heap, pages);
  uint32_t page = make_large(heap, pages, align);
  if (page == 0 && trim(heap)) page = make_large(heap, pages, align);
  if (page == 0 && grow(heap, pages, align)) page = make_large(heap, pages, align);
  return page == 0 ? 0 : heap->base + (page << AX_PAGE_SHIFT);
}

/* A block of a class that has no pages for a slab: of a larger class that has one, or pages of its own. */
AX_COLD static ax_offset allocate_hard(ax_heap *heap, ax_line *line, uint32_t alignment) {
  if (trim(heap) && has_block(heap, line)) return take_block(heap, line);
  if (grow(heap, slab_pages(line->size, 0), 1) && has_block(heap, line)) return take_block(heap, line);
  /* Slabs of the next power of two are the shortest; further classes waste more than they save. */
  uint32_t most = 2 * line->size;
  for (ax_line *other = line + 1; other < heap->lines + AX_CLASSES && other->size <= most; other++) {
    if (other->size % alignment == 0 && has_block(heap, other)) return take_block(heap, other);
  }
  return allocate_large(heap, pages_for(line->size), 1);
}

/* A block of a class. */
static ax_offset allocate_from(ax_heap *heap, ax_line *line, uint32_t alignment) {
  return AX_LIKELY(has_block(heap, line)) ? take_block(heap, line) : allocate_hard(heap, line, alignment);
}

ax_offset ax_allocate(ax_heap *heap, uint32_t size) {
  if (AX_UNLIKELY(size > AX_SMALL_MAX)) return allocate_large(heap, pages_for(size), 1);
  ax_line *line = &heap->lines[class_of(size)];
  if (has_bit(heap, line)) return take_bit(heap, line);
  if (AX_LIKELY(has_top(heap, line))) return take_top(heap, line);
  return allocate_from(heap, line, AX_ALIGNMENT);
}

ax_offset ax_allocate_aligned(ax_heap *heap, uint32_t size, uint32_t alignment) {
  if (alignment == 0 || alignment > AX_MAX_ALIGNMENT || (alignment & (alignment - 1)) != 0) return 0;
  if (size > AX_SMALL_MAX || alignment > AX_PAGE_SIZE) {
    return allocate_large(heap, pages_for(size), pages_for(alignment));
  }
  if (AX_ALIGNMENT > 8 && alignment < AX_ALIGNMENT) alignment = AX_ALIGNMENT;
  /* The first class whose blocks, laid end to end from a page on, are all aligned. */
  ax_line *line = &heap->lines[class_of(size)];
  while (line->size % alignment != 0) line++;
  return allocate_from(heap, line, alignment);
}

uint32_t ax_allocate_many(ax_heap *heap, uint32_t size, ax_offset *out, uint32_t count) {
  uint32_t made = 0;
  while (made < count) {
    ax_offset offset = ax_allocate(heap, size);
    if (offset == 0) break;
    out[made++] = offset;
    if (size > AX_SMALL_MAX) continue;
    /* The rest of the word under the cursor, and it is written once. */
    const ax_line *line = &heap->lines[class_of(size)];
    uint32_t *word = word_at(heap, line->word);
    uint32_t bits = *word;
    for (; bits != 0 && made < count; bits &= bits - 1) out[made++] = line->base + lowest_bit(bits) * line->size;
    *word = bits;
  }
  return made;
}
