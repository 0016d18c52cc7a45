/*
 * locks.c: the Node-API face of lock_file.h.
 *
 * A file that is dropped stays open, as does one whose object was collected: what it holds says that its thread lives. It is closed by
 * `closeLocks`, or, by a hook, when its thread ends: no JavaScript of that thread runs any more by then, however it ended.
 * Of a process that is killed the kernel closes it.
 *
 *     the object ───▶ locks { file, open, collected } ◀─── the hook
 */
#include "locks.h"

#include <stdlib.h>

#include "lock_file.h"

typedef struct locks {
  lock_file file;
  bool open;
  bool collected; /* whoever comes second, closing or the collector, frees the record */
} locks;

static const napi_type_tag LOCKS = {0x4172696158466c6f, 0x636b73206f70656e};

static void end(void *data) {
  locks *l = data;
  lock_file_close(&l->file);
  l->open = false;
  if (l->collected) free(l);
}

static void let_go(napi_env env, void *data, void *hint) {
  locks *l = data;
  (void)env, (void)hint;
  l->collected = true;
  if (!l->open) free(l);
}

static napi_value failed(napi_env env, const lock_file *f) {
  throw_system(env, f->failed, f->error);
  return NULL;
}

/* (descriptor): of an open file, which is the caller's to close. */
static napi_value open_locks(napi_env env, napi_callback_info info) {
  napi_value argument[1], result;
  int descriptor;
  bool local = false;
  if (!get_arguments(env, info, 1, argument) || !get_int(env, argument[0], &descriptor)) return NULL;
  locks *l = calloc(1, sizeof *l);
  if (l == NULL) {
    throw_code(env, "ERR_OUT_OF_MEMORY", "out of memory: malloc has no room for a file's record");
    return NULL;
  }
  if (!lock_file_open(&l->file, descriptor)) {
    failed(env, &l->file);
    free(l);
    return NULL;
  }
  const bool asked = lock_file_is_local(&l->file, &local);
  if (!asked) failed(env, &l->file);
  else if (!local) throw_code(env, "ERR_UNSUPPORTED", "not on this machine");
  else if (napi_add_env_cleanup_hook(env, end, l) != napi_ok) throw_last(env);
  else {
    l->open = true;
    if (napi_create_external(env, l, let_go, NULL, &result) == napi_ok && napi_type_tag_object(env, result, &LOCKS) == napi_ok) {
      return result;
    }
    throw_last(env);
    return NULL; /* the hook closes it */
  }
  lock_file_close(&l->file);
  free(l);
  return NULL;
}

/* The first of two arguments, and the ticket that the second one is, where there is one. */
static locks *get_locks(napi_env env, napi_callback_info info, size_t count, napi_value *argument, uint32_t *ticket) {
  bool ours = false;
  void *data = NULL;
  if (!get_arguments(env, info, count, argument)) return NULL;
  if (napi_check_object_type_tag(env, argument[0], &LOCKS, &ours) != napi_ok || !ours ||
      napi_get_value_external(env, argument[0], &data) != napi_ok || !((locks *)data)->open) {
    throw_code(env, "ERR_INVALID_ARGUMENT", "invalid locks: not of an open file");
    return NULL;
  }
  if (ticket != NULL && napi_get_value_uint32(env, argument[1], ticket) != napi_ok) {
    throw_code(env, "ERR_INVALID_ARGUMENT", "invalid ticket: not a number");
    return NULL;
  }
  return data;
}

static napi_value close_locks(napi_env env, napi_callback_info info) {
  napi_value argument[1];
  locks *l = get_locks(env, info, 1, argument, NULL);
  if (l == NULL) return NULL;
  TRY(env, napi_remove_env_cleanup_hook(env, end, l));
  end(l);
  return make_undefined(env);
}

static napi_value take_lock(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  uint32_t ticket;
  bool got;
  locks *l = get_locks(env, info, 2, argument, &ticket);
  if (l == NULL) return NULL;
  return lock_file_take(&l->file, ticket, &got) ? make_bool(env, got) : failed(env, &l->file);
}

static napi_value release_lock(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  uint32_t ticket;
  locks *l = get_locks(env, info, 2, argument, &ticket);
  if (l == NULL) return NULL;
  return lock_file_release(&l->file, ticket) ? make_undefined(env) : failed(env, &l->file);
}

static napi_value is_locked(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  uint32_t ticket;
  bool taken;
  locks *l = get_locks(env, info, 2, argument, &ticket);
  if (l == NULL) return NULL;
  return lock_file_is_taken(&l->file, ticket, &taken) ? make_bool(env, taken) : failed(env, &l->file);
}

static napi_value read_record(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  uint32_t ticket;
  int32_t record;
  locks *l = get_locks(env, info, 2, argument, &ticket);
  if (l == NULL) return NULL;
  return lock_file_read(&l->file, ticket, &record) ? make_int(env, (uint32_t)record) : failed(env, &l->file);
}

static napi_value write_record(napi_env env, napi_callback_info info) {
  napi_value argument[3];
  uint32_t ticket;
  int record;
  locks *l = get_locks(env, info, 3, argument, &ticket);
  if (l == NULL || !get_int(env, argument[2], &record)) return NULL;
  return lock_file_write(&l->file, ticket, record) ? make_undefined(env) : failed(env, &l->file);
}

static const napi_property_descriptor functions[] = {
    FUNCTION("openLocks", open_locks),     FUNCTION("closeLocks", close_locks), FUNCTION("takeLock", take_lock),
    FUNCTION("releaseLock", release_lock), FUNCTION("isLocked", is_locked),     FUNCTION("readRecord", read_record),
    FUNCTION("writeRecord", write_record),
};

const function_table lock_functions = {functions, sizeof functions / sizeof functions[0]};
