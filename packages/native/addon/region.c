/*
 * region.c: the Node-API face of pages.h.
 *
 * A region is held by two JavaScript objects: a handle, and the one ArrayBuffer over its memory. Each lets go when it is collected, or
 * when its thread ends, and the last one gives the pages back, unless unmap has done so before: then only the record is freed.
 * Both belong to one thread, and so does the count.
 *
 *     handle ────────┐
 *                    ├──▶ region { holders, mapped } ──▶ pages
 *     ArrayBuffer ───┘
 *
 * `buffer.transfer()` moves the memory to another ArrayBuffer, which can be posted to another thread. The region is still held as
 * before, as it is the memory that counts; but when the region's thread ends, Node lets go whether or not others have the memory.
 */
#include "region.h"

#include <stdint.h>
#include <stdlib.h>

#include "count.h"
#include "pages.h"

typedef struct region {
  pages pages;
  napi_ref buffer; /* strong as long as the handle is there, then weak; NULL before it was made */
  napi_ref watch;  /* strong: see below */
  unsigned holders;
  bool mapped;   /* not yet given back */
  bool buffered; /* its ArrayBuffer was made: V8 aborts on a second one over the same memory */
} region;

static const napi_type_tag REGION = {0x4172696158526567, 0x696f6e2068616e64};

static void let_go(napi_env env, void *data, void *hint) {
  region *r = hint;
  (void)data;
  if (--r->holders > 0) return;
  if (r->mapped) pages_unmap(&r->pages);
  if (r->buffer != NULL) napi_delete_reference(env, r->buffer);
  if (r->watch != NULL) napi_delete_reference(env, r->watch); /* collected one day, it frees the record */
  else free(r);
}

/* The handle is gone. Until now its buffer was kept, so that at a thread's end it can be asked whether its memory was moved. */
static void let_go_handle(napi_env env, void *data, void *hint) {
  region *r = hint;
  if (r->buffer != NULL) napi_reference_unref(env, r->buffer, NULL);
  let_go(env, data, hint);
}

/*
 * v8::ArrayBuffer::SetDetachKey, or NULL where the runtime does not show it. Its C++ name says what it takes, so there is none of this
 * name where that has changed; and what V8 calls a Local is a napi_value.
 */
#if defined(__GNUC__) && !defined(_WIN32)
#ifdef __APPLE__
#define SYMBOL(name) "_" name
#else
#define SYMBOL(name) name
#endif
extern void set_detach_key(napi_value buffer, napi_value key) __asm__(
    SYMBOL("_ZN2v811ArrayBuffer12SetDetachKeyENS_5LocalINS_5ValueEEE")) __attribute__((weak, visibility("default")));
#else
static void (*const set_detach_key)(napi_value buffer, napi_value key) = NULL;
#endif

/*
 * The thread ends, and next Node detaches the buffer and lets go of its memory. Is that no longer in the buffer? Then another thread may
 * have it: it stays mapped until the process ends. Else the buffer must not refuse, as Node aborts then: it does for one
 * that was given to markAsUntransferable, which since Node 24 is a detach key.
 */
static void prepare_end(napi_env env, region *r) {
  napi_value buffer = NULL, undefined;
  bool moved = true;
  if (napi_get_reference_value(env, r->buffer, &buffer) == napi_ok && buffer != NULL) {
    napi_is_detached_arraybuffer(env, buffer, &moved);
  }
  if (moved) r->mapped = false;
  else if (set_detach_key != NULL && napi_get_undefined(env, &undefined) == napi_ok) set_detach_key(buffer, undefined);
}

/* The watch's finalizer: the thread ends, or nobody is left who holds the region. */
static void end_watch(napi_env env, void *data, void *hint) {
  region *r = hint;
  (void)data;
  if (r->holders == 0) {
    free(r);
    return;
  }
  prepare_end(env, r);
  napi_delete_reference(env, r->watch);
  r->watch = NULL;
}

/*
 * Watches for the end of the thread. Of external buffers Node lets go in the reverse order of their making, and before it runs any
 * hook: so it is one that is made after the region's. It has no bytes that anybody uses; without it, all is as Node does it.
 * A buffer that outlives its handle, and is collected just before the end, counts as moved: its memory stays mapped.
 */
static void watch(napi_env env, region *r, napi_value made) {
  napi_value last;
  if (napi_create_reference(env, made, 1, &r->buffer) != napi_ok ||
      napi_create_external_arraybuffer(env, r, 1, end_watch, r, &last) != napi_ok) {
    return;
  }
  napi_create_reference(env, last, 1, &r->watch);
}

/* A handle for pages that were just mapped, or an exception and no pages. */
static napi_value make_handle(napi_env env, bool done, pages *p) {
  if (!done) {
    throw_system(env, p->failed, p->error);
    return NULL;
  }
  region *r = malloc(sizeof *r);
  napi_value handle;
  if (r == NULL) {
    pages_unmap(p);
    throw_code(env, "ERR_OUT_OF_MEMORY", "out of memory: malloc has no room for a region's record");
    return NULL;
  }
  *r = (region){.pages = *p, .holders = 1, .mapped = true};
  if (napi_create_external(env, r, let_go_handle, r, &handle) != napi_ok) {
    throw_last(env);
    let_go(env, NULL, r);
    return NULL;
  }
  TRY(env, napi_type_tag_object(env, handle, &REGION));
  return handle;
}

/* The region of a handle, if it is still mapped. */
static region *get_region(napi_env env, napi_value handle) {
  bool ours = false;
  void *data = NULL;
  if (napi_check_object_type_tag(env, handle, &REGION, &ours) != napi_ok || !ours ||
      napi_get_value_external(env, handle, &data) != napi_ok) {
    throw_code(env, "ERR_INVALID_ARGUMENT", "invalid handle: not a region's");
    return NULL;
  }
  region *r = data;
  if (r->mapped) return r;
  throw_code(env, "ERR_REGION_UNMAPPED", "region unmapped");
  return NULL;
}

static unsigned flags_of(bool guard, bool huge) {
  return (guard ? PAGES_GUARD : 0u) | (huge ? PAGES_HUGE : 0u);
}

static napi_value map(napi_env env, napi_callback_info info) {
  napi_value argument[3];
  pages p;
  size_t bytes;
  bool guard, huge;
  if (!get_arguments(env, info, 3, argument) || !get_size(env, argument[0], &bytes) ||
      !get_bool(env, argument[1], &guard) || !get_bool(env, argument[2], &huge)) {
    return NULL;
  }
  return make_handle(env, pages_map(&p, bytes, flags_of(guard, huge)), &p);
}

static napi_value map_file(napi_env env, napi_callback_info info) {
  napi_value argument[4];
  pages p;
  size_t bytes, reserve;
  int descriptor;
  bool guard;
  if (!get_arguments(env, info, 4, argument) || !get_int(env, argument[0], &descriptor) ||
      !get_size(env, argument[1], &bytes) || !get_size(env, argument[2], &reserve) ||
      !get_bool(env, argument[3], &guard)) {
    return NULL;
  }
  return make_handle(env, pages_map_file(&p, descriptor, bytes, reserve, flags_of(guard, false)), &p);
}

static napi_value share(napi_env env, napi_callback_info info) {
  napi_value argument[4];
  pages p;
  char name[32];
  size_t bytes, reserve;
  bool guard;
  if (!get_arguments(env, info, 4, argument) || !get_name(env, argument[0], name, sizeof name) ||
      !get_size(env, argument[1], &bytes) || !get_size(env, argument[2], &reserve) ||
      !get_bool(env, argument[3], &guard)) {
    return NULL;
  }
  return make_handle(env, pages_share(&p, name, bytes, reserve, flags_of(guard, false)), &p);
}

static napi_value open_shared(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  pages p;
  char name[32];
  bool guard;
  if (!get_arguments(env, info, 2, argument) || !get_name(env, argument[0], name, sizeof name) ||
      !get_bool(env, argument[1], &guard)) {
    return NULL;
  }
  return make_handle(env, pages_open(&p, name, flags_of(guard, false)), &p);
}

static napi_value unlink_shared(napi_env env, napi_callback_info info) {
  napi_value argument[1];
  char name[32];
  const char *failed;
  int error;
  if (!get_arguments(env, info, 1, argument) || !get_name(env, argument[0], name, sizeof name)) return NULL;
  if (pages_unlink(name, &failed, &error)) return make_undefined(env);
  throw_system(env, failed, error);
  return NULL;
}

static napi_value about(napi_env env, napi_callback_info info) {
  napi_value argument[1], object, address;
  region *r;
  if (!get_arguments(env, info, 1, argument) || (r = get_region(env, argument[0])) == NULL) return NULL;
  TRY(env, napi_create_bigint_uint64(env, (uintptr_t)r->pages.data, &address));
  const struct {
    const char *name;
    napi_value value;
  } properties[] = {
      {"bytes", make_number(env, (double)r->pages.bytes)}, {"length", make_number(env, (double)r->pages.length)},
      {"guarded", make_bool(env, r->pages.guarded)},       {"huge", make_bool(env, r->pages.huge)},
      {"descriptor", make_number(env, r->pages.descriptor)}, {"address", address},
  };
  TRY(env, napi_create_object(env, &object));
  for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
    TRY(env, napi_set_named_property(env, object, properties[i].name, properties[i].value));
  }
  return object;
}

/* The one ArrayBuffer; undefined where this runtime refuses memory that is not its own. */
static napi_value buffer(napi_env env, napi_callback_info info) {
  napi_value argument[1], result;
  region *r;
  if (!get_arguments(env, info, 1, argument) || (r = get_region(env, argument[0])) == NULL) return NULL;
  if (r->buffered) {
    throw_code(env, "ERR_INVALID_ARGUMENT", "invalid handle: its ArrayBuffer was made already");
    return NULL;
  }
  r->holders++;
  r->buffered = true;
  const napi_status status =
      napi_create_external_arraybuffer(env, r->pages.data, r->pages.bytes, let_go, r, &result);
  if (status == napi_ok) {
    watch(env, r, result);
    return result;
  }
  r->holders--;
  r->buffered = false;
  if (status == napi_no_external_buffers_allowed) return make_undefined(env);
  throw_last(env);
  return NULL;
}

/*
 * Detaches an ArrayBuffer and gives its pages back. The buffer's finalizer still comes, and finds nothing mapped. The buffer must have
 * no detach key: Node-API has no way to ask for one, and aborts. JavaScript has (src/detach.ts).
 */
static napi_value unmap(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  region *r;
  if (!get_arguments(env, info, 2, argument) || (r = get_region(env, argument[0])) == NULL) return NULL;
  if (r->buffered) {
    void *data = NULL;
    size_t length = 0;
    /* Without the buffer itself there would be views left of memory that is gone. */
    if (napi_get_arraybuffer_info(env, argument[1], &data, &length) != napi_ok || data != r->pages.data) {
      throw_code(env, "ERR_INVALID_ARGUMENT", "invalid buffer: not the region's");
      return NULL;
    }
    TRY(env, napi_detach_arraybuffer(env, argument[1]));
  }
  r->mapped = false;
  pages_unmap(&r->pages);
  return make_undefined(env);
}

/* Detaches an ordinary ArrayBuffer, that stands in where external ones are refused. */
static napi_value detach(napi_env env, napi_callback_info info) {
  napi_value argument[1];
  if (!get_arguments(env, info, 1, argument)) return NULL;
  TRY(env, napi_detach_arraybuffer(env, argument[0]));
  return make_undefined(env);
}

static napi_value purge(napi_env env, napi_callback_info info) {
  napi_value argument[4];
  region *r;
  size_t from, bytes;
  bool lazy;
  if (!get_arguments(env, info, 4, argument) || (r = get_region(env, argument[0])) == NULL ||
      !get_size(env, argument[1], &from) || !get_size(env, argument[2], &bytes) || !get_bool(env, argument[3], &lazy)) {
    return NULL;
  }
  if (from > r->pages.bytes || bytes > r->pages.bytes - from) {
    throw_code(env, "ERR_INVALID_ARGUMENT", "invalid range: not within the region");
    return NULL;
  }
  const size_t page = pages_size();
  const size_t first = (from + page - 1) / page * page;
  /* What lies behind the last byte is nobody's, so the last page counts as whole. */
  const size_t end = from + bytes == r->pages.bytes ? r->pages.length : (from + bytes) / page * page;
  return make_bool(env, bytes > 0 && first < end && pages_purge(&r->pages, first, end, lazy));
}

/* (handle, byteOffset, bytes): whether the system has looked; or an exception. */
static napi_value populate(napi_env env, napi_callback_info info) {
  napi_value argument[3];
  region *r;
  size_t from, bytes;
  if (!get_arguments(env, info, 3, argument) || (r = get_region(env, argument[0])) == NULL ||
      !get_size(env, argument[1], &from) || !get_size(env, argument[2], &bytes)) {
    return NULL;
  }
  if (from > r->pages.bytes || bytes > r->pages.bytes - from) {
    throw_code(env, "ERR_INVALID_ARGUMENT", "invalid range: not within the region");
    return NULL;
  }
  const size_t page = pages_size();
  const size_t first = from / page * page, end = (from + bytes + page - 1) / page * page;
  if (bytes == 0 || pages_populate(&r->pages, first, end)) return make_bool(env, true);
  if (r->pages.error == 0) return make_bool(env, false);
  throw_system(env, r->pages.failed, r->pages.error);
  return NULL;
}

static napi_value resident(napi_env env, napi_callback_info info) {
  napi_value argument[1];
  region *r;
  unsigned char present[16384]; /* a byte a page: 64 MiB a call */
  size_t count = 0;
  if (!get_arguments(env, info, 1, argument) || (r = get_region(env, argument[0])) == NULL) return NULL;
  const size_t page = pages_size();
  for (size_t at = 0, end; at < r->pages.length; at = end) {
    end = r->pages.length - at < sizeof present * page ? r->pages.length : at + sizeof present * page;
    if (!pages_present(&r->pages, at, end, present)) {
      throw_system(env, r->pages.failed, r->pages.error);
      return NULL;
    }
    for (size_t i = 0; i < (end - at) / page; i++) count += present[i];
  }
  return make_number(env, (double)(count * page));
}

/* (handle, Uint8Array): a byte for each page, of those from the start that the array has room for. */
static napi_value present(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  region *r;
  napi_typedarray_type type;
  size_t length;
  void *out;
  if (!get_arguments(env, info, 2, argument) || (r = get_region(env, argument[0])) == NULL) return NULL;
  if (napi_get_typedarray_info(env, argument[1], &type, &length, &out, NULL, NULL) != napi_ok || type != napi_uint8_array) {
    throw_code(env, "ERR_INVALID_ARGUMENT", "invalid array: not a Uint8Array");
    return NULL;
  }
  const size_t page = pages_size(), count = r->pages.length / page;
  const size_t end = (length < count ? length : count) * page;
  if (end == 0 || pages_present(&r->pages, 0, end, out)) return make_undefined(env);
  throw_system(env, r->pages.failed, r->pages.error);
  return NULL;
}

static napi_value flush(napi_env env, napi_callback_info info) {
  napi_value argument[1];
  region *r;
  if (!get_arguments(env, info, 1, argument) || (r = get_region(env, argument[0])) == NULL) return NULL;
  if (pages_flush(&r->pages)) return make_undefined(env);
  throw_system(env, r->pages.failed, r->pages.error);
  return NULL;
}

/* For the tests of the guard pages only: reads a byte up to a page beyond either end, where that is a guard. */
static napi_value peek(napi_env env, napi_callback_info info) {
  napi_value argument[2];
  region *r;
  int64_t at;
  if (!get_arguments(env, info, 2, argument) || (r = get_region(env, argument[0])) == NULL) return NULL;
  TRY(env, napi_get_value_int64(env, argument[1], &at));
  const int64_t beyond = r->pages.guarded ? (int64_t)pages_size() : 0;
  if (at < -beyond || at >= (int64_t)r->pages.length + beyond) {
    throw_code(env, "ERR_INVALID_ARGUMENT", "invalid offset: more than a page beyond the region");
    return NULL;
  }
  return make_number(env, *(volatile unsigned char *)(r->pages.data + at));
}

static napi_value page_size(napi_env env, napi_callback_info info) {
  (void)info;
  return make_number(env, (double)pages_size());
}

/* The longest that this process may make a file, in bytes; more than there are where there is no limit. */
static napi_value file_limit(napi_env env, napi_callback_info info) {
  (void)info;
  return make_number(env, (double)pages_file_limit());
}

static napi_value system_calls(napi_env env, napi_callback_info info) {
  (void)info;
  return make_number(env, (double)count_calls());
}

static const napi_property_descriptor functions[] = {
    FUNCTION("map", map),
    FUNCTION("mapFile", map_file),
    FUNCTION("share", share),
    FUNCTION("open", open_shared),
    FUNCTION("unlink", unlink_shared),
    FUNCTION("about", about),
    FUNCTION("buffer", buffer),
    FUNCTION("unmap", unmap),
    FUNCTION("detach", detach),
    FUNCTION("purge", purge),
    FUNCTION("populate", populate),
    FUNCTION("resident", resident),
    FUNCTION("present", present),
    FUNCTION("flush", flush),
    FUNCTION("peek", peek),
    FUNCTION("pageSize", page_size),
    FUNCTION("fileLimit", file_limit),
    FUNCTION("systemCalls", system_calls),
};

const function_table region_functions = {functions, sizeof functions / sizeof functions[0]};
