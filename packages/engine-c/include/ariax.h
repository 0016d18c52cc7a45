/*
 * ariax.h: an AriaX heap, operated from C.
 *
 * The heap's layout and every step of its calls are specified in packages/slab/LAYOUT.md. After the same calls the heap
 * is, byte for byte, the one that the TypeScript engine makes, so that either can continue what the other began.
 *
 *     buffer ┌╌╌╌╌╌╌╌╌╌╌╌╌┬───────────────┬──────────────────────────────────┐
 *            ╎            │ control block │ pages                            │
 *            └╌╌╌╌╌╌╌╌╌╌╌╌┴───────────────┴──────────────────────────────────┘
 *            0            base = ax_heap *     ▲ offset: bytes from the buffer's start
 *
 * No libc, no static data, no state outside of the control block: one copy of the code serves any number of heaps. A heap
 * is not thread-safe.
 */
#ifndef ARIAX_H
#define ARIAX_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The control block, where the heap begins. */
typedef struct ax_heap ax_heap;

/* Bytes from the buffer's start to a block. 0 is no block. */
typedef uint32_t ax_offset;

/* What a free did. */
typedef enum ax_freed {
  AX_FREED = 0,
  AX_DOUBLE_FREE = 1,  /* a block was there, and is free; nothing changed */
  AX_INVALID_FREE = 2, /* no block ever began there; nothing changed */
} ax_freed;

/*
 * A new heap of `pages` pages of 4096 bytes, which may grow to `limit`, at the byte `base` of a buffer. NULL where base is no
 * multiple of 4096, 16 <= limit <= 1048560 does not hold, or pages > limit, or the control block leaves no page. O(limit).
 */
ax_heap *ax_make(void *buffer, uint32_t base, uint32_t pages, uint32_t limit);

/* The heap that begins at the byte `base` of a buffer of `bytes`; NULL where there is none, or ax_verify finds fault. O(pages). */
ax_heap *ax_open(void *buffer, uint32_t base, uint64_t bytes);

/* A block of at least `size` bytes, aligned to 8; 0 where there is no room. O(1) up to 16 KiB, else O(pages). */
ax_offset ax_allocate(ax_heap *heap, uint32_t size);

/* The same, aligned to a power of two up to 65536; 0 for any other alignment. */
ax_offset ax_allocate_aligned(ax_heap *heap, uint32_t size, uint32_t alignment);

/* Ends a block. Any number may be passed: what is no live block is told, exactly, and nothing changes. O(1), large O(pages). */
ax_freed ax_free(ax_heap *heap, ax_offset offset);

/* Usable bytes of the live block at an offset; 0 where none begins. O(1). */
uint32_t ax_size_of(const ax_heap *heap, ax_offset offset);

/* Makes a live block longer or shorter in place; false, and nothing changed, where it can't be, or no block is there. */
bool ax_resize(ax_heap *heap, ax_offset offset, uint32_t size);

/* The same, moved if need be; 0, and the old block untouched, where there is no room, or no block is there. */
ax_offset ax_reallocate(ax_heap *heap, ax_offset offset, uint32_t size);

/* Up to `count` blocks of `size` bytes; how many were made. */
uint32_t ax_allocate_many(ax_heap *heap, uint32_t size, ax_offset *out, uint32_t count);

/* Frees `count` blocks in their order; or, where one of them is no live block or comes twice, nothing. The index of the first such; else `count`. */
uint32_t ax_free_many(ax_heap *heap, const ax_offset *offsets, uint32_t count);

/* Why the offset, where no live block begins, can't be freed. */
ax_freed ax_why(const ax_heap *heap, ax_offset offset);

/* Ends every block. O(limit). */
void ax_reset(ax_heap *heap);

/* 0, or the number of the first broken invariant. O(limit). */
uint32_t ax_verify(const ax_heap *heap);

/*
 * Supplied by whoever compiles the engine in: makes the heap's buffer at least `bytes` long, in place, and zero where it
 * is new; false, and nothing changed, where it can't be.
 */
bool ax_grow_buffer(ax_heap *heap, uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
