/*
 * napi.h: what every function that JavaScript calls needs of Node-API.
 *
 * The rule: a call that fails leaves a JavaScript exception pending and returns NULL, and its caller returns NULL at once. What
 * JavaScript passes is checked here again, though src/ checks it first: the addon must not crash, whoever calls it.
 */
#ifndef ARIAX_NAPI_H
#define ARIAX_NAPI_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A Node-API call that must succeed; else what it says is thrown, and the function returns NULL. */
#define TRY(env, call)               \
  do {                               \
    if ((call) != napi_ok) {         \
      throw_last(env);               \
      return NULL;                   \
    }                                \
  } while (0)

/* One line of a table of functions. */
#define FUNCTION(name, function) {(name), NULL, (function), NULL, NULL, NULL, napi_enumerable, NULL}

/* The table of one file's functions, gathered by addon.c. */
typedef struct function_table {
  const napi_property_descriptor *functions;
  size_t count;
} function_table;

/* Throws what the last Node-API call complained of, unless an exception is pending already. Code: ERR_NATIVE_API. */
void throw_last(napi_env env);

/* Throws an error with a code of the family. */
void throw_code(napi_env env, const char *code, const char *message);

/* Throws ERR_SYSTEM_CALL: the message is the name of the call, the property errno the system's number. */
void throw_system(napi_env env, const char *call, int error);

/* The arguments of a call, which must be `count`. */
bool get_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments);

/* Values; each throws ERR_INVALID_ARGUMENT for one of another kind. A size is a whole number. */
bool get_size(napi_env env, napi_value value, size_t *out);
bool get_int(napi_env env, napi_value value, int *out);
bool get_bool(napi_env env, napi_value value, bool *out);
/* A string of less than `room` bytes, ended by 0; NULL gives an empty one. */
bool get_name(napi_env env, napi_value value, char *out, size_t room);

napi_value make_number(napi_env env, double number);
napi_value make_bool(napi_env env, bool value);
napi_value make_undefined(napi_env env);

/* A function, and its name. */
typedef struct verb {
  const char *name;
  napi_callback function;
} verb;

/*
 * An object of functions, each with `data` behind it; `let_go(env, data, NULL)` comes for each that is collected, and `holders` is raised for
 * each. False where that can't be done: what was made lets go by itself.
 */
bool make_functions(napi_env env, const verb *verbs, size_t count, void *data, napi_finalize let_go, unsigned *holders,
                    napi_value *result);

/* The data of a call, and its at most four numbers, taken modulo 2^32; NULL and an exception where they are none. */
static inline void *get_numbers(napi_env env, napi_callback_info info, size_t count, uint32_t *numbers) {
  napi_value argument[4];
  size_t given = count;
  void *data = NULL;
  bool right = napi_get_cb_info(env, info, &given, argument, NULL, &data) == napi_ok;
  for (size_t i = 0; right && i < count; i++) right = napi_get_value_uint32(env, argument[i], &numbers[i]) == napi_ok;
  if (right) return data;
  throw_last(env);
  return NULL;
}

/* The same, where the argument at `array` is one of 32-bit integers. */
void *get_array(napi_env env, napi_callback_info info, size_t count, size_t array, uint32_t *numbers, uint32_t **out,
                size_t *length);

/* Signed, so that V8 need not make an object for numbers above 2^31; JavaScript makes them unsigned. */
static inline napi_value make_int(napi_env env, uint32_t number) {
  napi_value value;
  TRY(env, napi_create_int32(env, (int32_t)number, &value));
  return value;
}

#endif
