/* Allocating from a lane. The hot path is that of a heap without lanes. */
#include "lanes-layout.h"

/* Is a size more than the heap can ever have? */
static inline bool is_too_much(const ax_heap *heap, uint32_t size) { return size > heap->limit << AX_PAGE_SHIFT; }

/* A large block, if need be once there is room. `align` in pages. */
AX_COLD static ax_offset lane_allocate_large(ax_heap *lane, uint32_t ticket, uint32_t pages, uint32_t align) {
  if (!now_held(lane, ticket)) return 0;
  trim_for(lane, pages);
  uint32_t page = make_large(lane, pages, align);
  for (uint32_t step = 0; page == 0; page = make_large(lane, pages, align)) {
    step = relieve(lane, pages + align - 1, step);
    if (step == AX_NO_STEP) return 0;
  }
  return heap_of(lane)->base + (page << AX_PAGE_SHIFT);
}

/* A block of a class that has no pages for a slab, and can't have any: of a larger class that has one, or pages of its own. */
AX_COLD static ax_offset lane_allocate_other(ax_heap *lane, uint32_t ticket, ax_line *line, uint32_t alignment) {
  /* Slabs of the next power of two are the shortest; further classes waste more than they save. */
  uint32_t most = 2 * line->size;
  for (ax_line *other = line + 1; other < lane->lines + AX_CLASSES && other->size <= most; other++) {
    if (other->size % alignment == 0 && has_block(lane, other)) return take_block(heap_of(lane), other);
  }
  return lane_allocate_large(lane, ticket, pages_for(line->size), 1);
}

/* A block of a class. */
AX_APART static ax_offset lane_allocate_from(ax_heap *lane, uint32_t ticket, ax_line *line, uint32_t alignment) {
  if (!now_held(lane, ticket)) return 0;
  /* Nothing listed, so pages are needed: has anybody freed blocks of this lane? */
  if (line->list == 0 && peek(mail_at(lane, AX_M_ROOT)) != 0) collect(lane);
  for (uint32_t step = 0; !has_block(lane, line);) {
    step = relieve(lane, slab_pages(line->size, 0), step);
    if (step == AX_NO_STEP) return lane_allocate_other(lane, ticket, line, alignment);
  }
  return take_block(heap_of(lane), line);
}

ax_offset ax_lane_allocate(ax_heap *heap, uint32_t lane, uint32_t ticket, uint32_t size) {
  ax_heap *it = (ax_heap *)word_at(heap, lane);
  if (AX_UNLIKELY(size > AX_SMALL_MAX)) {
    return is_too_much(heap, size) ? 0 : lane_allocate_large(it, ticket, pages_for(size), 1);
  }
  ax_line *line = &it->lines[class_of(size)];
  if (has_bit(heap, line)) return take_bit(heap, line);
  if (AX_LIKELY(has_top(heap, line))) return take_top(heap, line);
  return lane_allocate_from(it, ticket, line, AX_ALIGNMENT);
}

ax_offset ax_lane_allocate_aligned(ax_heap *heap, uint32_t lane, uint32_t ticket, uint32_t size, uint32_t alignment) {
  ax_heap *it = (ax_heap *)word_at(heap, lane);
  if (alignment == 0 || alignment > AX_MAX_ALIGNMENT || (alignment & (alignment - 1)) != 0) return 0;
  if (is_too_much(heap, size)) return 0;
  if (size > AX_SMALL_MAX || alignment > AX_PAGE_SIZE) {
    return lane_allocate_large(it, ticket, pages_for(size), pages_for(alignment));
  }
  if (AX_ALIGNMENT > 8 && alignment < AX_ALIGNMENT) alignment = AX_ALIGNMENT;
  /* The first class whose blocks, laid end to end from a page on, are all aligned. */
  ax_line *line = &it->lines[class_of(size)];
  while (line->size % alignment != 0) line++;
  return lane_allocate_from(it, ticket, line, alignment);
}

/* Takes the free blocks of a class's cursor word and stack, in the order of ax_lane_allocate; where `out` is filled up to, from `made` on. */
static uint32_t take_many(ax_heap *heap, ax_line *line, ax_offset *out, uint32_t made, uint32_t count) {
  uint32_t *word = word_at(heap, line->word), bits = peek(word);
  for (; bits != 0 && made < count; bits &= bits - 1) out[made++] = line->base + lowest_bit(bits) * line->size;
  poke(word, bits);
  while (made < count && has_top(heap, line)) out[made++] = take_top(heap, line);
  return made;
}

uint32_t ax_lane_allocate_many(ax_heap *heap, uint32_t lane, uint32_t ticket, uint32_t size, ax_offset *out, uint32_t count) {
  ax_heap *it = (ax_heap *)word_at(heap, lane);
  if (is_too_much(heap, size)) return 0;
  for (uint32_t made = 0; made < count; made++) {
    if (!now_held(it, ticket)) return made;
    if (size <= AX_SMALL_MAX) made = take_many(heap, &it->lines[class_of(size)], out, made, count);
    if (made == count) break;
    ax_offset offset = ax_lane_allocate(heap, lane, ticket, size);
    if (offset == 0) return made;
    out[made] = offset;
  }
  return count;
}
