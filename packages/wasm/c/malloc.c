/*
 * The malloc of a C program in WebAssembly: an AriaX heap from __heap_base on, which JavaScript can inspect, allocate in and free from.
 *
 *     node node_modules/@ariax/wasm/c/build.mjs program.c -o program.wasm       see build.mjs, and the README
 *
 * It takes the place of a C library's own, whole: all names that such a library has in one file are here. Without a library it is all
 * that a program needs. For one thread.
 */
#include <stdalign.h>
#include <stddef.h>
#if __has_include(<errno.h>)
#include <errno.h>
#else
enum { EINVAL = 28, ENOMEM = 48 }; /* WASI's */
#endif
#include "ariax.c"
#include "grow.c"

#define PAGE 4096u
#ifndef ARIAX_HEAP_PAGES
#define ARIAX_HEAP_PAGES 64u /* 256 KiB to begin with … */
#endif
#ifndef ARIAX_LIMIT_PAGES
#define ARIAX_LIMIT_PAGES 65536u /* … and 256 MiB at the most: the control block, 1.3 %, is laid out for that at once */
#endif

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);
void *aligned_alloc(size_t alignment, size_t size);
int posix_memalign(void **block, size_t alignment, size_t size);
size_t malloc_usable_size(void *block);

extern unsigned char __heap_base; /* the linker's: where data and stack end */

/* The heap begins at the first page behind them, and is made when it is first asked for. */
__attribute__((export_name("heap"))) ax_heap *the_heap(void) {
  static ax_heap *heap;
  if (heap == NULL) {
    const uint32_t base = ((uint32_t)&__heap_base + PAGE - 1) / PAGE * PAGE;
    const uint32_t pages = ARIAX_HEAP_PAGES + ARIAX_LIMIT_PAGES / 64; /* of blocks, and those of the control block */
    if (!ax_grow_buffer(NULL, (uint64_t)base + (uint64_t)pages * PAGE)) __builtin_trap();
    heap = ax_make(NULL, base, pages, ARIAX_LIMIT_PAGES);
  }
  return heap;
}

/* A function of its own: a compiler that knows malloc makes calloc, of it and memset, call itself. */
static void *take(size_t size, size_t alignment) {
  return (void *)ax_allocate_aligned(the_heap(), size, alignment);
}

/* Every block is aligned for every type: long double's 16 bytes are the most. */
void *malloc(size_t size) {
  return take(size, alignof(max_align_t));
}

void *calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return NULL;
  void *block = take(bytes, alignof(max_align_t));
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

/* Powers of two up to 64 KiB; NULL for others. */
void *aligned_alloc(size_t alignment, size_t size) {
  return take(size, alignment);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *made = take(size, alignment);
  if (made == NULL) return ENOMEM;
  *block = made;
  return 0;
}

size_t malloc_usable_size(void *block) {
  return block == NULL ? 0 : ax_size_of(the_heap(), (ax_offset)block);
}
