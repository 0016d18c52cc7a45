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

/* The table behind a handle, or NULL. Throws nothing. */
static inline const ariax_native *ariax_native_get(napi_env env, napi_value handle) {
  static const napi_type_tag tag = {0x4172696158486561ull, 0x7048616e646c6521ull};
  napi_valuetype type = napi_undefined;
  bool ours = false;
  void *data = NULL;
  /* Of null and undefined no tag may be asked: that throws. */
  if (napi_typeof(env, handle, &type) != napi_ok || type != napi_external) return NULL;
  if (napi_check_object_type_tag(env, handle, &tag, &ours) != napi_ok || !ours) return NULL;
  if (napi_get_value_external(env, handle, &data) != napi_ok) return NULL;
  const ariax_native *native = (const ariax_native *)data;
  return native->version == ARIAX_NATIVE_VERSION && native->is_there(env, native) ? native : NULL;
}

/* The bytes of a block. */
static inline void *ariax_native_at(const ariax_native *native, ax_offset offset) { return native->buffer + offset; }

#ifdef __cplusplus
}
#endif

#endif
