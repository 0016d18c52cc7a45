#include "napi.h"

#include <string.h>

void throw_last(napi_env env) {
  const napi_extended_error_info *info = NULL;
  bool pending = false;
  napi_get_last_error_info(env, &info);
  const char *message = info != NULL && info->error_message != NULL ? info->error_message : "Node-API call failed";
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_error(env, "ERR_NATIVE_API", message);
}

void throw_code(napi_env env, const char *code, const char *message) {
  napi_throw_error(env, code, message);
}

void throw_system(napi_env env, const char *call, int error) {
  napi_value code, message, number, object;
  if (napi_create_string_utf8(env, "ERR_SYSTEM_CALL", NAPI_AUTO_LENGTH, &code) != napi_ok ||
      napi_create_string_utf8(env, call, NAPI_AUTO_LENGTH, &message) != napi_ok ||
      napi_create_error(env, code, message, &object) != napi_ok ||
      napi_create_int32(env, error, &number) != napi_ok ||
      napi_set_named_property(env, object, "errno", number) != napi_ok || napi_throw(env, object) != napi_ok) {
    throw_last(env);
  }
}

static bool refuse(napi_env env, const char *message) {
  throw_code(env, "ERR_INVALID_ARGUMENT", message);
  return false;
}

bool get_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *arguments) {
  size_t given = count;
  if (napi_get_cb_info(env, info, &given, arguments, NULL, NULL) != napi_ok) {
    throw_last(env);
    return false;
  }
  return given >= count ? true : refuse(env, "invalid call: too few arguments");
}

bool get_size(napi_env env, napi_value value, size_t *out) {
  double number = -1;
  /* 2^53: above it, and above what size_t holds, no conversion is exact. */
  const double most = sizeof(size_t) < 8 ? 4294967295.0 : 9007199254740992.0;
  if (napi_get_value_double(env, value, &number) != napi_ok || !(number >= 0 && number <= most)) {
    return refuse(env, "invalid size: not a whole number");
  }
  *out = (size_t)number;
  return (double)*out >= number ? true : refuse(env, "invalid size: not a whole number");
}

bool get_int(napi_env env, napi_value value, int *out) {
  int32_t number = 0;
  if (napi_get_value_int32(env, value, &number) != napi_ok) return refuse(env, "invalid value: not a number");
  *out = number;
  return true;
}

bool get_bool(napi_env env, napi_value value, bool *out) {
  return napi_get_value_bool(env, value, out) == napi_ok ? true : refuse(env, "invalid value: not a boolean");
}

bool get_name(napi_env env, napi_value value, char *out, size_t room) {
  napi_valuetype type = napi_undefined;
  size_t length = 0;
  out[0] = 0;
  if (napi_typeof(env, value, &type) == napi_ok && type == napi_null) return true;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok || length == 0 || length >= room ||
      napi_get_value_string_utf8(env, value, out, room, &length) != napi_ok || strlen(out) != length) {
    return refuse(env, "invalid name");
  }
  return true;
}

napi_value make_number(napi_env env, double number) {
  napi_value value;
  TRY(env, napi_create_double(env, number, &value));
  return value;
}

napi_value make_bool(napi_env env, bool truth) {
  napi_value value;
  TRY(env, napi_get_boolean(env, truth, &value));
  return value;
}

napi_value make_undefined(napi_env env) {
  napi_value value;
  TRY(env, napi_get_undefined(env, &value));
  return value;
}

bool make_functions(napi_env env, const verb *verbs, size_t count, void *data, napi_finalize let_go, unsigned *holders,
                    napi_value *result) {
  napi_value function;
  bool done = napi_create_object(env, result) == napi_ok;
  for (size_t i = 0; done && i < count; i++) {
    done = napi_create_function(env, verbs[i].name, NAPI_AUTO_LENGTH, verbs[i].function, data, &function) == napi_ok &&
           napi_add_finalizer(env, function, data, let_go, NULL, NULL) == napi_ok && ++*holders > 0 &&
           napi_set_named_property(env, *result, verbs[i].name, function) == napi_ok;
  }
  return done;
}

void *get_array(napi_env env, napi_callback_info info, size_t count, size_t array, uint32_t *numbers, uint32_t **out,
                size_t *length) {
  napi_value argument[4];
  size_t given = count;
  void *data = NULL, *at = NULL;
  napi_typedarray_type type;
  bool right = napi_get_cb_info(env, info, &given, argument, NULL, &data) == napi_ok &&
               napi_get_typedarray_info(env, argument[array], &type, length, &at, NULL, NULL) == napi_ok;
  for (size_t i = 0; right && i < count; i++) {
    if (i != array) right = napi_get_value_uint32(env, argument[i], numbers++) == napi_ok;
  }
  if (!right) {
    throw_last(env);
  } else if (type != napi_int32_array && type != napi_uint32_array) {
    throw_code(env, "ERR_INVALID_ARGUMENT", "invalid array: not of 32-bit integers");
  } else {
    *out = at;
    return data;
  }
  return NULL;
}
