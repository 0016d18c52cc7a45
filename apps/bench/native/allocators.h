/*
 * The allocators, as the loops see them: three functions, each reached by a call through a pointer, also the ones that do
 * nothing. So the loop is one piece of code for all, and its cost is the same for all.
 *
 * A shared library is opened by dlopen and asked for its functions by dlsym; LD_PRELOAD would put it in the place of the
 * process's own malloc too, and could fall back to that malloc without a word. dladdr then says which file a function is from.
 */
#ifndef ALLOCATORS_H
#define ALLOCATORS_H

#include "program.h"
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

typedef struct allocator {
  void *(*allocate)(size_t);
  void (*release)(void *);
  void *(*reallocate)(void *, size_t);
  uintptr_t base;    /* where handle 0 lies: handles may be offsets */
  char version[160]; /* what it says it is, and where it is from */
} allocator;

/* Nothing: each result depends on each call, so that no call can be left out (src/nothing.ts). */
static uintptr_t top;
static void *nothing_allocate(size_t size) { return (void *)(top += size); }
static void nothing_release(void *block) { top ^= (uintptr_t)block; }
static void *nothing_reallocate(void *block, size_t size) { return (void *)(top += size ^ (uintptr_t)block); }

#ifdef ENGINE
/* engine.c */
extern uint64_t engine_refused_frees;
_Bool engine_open(void *memory, uint64_t capacity);
void *engine_allocate(size_t);
void engine_release(void *);
void *engine_reallocate(void *, size_t);

static const char *open_engine(allocator *a, uint64_t capacity) {
  void *memory = zeroed(capacity);
  if (!memory) return "out of memory";
  if (!engine_open(memory, capacity)) return "no heap could be made";
  *a = (allocator){ engine_allocate, engine_release, engine_reallocate, (uintptr_t)memory, "engine-c of this working tree" };
  return 0;
}
#endif

/* Frees refused so far, by the one that says so. */
static uint64_t refused_frees(void) {
#ifdef ENGINE
  return engine_refused_frees;
#else
  return 0;
#endif
}

/* Where a function is from. */
static const char *file_of(void *function) {
  Dl_info about;
  return dladdr(function, &about) && about.dli_fname ? about.dli_fname : "nowhere";
}

/* Functions and data have pointers of different kinds in C; dlsym returns the latter for both. */
#define FUNCTION(to, from) memcpy(&(to), &(void *){ from }, sizeof(to))

static const char *open_glibc(allocator *a) {
#ifdef __GLIBC__
  *a = (allocator){ .allocate = malloc, .release = free, .reallocate = realloc };
  void *found;
  memcpy(&found, &a->allocate, sizeof found);
  /* Has something else been loaded in its place? */
  if (!strstr(file_of(found), "libc.so") && !strstr(file_of(found), "libc-")) return "another malloc is preloaded into every process";
  snprintf(a->version, sizeof a->version, "glibc %s, %s", gnu_get_libc_version(), file_of(found));
  return 0;
#else
  (void)a;
  return "the C library of this machine is another one";
#endif
}

/* `library` is a file's name; `name` is what the path of the file must have in it. */
static const char *open_library(allocator *a, const char *name, const char *library) {
  static char why[320];
  int is_mimalloc = strcmp(name, "mimalloc") == 0;
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return dlerror();
  /* mimalloc's functions have names of their own; jemalloc's are called malloc, and found in its file first. */
  void *found[] = {
    dlsym(handle, is_mimalloc ? "mi_malloc" : "malloc"),
    dlsym(handle, is_mimalloc ? "mi_free" : "free"),
    dlsym(handle, is_mimalloc ? "mi_realloc" : "realloc"),
  };
  for (int i = 0; i < 3; i++) {
    if (found[i] && strstr(file_of(found[i]), name)) continue;
    snprintf(why, sizeof why, "%s has no malloc of its own", library);
    return why;
  }
  FUNCTION(a->allocate, found[0]);
  FUNCTION(a->release, found[1]);
  FUNCTION(a->reallocate, found[2]);
  a->base = 0;
  char version[40] = "of unknown version";
  void *ask = dlsym(handle, is_mimalloc ? "mi_version" : "mallctl");
  if (ask && is_mimalloc) {
    int (*mi_version)(void);
    FUNCTION(mi_version, ask);
    int v = mi_version();
    snprintf(version, sizeof version, v < 1000 ? "%d.%d.%d" : "%d", v < 1000 ? v / 100 : v, v / 10 % 10, v % 10);
  } else if (ask) {
    int (*mallctl)(const char *, void *, size_t *, void *, size_t);
    const char *text = 0;
    size_t length = sizeof text;
    FUNCTION(mallctl, ask);
    if (mallctl("version", &text, &length, 0, 0) == 0) snprintf(version, sizeof version, "%.*s", (int)strcspn(text, "-"), text);
  }
  snprintf(a->version, sizeof a->version, "%s %s, %s", name, version, file_of(found[0]));
  return 0;
}

/* NULL, or why there is no such allocator here. `capacity` is for heaps of a fixed one. */
static const char *open_allocator(allocator *a, const char *name, const char *library, uint64_t capacity) {
  (void)capacity;
  if (strcmp(name, "nothing-c") == 0) {
    *a = (allocator){ nothing_allocate, nothing_release, nothing_reallocate, 0, "nothing" };
    return 0;
  }
#ifdef ENGINE
  if (strcmp(name, "engine-c") == 0) return open_engine(a, capacity);
#endif
  return strcmp(name, "glibc") == 0 ? open_glibc(a) : open_library(a, name, library);
}

#endif
