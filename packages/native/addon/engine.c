/*
 * engine.c: the engine in C, called from JavaScript.
 *
 * A heap's functions are made for it: each has the heap behind its `data`, which is the cheapest way to get at it.
 *
 *     allocate ─┐
 *     free     ─┼──▶ bound { table, buffer } ──▶ ArrayBuffer      the last function that is collected lets go
 *     …        ─┘
 *
 * The buffer is kept alive by that, but it can be detached: JavaScript looks before each call (src/crossing.ts), where it costs
 * one comparison. So these functions are not to be handed on.
 */
#include "engine.h"

#include <stdlib.h>

#include "ariax_native.h"
/* The engine, all of it. */
#include "ariax.c"

#if defined(_MSC_VER)
#define THREAD __declspec(thread)
#else
#define THREAD _Thread_local
#endif

/* What `free` returns where pages went back to the pool: besides those of ax_freed. */
#define GAVE 4

typedef struct bound {
  ariax_native table; /* first: a handle points here */
  napi_env env;       /* the buffer's reference was made in it */
  napi_ref buffer;
  unsigned holders;
} bound;

/* Whose call it is that may make its heap longer. */
static THREAD const bound *growing;

/* The bytes of a heap's buffer, as it is now; 0 where it was detached. */
static size_t bytes_of(napi_env env, const bound *b) {
  napi_value buffer;
  void *data;
  size_t bytes = 0;
  const bool there = napi_get_reference_value(env, b->buffer, &buffer) == napi_ok && buffer != NULL &&
                     napi_get_arraybuffer_info(env, buffer, &data, &bytes) == napi_ok;
  return there ? bytes : 0;
}

/* A mapping has all its pages from the start. Another buffer can be used up to its end, but made longer only by JavaScript. */
bool ax_grow_buffer(ax_heap *heap, uint64_t bytes) {
  return growing != NULL && growing->table.heap == heap && bytes <= bytes_of(growing->env, growing);
}

static inline void may_grow(const bound *b) {
  if (b->table.heap->pages < b->table.heap->limit) growing = b;
}

/* Another addon's call begins: for as long as it lasts, the heap is its own. */
static bool is_there(napi_env env, const ariax_native *table) {
  const bound *b = (const bound *)table;
  if (bytes_of(env, b) == 0) return false;
  may_grow(b);
  return true;
}

static void let_go(napi_env env, void *data, void *hint) {
  bound *b = data;
  (void)hint;
  if (--b->holders > 0) return;
  if (growing == b) growing = NULL;
  napi_delete_reference(env, b->buffer);
  free(b);
}

/* Is there a heap at `base` that lies within the buffer? JavaScript has verified it: this only keeps a wrong call from crashing. */
static bool has_heap(const unsigned char *data, size_t bytes, uint32_t base) {
  if (base % AX_PAGE_SIZE != 0 || base > bytes || bytes - base < 2 * AX_PAGE_SIZE) return false;
  const ax_heap *heap = (const ax_heap *)(const void *)(data + base);
  return heap->magic == AX_MAGIC && heap->version == AX_VERSION && heap->lanes == 1 && heap->base == base &&
         is_place(base, heap->limit) && heap->pages > first_of(heap->limit) && heap->pages <= heap->limit &&
         heap->pages <= (bytes - base) / AX_PAGE_SIZE;
}

/* From (buffer, base): a bound heap that has no holder yet; or an exception and NULL. */
static bound *make_bound(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  void *data = NULL;
  size_t bytes = 0, base;
  bool is_buffer = false;
  if (!get_arguments(env, info, 2, argument) || !get_size(env, argument[1], &base)) return NULL;
  if (napi_is_arraybuffer(env, argument[0], &is_buffer) != napi_ok || !is_buffer) {
    throw_code(env, "ERR_INVALID_ARGUMENT", "invalid buffer: not an ArrayBuffer");
    return NULL;
  }
  TRY(env, napi_get_arraybuffer_info(env, argument[0], &data, &bytes));
  if (base > UINT32_MAX || !has_heap(data, bytes, (uint32_t)base)) {
    throw_code(env, "ERR_CORRUPTED", "corrupted: no heap at this place of the buffer");
    return NULL;
  }
  bound *b = malloc(sizeof *b);
  if (b == NULL) {
    throw_code(env, "ERR_OUT_OF_MEMORY", "out of memory: malloc has no room for a heap's record");
    return NULL;
  }
  *b = (bound){
      .table = {ARIAX_NATIVE_VERSION, sizeof(ariax_native), (ax_heap *)(void *)((unsigned char *)data + base), data, is_there,
                ax_allocate, ax_allocate_aligned, ax_free, ax_size_of, ax_resize, ax_reallocate, ax_allocate_many,
                ax_free_many},
      .env = env,
  };
  if (napi_create_reference(env, argument[0], 1, &b->buffer) != napi_ok) {
    free(b);
    throw_last(env);
    return NULL;
  }
  return b;
}

static napi_value allocate(napi_env env, napi_callback_info info) {
  uint32_t size;
  bound *b = get_numbers(env, info, 1, &size);
  if (b == NULL) return NULL;
  may_grow(b);
  return make_int(env, ax_allocate(b->table.heap, size));
}

static napi_value allocate_aligned(napi_env env, napi_callback_info info) {
  uint32_t number[2];
  bound *b = get_numbers(env, info, 2, number);
  if (b == NULL) return NULL;
  may_grow(b);
  return make_int(env, ax_allocate_aligned(b->table.heap, number[0], number[1]));
}

static napi_value free_block(napi_env env, napi_callback_info info) {
  uint32_t offset;
  bound *b = get_numbers(env, info, 1, &offset);
  if (b == NULL) return NULL;
  const uint32_t used = b->table.heap->used;
  const uint32_t freed = ax_free(b->table.heap, offset);
  return make_int(env, b->table.heap->used < used ? GAVE : freed);
}

static napi_value size_of(napi_env env, napi_callback_info info) {
  uint32_t offset;
  bound *b = get_numbers(env, info, 1, &offset);
  return b == NULL ? NULL : make_int(env, ax_size_of(b->table.heap, offset));
}

static napi_value resize(napi_env env, napi_callback_info info) {
  uint32_t number[2];
  bound *b = get_numbers(env, info, 2, number);
  return b == NULL ? NULL : make_bool(env, ax_resize(b->table.heap, number[0], number[1]));
}

static napi_value reallocate(napi_env env, napi_callback_info info) {
  uint32_t number[2];
  bound *b = get_numbers(env, info, 2, number);
  if (b == NULL) return NULL;
  may_grow(b);
  return make_int(env, ax_reallocate(b->table.heap, number[0], number[1]));
}

/* (size, out) */
static napi_value allocate_many(napi_env env, napi_callback_info info) {
  uint32_t size, *out;
  size_t length;
  bound *b = get_array(env, info, 2, 1, &size, &out, &length);
  if (b == NULL) return NULL;
  may_grow(b);
  return make_number(env, ax_allocate_many(b->table.heap, size, out, length < UINT32_MAX ? (uint32_t)length : UINT32_MAX));
}

/* (offsets, count) */
static napi_value free_many(napi_env env, napi_callback_info info) {
  uint32_t count, *offsets;
  size_t length;
  bound *b = get_array(env, info, 2, 0, &count, &offsets, &length);
  if (b == NULL) return NULL;
  return make_number(env, ax_free_many(b->table.heap, offsets, count < length ? count : (uint32_t)length));
}

static napi_value why(napi_env env, napi_callback_info info) {
  uint32_t offset;
  bound *b = get_numbers(env, info, 1, &offset);
  return b == NULL ? NULL : make_int(env, ax_why(b->table.heap, offset));
}

static napi_value reset(napi_env env, napi_callback_info info) {
  bound *b = get_numbers(env, info, 0, NULL);
  if (b == NULL) return NULL;
  ax_reset(b->table.heap);
  return make_undefined(env);
}

static napi_value verify(napi_env env, napi_callback_info info) {
  bound *b = get_numbers(env, info, 0, NULL);
  return b == NULL ? NULL : make_int(env, ax_verify(b->table.heap));
}

static const verb verbs[] = {
    {"allocate", allocate},      {"allocateAligned", allocate_aligned},
    {"free", free_block},        {"sizeOf", size_of},
    {"resize", resize},          {"reallocate", reallocate},
    {"allocateMany", allocate_many}, {"freeMany", free_many},
    {"why", why},                {"reset", reset},
    {"verify", verify},
};

/* (buffer, base): an object of the functions above, for that heap. */
static napi_value bind(napi_env env, napi_callback_info info) {
  napi_value result;
  bound *b = make_bound(env, info);
  if (b == NULL) return NULL;
  b->holders = 1; /* this call, until it ends */
  const bool done = make_functions(env, verbs, sizeof verbs / sizeof verbs[0], b, let_go, &b->holders, &result);
  if (!done) throw_last(env);
  let_go(env, b, NULL);
  return done ? result : NULL;
}

/* (buffer, base): a handle for other addons, see ariax_native.h. */
static napi_value make_handle(napi_env env, napi_callback_info info) {
  static const napi_type_tag tag = {0x4172696158486561ull, 0x7048616e646c6521ull};
  napi_value result;
  bound *b = make_bound(env, info);
  if (b == NULL) return NULL;
  b->holders = 1;
  if (napi_create_external(env, b, let_go, NULL, &result) != napi_ok) {
    throw_last(env);
    let_go(env, b, NULL);
    return NULL;
  }
  TRY(env, napi_type_tag_object(env, result, &tag));
  return result;
}

static const napi_property_descriptor functions[] = {
    FUNCTION("bind", bind),
    FUNCTION("handle", make_handle),
};

const function_table engine_functions = {functions, sizeof functions / sizeof functions[0]};
