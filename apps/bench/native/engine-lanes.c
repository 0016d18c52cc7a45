/*
 * The heap with lanes as one of the allocators, whose one file ENGINE is the path of: each thread has a lane and a ticket, got when it enters. A
 * handle is an offset.
 */
#include <stddef.h>
#include ENGINE

uint64_t engine_refused_frees;

static ax_heap *heap;
static uint64_t bytes;
static _Thread_local uint32_t lane, ticket;

bool engine_open(void *memory, uint64_t capacity) {
  uint32_t pages = (uint32_t)(capacity / 4096);
  bytes = capacity;
  heap = ax_make_shared_zeroed(memory, 0, pages, pages, 8);
  return heap != 0;
}

void engine_enter(int thread) {
  (void)thread;
  ticket = ax_ticket(heap);
  lane = ax_attach(heap, ticket);
}

void *engine_allocate(size_t size) { return (void *)(uintptr_t)ax_lane_allocate(heap, lane, ticket, (uint32_t)size); }

void engine_release(void *block) {
  /* Of two threads that are wrong at once one may not be counted. */
  if (ax_lane_free(heap, lane, ticket, (ax_offset)(uintptr_t)block) != AX_FREED) engine_refused_frees++;
}

void *engine_reallocate(void *block, size_t size) {
  return (void *)(uintptr_t)ax_lane_reallocate(heap, lane, ticket, (ax_offset)(uintptr_t)block, (uint32_t)size);
}

/* The whole capacity is there from the start. */
bool ax_grow_buffer(ax_heap *grown, uint64_t wanted) { return grown == heap && wanted <= bytes; }
