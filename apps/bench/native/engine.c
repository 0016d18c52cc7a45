/*
 * Our own heap as one of the allocators: the engine, whose one file ENGINE is the path of, and the calls that the loop makes,
 * in one unit, so that each is one call as it is of any library. A handle is an offset.
 */
#include <stddef.h>
#include ENGINE

uint64_t engine_refused_frees;

static ax_heap *heap;
static uint64_t bytes;

/* Makes the heap over `capacity` bytes of zeroed memory. */
bool engine_open(void *memory, uint64_t capacity) {
  uint32_t pages = (uint32_t)(capacity / 4096);
  bytes = capacity;
  heap = ax_make(memory, 0, pages, pages);
  return heap != 0;
}

void *engine_allocate(size_t size) { return (void *)(uintptr_t)ax_allocate(heap, (uint32_t)size); }

void engine_release(void *block) {
  if (ax_free(heap, (ax_offset)(uintptr_t)block) != AX_FREED) engine_refused_frees++;
}

void *engine_reallocate(void *block, size_t size) {
  return (void *)(uintptr_t)ax_reallocate(heap, (ax_offset)(uintptr_t)block, (uint32_t)size);
}

/* The whole capacity is there from the start. */
bool ax_grow_buffer(ax_heap *grown, uint64_t wanted) { return grown == heap && wanted <= bytes; }
