/*
 * records.c: another addon, in a heap that JavaScript made. It fills blocks that JavaScript allocates, and returns blocks that
 * JavaScript frees. ariax_native.h is all it includes of @ariax/native, and nothing is linked: the functions come with the handle.
 */
#include <ariax_native.h>

/* As main.ts reads it, field by field. */
typedef struct record {
  uint32_t id;
  uint32_t day; /* of the year */
  double value;
} record;

/* What `above` returns a block of: so many records. */
typedef struct selection {
  uint64_t count;
  record records[];
} selection;

static napi_value complain(napi_env env, const char *what) {
  napi_throw_error(env, NULL, what);
  return NULL;
}

/* The heap behind the first argument, and the numbers behind it; NULL, and an exception, where that is not what was passed. */
static const ariax_native *get(napi_env env, napi_callback_info info, size_t count, double *numbers) {
  napi_value argument[4] = {NULL};
  size_t given = 4;
  if (napi_get_cb_info(env, info, &given, argument, NULL, NULL) != napi_ok) return NULL;
  for (size_t i = 0; i < count; i++) {
    if (napi_get_value_double(env, argument[1 + i], &numbers[i]) == napi_ok) continue;
    complain(env, "not a number");
    return NULL;
  }
  const ariax_native *native = ariax_native_get(env, argument[0]);
  if (native == NULL) complain(env, "no heap: not a handle, one of another version, or its memory is gone");
  return native;
}

static napi_value number(napi_env env, double value) {
  napi_value result;
  return napi_create_double(env, value, &result) == napi_ok ? result : NULL;
}

/* fill(heap, offset): writes records to all of a block. How many there are. */
static napi_value fill(napi_env env, napi_callback_info info) {
  double offset;
  const ariax_native *native = get(env, info, 1, &offset);
  if (native == NULL) return NULL;
  /* Asked, not trusted: 0 where no live block begins. */
  const uint32_t count = native->size_of(native->heap, (ax_offset)offset) / sizeof(record);
  if (count == 0) return complain(env, "no block of records is there");
  record *records = ariax_native_at(native, (ax_offset)offset);
  for (uint32_t i = 0; i < count; i++) {
    records[i] = (record){.id = i, .day = i % 365, .value = (double)(i * 7919u % 1000u) / 10};
  }
  return number(env, count);
}

/* above(heap, offset, count, least): a new block, a selection of `count` records: those whose value is above `least`. */
static napi_value above(napi_env env, napi_callback_info info) {
  double numbers[3];
  const ariax_native *native = get(env, info, 3, numbers);
  if (native == NULL) return NULL;
  const ax_offset offset = (ax_offset)numbers[0];
  const uint32_t count = (uint32_t)numbers[1];
  if (count > native->size_of(native->heap, offset) / sizeof(record)) return complain(env, "so many records are not there");
  const record *records = ariax_native_at(native, offset);
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; i++) found += records[i].value > numbers[2];

  const ax_offset result = native->allocate(native->heap, (uint32_t)sizeof(selection) + found * (uint32_t)sizeof(record));
  if (result == 0) return complain(env, "the heap is full");
  /* A heap's memory does not move while C has the turn: both blocks stay where they are. */
  selection *out = ariax_native_at(native, result);
  out->count = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (records[i].value > numbers[2]) out->records[out->count++] = records[i];
  }
  return number(env, result);
}

/* drop(heap, offset): frees a block, whoever made it. "freed", or what is wrong. */
static napi_value drop(napi_env env, napi_callback_info info) {
  static const char *const words[] = {"freed", "free already", "no block"};
  double offset;
  napi_value result;
  const ariax_native *native = get(env, info, 1, &offset);
  if (native == NULL) return NULL;
  const char *word = words[native->free(native->heap, (ax_offset)offset)];
  return napi_create_string_utf8(env, word, NAPI_AUTO_LENGTH, &result) == napi_ok ? result : NULL;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"fill", NULL, fill, NULL, NULL, NULL, napi_enumerable, NULL},
      {"above", NULL, above, NULL, NULL, NULL, napi_enumerable, NULL},
      {"drop", NULL, drop, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
  return exports;
}
