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
#if __STDC_HOSTED__ && __has_include(<errno.h>)
#include <errno.h>
#define SAY(why) (errno = (why))
#else
enum { EINVAL = 28, ENOMEM = 48 }; /* WASI's */
#define SAY(why) ((void)(why)) /* there is no errno without a library */
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

/*
 * The heap begins at the first page behind them, and is made when it is first asked for. It ends, at the most, where every heap's
 * addresses do, 64 KiB below 4 GiB. NULL where the memory can't be made long enough, or the limits leave no page: the next call tries
 * again.
 */
__attribute__((export_name("heap"))) ax_heap *the_heap(void) {
  static ax_heap *heap;
  if (heap == NULL) {
    const uint32_t base = ((uint32_t)&__heap_base + PAGE - 1) / PAGE * PAGE;
    const uint32_t most = base < AX_MAX_CAPACITY ? (AX_MAX_CAPACITY - base) / PAGE : 0;
    const uint32_t limit = ARIAX_LIMIT_PAGES < most ? ARIAX_LIMIT_PAGES : most;
    const uint64_t begin = (uint64_t)ARIAX_HEAP_PAGES + limit / 64; /* of blocks, and those of the control block */
    const uint32_t pages = begin < limit ? (uint32_t)begin : limit;
    if (!ax_grow_buffer(NULL, (uint64_t)base + (uint64_t)pages * PAGE)) return NULL;
    heap = ax_make(NULL, base, pages, limit);
  }
  return heap;
}

/* The heap of a block. Without a heap there is no block: what was passed is none. */
static ax_heap *its_heap(void) {
  ax_heap *heap = the_heap();
  if (heap == NULL) __builtin_trap();
  return heap;
}

static void *fail(int why) {
  SAY(why);
  return NULL;
}

/* A function of its own: a compiler that knows malloc makes calloc, of it and memset, call itself. */
static void *take(size_t size, size_t alignment) {
  ax_heap *heap = the_heap();
  const ax_offset block = heap == NULL ? 0 : ax_allocate_aligned(heap, size, alignment);
  return block == 0 ? fail(ENOMEM) : (void *)block;
}

/* Every block is aligned for every type: long double's 16 bytes are the most. */
void *malloc(size_t size) {
  return take(size, alignof(max_align_t));
}

void *calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return fail(ENOMEM);
  void *block = take(bytes, alignof(max_align_t));
  return block == NULL ? NULL : __builtin_memset(block, 0, bytes);
}

void *realloc(void *block, size_t size) {
  if (block == NULL) return malloc(size);
  if (ax_resize(its_heap(), (ax_offset)block, size)) return block;
  void *moved = malloc(size);
  if (moved == NULL) return NULL;
  const size_t room = ax_size_of(its_heap(), (ax_offset)block);
  __builtin_memcpy(moved, block, room < size ? room : size);
  free(block);
  return moved;
}

/* A double free, or what is no block, stops the program: C has no other way to say it. */
void free(void *block) {
  if (block != NULL && ax_free(its_heap(), (ax_offset)block) != AX_FREED) __builtin_trap();
}

/* Powers of two up to 64 KiB; NULL for others. */
void *aligned_alloc(size_t alignment, size_t size) {
  if (alignment == 0 || (alignment & (alignment - 1)) != 0) return fail(EINVAL);
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
  return block == NULL ? 0 : ax_size_of(its_heap(), (ax_offset)block);
}
