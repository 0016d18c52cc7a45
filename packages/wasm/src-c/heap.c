/*
 * The engine as a WebAssembly module: what it exports.
 *
 * Each function takes the heap's address first, so that one instance serves every heap in its memory. What concerns a whole
 * heap is left to the engine in TypeScript, as it is no slower there and has the words for what is wrong: making, opening,
 * ending all blocks, verifying.
 */
#include "tune.h"

#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(allocate) ax_offset ax_allocate(ax_heap *heap, uint32_t size);
EXPORT(allocate_aligned) ax_offset ax_allocate_aligned(ax_heap *heap, uint32_t size, uint32_t alignment);
EXPORT(free) ax_freed ax_free(ax_heap *heap, ax_offset offset);
EXPORT(size_of) uint32_t ax_size_of(const ax_heap *heap, ax_offset offset);
EXPORT(resize) bool ax_resize(ax_heap *heap, ax_offset offset, uint32_t size);
EXPORT(reallocate) ax_offset ax_reallocate(ax_heap *heap, ax_offset offset, uint32_t size);
EXPORT(why) ax_freed ax_why(const ax_heap *heap, ax_offset offset);

#include "ariax.c"
#include "grow.c"
