#include "malloc.h"

#include <stdalign.h>
#include "ariax.c"
#include "grow.c"

#define PAGE 4096u
#define HEAP_PAGES 64u    /* 256 KiB to begin with … */
#define LIMIT_PAGES 4096u /* … and 16 MiB at the most: the control block is laid out for that at once */

extern unsigned char __heap_base; /* the linker's: where data and stack end */

/* The heap begins at the first page behind them, and is made when it is first asked for. */
__attribute__((export_name("heap"))) ax_heap *the_heap(void) {
  static ax_heap *heap;
  if (heap == NULL) {
    const uint32_t base = ((uint32_t)&__heap_base + PAGE - 1) / PAGE * PAGE;
    if (!ax_grow_buffer(NULL, (uint64_t)base + HEAP_PAGES * PAGE)) __builtin_trap();
    heap = ax_make(NULL, base, HEAP_PAGES, LIMIT_PAGES);
  }
  return heap;
}

/* Every block is aligned for every type: long double's 16 bytes are the most. */
void *malloc(size_t size) {
  return (void *)ax_allocate_aligned(the_heap(), size, alignof(max_align_t));
}

void *calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
  void *block = malloc(bytes);
  return block == NULL ? NULL : __builtin_memset(block, 0, bytes);
}

void *realloc(void *block, size_t size) {
  if (block == NULL) return malloc(size);
  if (ax_resize(the_heap(), (ax_offset)block, size)) return block;
  void *moved = malloc(size);
  if (moved == NULL) return NULL;
  const size_t room = ax_size_of(the_heap(), (ax_offset)block);
  __builtin_memcpy(moved, block, room < size ? room : size);
  free(block);
  return moved;
}

/* A double free, or what is no block, stops the program: C has no other way to say it. */
void free(void *block) {
  if (block != NULL && ax_free(the_heap(), (ax_offset)block) != AX_FREED) __builtin_trap();
}
