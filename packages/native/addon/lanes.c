/*
 * lanes.c: the engine with lanes, called from JavaScript, and from threads of other addons.
 *
 * As in engine.c, a heap's functions are made for it. But what they are bound to is a view of the heap, not its buffer: of a
 * SharedArrayBuffer Node-API says nothing, of a view over one it tells the address. Shared memory never moves, and a view keeps it.
 */
#include <stdlib.h>

#include "engine.h"

#include "ariax_native.h"
/* The engine with lanes, all of it. */
#include "ariax-lanes.c"

typedef struct bound {
  ariax_native_lanes table; /* first: a handle points here */
  napi_env env;             /* the view's reference was made in it */
  napi_ref view;
  unsigned holders;
} bound;

/* Is the view's memory there? An ArrayBuffer can be detached. */
static bool is_there(napi_env env, const ariax_native_lanes *table) {
  const bound *b = (const bound *)table;
  napi_value view;
  napi_typedarray_type type;
  size_t length = 0;
  void *data = NULL;
  return napi_get_reference_value(env, b->view, &view) == napi_ok && view != NULL &&
         napi_get_typedarray_info(env, view, &type, &length, &data, NULL, NULL) == napi_ok && length > 0 && data != NULL;
}

static void let_go(napi_env env, void *data, void *hint) {
  bound *b = data;
  (void)hint;
  if (--b->holders > 0) return;
  napi_delete_reference(env, b->view);
  free(b);
}

/* From (view): a bound heap that has no holder yet; or an exception and NULL. The view is an Int32Array over the whole heap. */
static bound *make_bound(napi_env env, napi_callback_info info) {
  napi_value argument[1];
  napi_typedarray_type type;
  size_t length, base;
  void *data = NULL;
  if (!get_arguments(env, info, 1, argument)) return NULL;
  if (napi_get_typedarray_info(env, argument[0], &type, &length, &data, NULL, &base) != napi_ok || type != napi_int32_array) {
    throw_code(env, "ERR_INVALID_ARGUMENT", "invalid view: not an Int32Array");
    return NULL;
  }
  unsigned char *const buffer = (unsigned char *)data - base;
  if (data == NULL || base > UINT32_MAX || ax_open_shared(buffer, (uint32_t)base, base + 4 * (uint64_t)length) == NULL) {
    throw_code(env, "ERR_CORRUPTED", "corrupted: no heap with lanes at this place of the buffer");
    return NULL;
  }
  bound *b = malloc(sizeof *b);
  if (b == NULL) {
    throw_code(env, "ERR_OUT_OF_MEMORY", "out of memory: malloc has no room for a heap's record");
    return NULL;
  }
  *b = (bound){
      .table = {.version = ARIAX_NATIVE_VERSION,
                .bytes = sizeof(ariax_native_lanes),
                .heap = data,
                .buffer = buffer,
                .is_there = is_there,
                .ticket = ax_ticket,
                .attach = ax_attach,
                .is_held = ax_is_held,
                .allocate = ax_lane_allocate,
                .allocate_aligned = ax_lane_allocate_aligned,
                .free = ax_lane_free,
                .size_of = ax_lane_size_of,
                .resize = ax_lane_resize,
                .reallocate = ax_lane_reallocate,
                .allocate_many = ax_lane_allocate_many,
                .free_many = ax_lane_free_many,
                .answer = ax_answer,
                .park = ax_park,
                .resume = ax_resume,
                .close = ax_close,
                .reclaim = ax_reclaim},
      .env = env,
  };
  if (napi_create_reference(env, argument[0], 1, &b->view) == napi_ok) return b;
  free(b);
  throw_last(env);
  return NULL;
}

/* The first two numbers of each call are a lane and its ticket. */
enum { LANE, TICKET, FIRST, SECOND };

static napi_value allocate(napi_env env, napi_callback_info info) {
  uint32_t n[3];
  const bound *b = get_numbers(env, info, 3, n);
  return b == NULL ? NULL : make_int(env, ax_lane_allocate(b->table.heap, n[LANE], n[TICKET], n[FIRST]));
}

static napi_value allocate_aligned(napi_env env, napi_callback_info info) {
  uint32_t n[4];
  const bound *b = get_numbers(env, info, 4, n);
  if (b == NULL) return NULL;
  return make_int(env, ax_lane_allocate_aligned(b->table.heap, n[LANE], n[TICKET], n[FIRST], n[SECOND]));
}

static napi_value free_block(napi_env env, napi_callback_info info) {
  uint32_t n[3];
  const bound *b = get_numbers(env, info, 3, n);
  return b == NULL ? NULL : make_int(env, ax_lane_free(b->table.heap, n[LANE], n[TICKET], n[FIRST]));
}

static napi_value resize(napi_env env, napi_callback_info info) {
  uint32_t n[4];
  const bound *b = get_numbers(env, info, 4, n);
  return b == NULL ? NULL : make_bool(env, ax_lane_resize(b->table.heap, n[LANE], n[TICKET], n[FIRST], n[SECOND]));
}

static napi_value reallocate(napi_env env, napi_callback_info info) {
  uint32_t n[4];
  const bound *b = get_numbers(env, info, 4, n);
  return b == NULL ? NULL : make_int(env, ax_lane_reallocate(b->table.heap, n[LANE], n[TICKET], n[FIRST], n[SECOND]));
}

/* (lane, ticket, size, out) */
static napi_value allocate_many(napi_env env, napi_callback_info info) {
  uint32_t n[3], *out;
  size_t length;
  const bound *b = get_array(env, info, 4, 3, n, &out, &length);
  if (b == NULL) return NULL;
  const uint32_t count = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
  return make_number(env, ax_lane_allocate_many(b->table.heap, n[LANE], n[TICKET], n[FIRST], out, count));
}

/* (lane, ticket, offsets, count) */
static napi_value free_many(napi_env env, napi_callback_info info) {
  uint32_t n[3], *offsets;
  size_t length;
  const bound *b = get_array(env, info, 4, 2, n, &offsets, &length);
  if (b == NULL) return NULL;
  const uint32_t count = n[FIRST] < length ? n[FIRST] : (uint32_t)length;
  ax_offset *scratch = malloc(count == 0 ? 1 : sizeof *scratch * count);
  if (scratch == NULL) {
    throw_code(env, "ERR_OUT_OF_MEMORY", "out of memory: malloc has no room to sort the offsets in");
    return NULL;
  }
  const uint32_t good = ax_lane_free_many(b->table.heap, n[LANE], n[TICKET], offsets, count, scratch);
  free(scratch);
  return make_number(env, good);
}

static napi_value verify(napi_env env, napi_callback_info info) {
  const bound *b = get_numbers(env, info, 0, NULL);
  return b == NULL ? NULL : make_int(env, ax_verify_shared(b->table.heap));
}

static const verb verbs[] = {
    {"allocate", allocate},          {"allocateAligned", allocate_aligned},
    {"free", free_block},            {"resize", resize},
    {"reallocate", reallocate},      {"allocateMany", allocate_many},
    {"freeMany", free_many},         {"verify", verify},
};

/* (view): an object of the functions above, for that heap. */
static napi_value bind_lanes(napi_env env, napi_callback_info info) {
  napi_value result;
  bound *b = make_bound(env, info);
  if (b == NULL) return NULL;
  b->holders = 1; /* this call, until it ends */
  const bool done = make_functions(env, verbs, sizeof verbs / sizeof verbs[0], b, let_go, &b->holders, &result);
  if (!done) throw_last(env);
  let_go(env, b, NULL);
  return done ? result : NULL;
}

/* (view): a handle for other addons, see ariax_native.h. */
static napi_value make_lanes_handle(napi_env env, napi_callback_info info) {
  static const napi_type_tag tag = ARIAX_NATIVE_LANES_TAG;
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
    FUNCTION("bindLanes", bind_lanes),
    FUNCTION("lanesHandle", make_lanes_handle),
};

const function_table lane_functions = {functions, sizeof functions / sizeof functions[0]};
