/*
 * The engine with lanes as a WebAssembly module: what it exports.
 *
 * Each thread has an instance of its own over one shared memory, and what the instances have in common is the heap alone: no
 * stack, no global, no data. So it doesn't matter in which order they are made, nor whether one is stopped in the middle of a call. What is
 * not called often is left to the engine in TypeScript: see heap.c.
 */
#include "ariax.h"

#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(allocate) ax_offset ax_lane_allocate(ax_heap *heap, uint32_t lane, uint32_t ticket, uint32_t size);
EXPORT(allocate_aligned)
ax_offset ax_lane_allocate_aligned(ax_heap *heap, uint32_t lane, uint32_t ticket, uint32_t size, uint32_t alignment);
EXPORT(free) ax_freed ax_lane_free(ax_heap *heap, uint32_t lane, uint32_t ticket, ax_offset offset);
EXPORT(resize) bool ax_lane_resize(ax_heap *heap, uint32_t lane, uint32_t ticket, ax_offset offset, uint32_t size);
EXPORT(reallocate)
ax_offset ax_lane_reallocate(ax_heap *heap, uint32_t lane, uint32_t ticket, ax_offset offset, uint32_t size);

#include "ariax-lanes.c"

/* As grow.c; but another thread may be quicker, and leave no room for more than is needed. */
bool ax_grow_buffer(ax_heap *heap, uint64_t bytes) {
  (void)heap;
  const uint32_t now = __builtin_wasm_memory_size(0), wanted = ((uint32_t)bytes + 0xffff) >> 16;
  return wanted <= now || __builtin_wasm_memory_grow(0, wanted - now) != (__SIZE_TYPE__)-1 ||
         wanted <= (uint32_t)__builtin_wasm_memory_size(0);
}
