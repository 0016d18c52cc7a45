#include "count.h"

#ifdef _WIN32

#include <windows.h>

static volatile LONG64 calls;

void count_call(void) {
  InterlockedIncrement64(&calls);
}

uint64_t count_calls(void) {
  return (uint64_t)InterlockedCompareExchange64(&calls, 0, 0);
}

#else

#include <stdatomic.h>

static _Atomic uint64_t calls;

void count_call(void) {
  atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
}

uint64_t count_calls(void) {
  return atomic_load_explicit(&calls, memory_order_relaxed);
}

#endif
