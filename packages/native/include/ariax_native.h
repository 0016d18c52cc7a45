/*
 * ariax_native.h: allocate from, and free into, a heap of @ariax/native in another Node-API addon.
 *
 * JavaScript passes `allocator.handle`. Behind it is a table of functions: the engine that is loaded already is called, no
 * second copy of it is compiled in.
 *
 *     const ariax_native *native = ariax_native_get(env, handle);
 *     if (native == NULL) ...                                            no handle, another version, or memory that is gone
 *     ax_offset offset = native->allocate(native->heap, 100);
 *     memcpy(ariax_native_at(native, offset), text, 100);
 *
 * Get the table anew in each call that comes from JavaScript: between two of them the memory may be unmapped. Use it in the
 * thread of that call only: a heap is not thread-safe. Blocks are known by offsets on both sides, so what one side
 * allocates the other frees.
 */
#ifndef ARIAX_NATIVE_H
#define ARIAX_NATIVE_H

#include <node_api.h>

#include "ariax.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a member changes its meaning. New ones are added at the end: `bytes` tells whether they are there. */
#define ARIAX_NATIVE_VERSION 1u

typedef struct ariax_native ariax_native;

struct ariax_native {
  uint32_t version;
  uint32_t bytes; /* of this struct */
  ax_heap *heap;
  unsigned char *buffer; /* where offsets count from */

  /* Is the memory still there? ariax_native_get asks it. */
  bool (*is_there)(napi_env env, const ariax_native *native);

  /* As ariax.h says of ax_allocate and so on. */
  ax_offset (*allocate)(ax_heap *heap, uint32_t size);
  ax_offset (*allocate_aligned)(ax_heap *heap, uint32_t size, uint32_t alignment);
  ax_freed (*free)(ax_heap *heap, ax_offset offset);
  uint32_t (*size_of)(const ax_heap *heap, ax_offset offset);
  bool (*resize)(ax_heap *heap, ax_offset offset, uint32_t size);
  ax_offset (*reallocate)(ax_heap *heap, ax_offset offset, uint32_t size);
  uint32_t (*allocate_many)(ax_heap *heap, uint32_t size, ax_offset *out, uint32_t count);
  uint32_t (*free_many)(ax_heap *heap, const ax_offset *offsets, uint32_t count);
};

/* What is behind a handle of one kind, or NULL. Throws nothing. */
static inline const void *ariax_native_behind(napi_env env, napi_value handle, const napi_type_tag *tag) {
  napi_valuetype type = napi_undefined;
  bool ours = false;
  void *data = NULL;
  /* Of null and undefined no tag may be asked: that throws. */
  if (napi_typeof(env, handle, &type) != napi_ok || type != napi_external) return NULL;
  if (napi_check_object_type_tag(env, handle, tag, &ours) != napi_ok || !ours) return NULL;
  return napi_get_value_external(env, handle, &data) == napi_ok ? data : NULL;
}

/* The table behind a handle, or NULL. Throws nothing. */
static inline const ariax_native *ariax_native_get(napi_env env, napi_value handle) {
  static const napi_type_tag tag = {0x4172696158486561ull, 0x7048616e646c6521ull};
  const ariax_native *native = (const ariax_native *)ariax_native_behind(env, handle, &tag);
  return native != NULL && native->version == ARIAX_NATIVE_VERSION && native->is_there(env, native) ? native : NULL;
}

/*
 * A heap with lanes: of `allocator.handle` where that is a NativeSharedAllocator. Any thread may use it, also one that knows nothing of
 * JavaScript: with a lane of its own, which it attaches, and closes before it ends. Of one that didn't, and has been joined, the lane is
 * reclaimed, here or by `allocator.reclaim(ticket)`.
 *
 *     const ariax_native_lanes *native = ariax_native_lanes_get(env, handle);        in a call from JavaScript
 *     uint32_t ticket = native->ticket(native->heap);                                one for each thread, before it starts
 *
 *     uint32_t lane = native->attach(native->heap, ticket);                          in the thread; ax_is_lane(lane)?
 *     ax_offset offset = native->allocate(native->heap, lane, ticket, 100);
 *     native->close(native->heap, lane, ticket);
 *
 * The table and the heap are there as long as the handle is, and the memory is not unmapped: the threads have to be joined before.
 */
typedef struct ariax_native_lanes ariax_native_lanes;

struct ariax_native_lanes {
  uint32_t version;
  uint32_t bytes; /* of this struct */
  ax_heap *heap;
  unsigned char *buffer; /* where offsets count from */

  /* Is the memory still there? ariax_native_lanes_get asks it. */
  bool (*is_there)(napi_env env, const ariax_native_lanes *native);

  /* As ariax.h says of ax_ticket, ax_attach, ax_lane_allocate and so on. */
  uint32_t (*ticket)(ax_heap *heap);
  uint32_t (*attach)(ax_heap *heap, uint32_t ticket);
  bool (*is_held)(const ax_heap *heap, uint32_t lane, uint32_t ticket);
  ax_offset (*allocate)(ax_heap *heap, uint32_t lane, uint32_t ticket, uint32_t size);
  ax_offset (*allocate_aligned)(ax_heap *heap, uint32_t lane, uint32_t ticket, uint32_t size, uint32_t alignment);
  ax_freed (*free)(ax_heap *heap, uint32_t lane, uint32_t ticket, ax_offset offset);
  uint32_t (*size_of)(const ax_heap *heap, uint32_t lane, ax_offset offset);
  bool (*resize)(ax_heap *heap, uint32_t lane, uint32_t ticket, ax_offset offset, uint32_t size);
  ax_offset (*reallocate)(ax_heap *heap, uint32_t lane, uint32_t ticket, ax_offset offset, uint32_t size);
  uint32_t (*allocate_many)(ax_heap *heap, uint32_t lane, uint32_t ticket, uint32_t size, ax_offset *out, uint32_t count);
  uint32_t (*free_many)(ax_heap *heap, uint32_t lane, uint32_t ticket, const ax_offset *offsets, uint32_t count,
                        ax_offset *scratch);
  bool (*answer)(ax_heap *heap, uint32_t lane, uint32_t ticket);
  bool (*park)(ax_heap *heap, uint32_t lane, uint32_t ticket);
  uint32_t (*resume)(ax_heap *heap, uint32_t lane, uint32_t ticket);
  bool (*close)(ax_heap *heap, uint32_t lane, uint32_t ticket);
  uint32_t (*reclaim)(ax_heap *heap, uint32_t dead, uint32_t by, ax_lost *lost);
};

#define ARIAX_NATIVE_LANES_TAG {0x4172696158486561ull, 0x704c616e65732121ull}

/* The table behind a handle, or NULL. Throws nothing. */
static inline const ariax_native_lanes *ariax_native_lanes_get(napi_env env, napi_value handle) {
  static const napi_type_tag tag = ARIAX_NATIVE_LANES_TAG;
  const ariax_native_lanes *native = (const ariax_native_lanes *)ariax_native_behind(env, handle, &tag);
  return native != NULL && native->version == ARIAX_NATIVE_VERSION && native->is_there(env, native) ? native : NULL;
}

/* The bytes of a block: of a heap with lanes, `native->buffer + offset`. */
static inline void *ariax_native_at(const ariax_native *native, ax_offset offset) { return native->buffer + offset; }

#ifdef __cplusplus
}
#endif

#endif
