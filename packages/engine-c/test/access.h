/*
 * The engine is compiled with -fsanitize=thread, but linked with these functions instead of the sanitizer's: the compiler calls one before
 * each load and store that it has left, in the order that it has put them in. So a test stops a thread at any of them, or lets
 * another one go on, without a word of that in the engine.
 */
#ifndef ACCESS_H
#define ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Supplied by the test: the thread is about to load, or to store. */
static void on_access(bool stores);

#define PLAIN(name, stores) \
  void name(void *at); \
  void name(void *at) { \
    (void)at; \
    on_access(stores); \
  }
#define SIZES(prefix, stores) \
  PLAIN(prefix##1, stores) \
  PLAIN(prefix##2, stores) \
  PLAIN(prefix##4, stores) \
  PLAIN(prefix##8, stores) \
  PLAIN(prefix##16, stores)
SIZES(__tsan_read, false)
SIZES(__tsan_write, true)
SIZES(__tsan_read_write, true)
SIZES(__tsan_unaligned_read, false)
SIZES(__tsan_unaligned_write, true)
SIZES(__tsan_unaligned_read_write, true)

#define RANGE(name, stores) \
  void name(void *at, size_t bytes); \
  void name(void *at, size_t bytes) { \
    (void)at; \
    (void)bytes; \
    on_access(stores); \
  }
RANGE(__tsan_read_range, false)
RANGE(__tsan_write_range, true)

void __tsan_init(void);
void __tsan_init(void) {}
void __tsan_func_entry(void *at);
void __tsan_func_entry(void *at) { (void)at; }
void __tsan_func_exit(void);
void __tsan_func_exit(void) {}
void __tsan_atomic_signal_fence(int order);
void __tsan_atomic_signal_fence(int order) { (void)order; }

uint32_t __tsan_atomic32_load(const volatile uint32_t *at, int order);
uint32_t __tsan_atomic32_load(const volatile uint32_t *at, int order) {
  (void)order;
  on_access(false);
  return *at;
}
void __tsan_atomic32_store(volatile uint32_t *at, uint32_t value, int order);
void __tsan_atomic32_store(volatile uint32_t *at, uint32_t value, int order) {
  (void)order;
  on_access(true);
  *at = value;
}
#define CHANGE(name, now) \
  uint32_t name(volatile uint32_t *at, uint32_t value, int order); \
  uint32_t name(volatile uint32_t *at, uint32_t value, int order) { \
    (void)order; \
    on_access(true); \
    uint32_t was = *at; \
    *at = (now); \
    return was; \
  }
CHANGE(__tsan_atomic32_exchange, value)
CHANGE(__tsan_atomic32_fetch_add, was + value)
CHANGE(__tsan_atomic32_fetch_or, was | value)
uint32_t __tsan_atomic32_compare_exchange_val(volatile uint32_t *at, uint32_t from, uint32_t to, int order, int otherwise);
uint32_t __tsan_atomic32_compare_exchange_val(volatile uint32_t *at, uint32_t from, uint32_t to, int order, int otherwise) {
  (void)order;
  (void)otherwise;
  on_access(true);
  uint32_t was = *at;
  if (was == from) *at = to;
  return was;
}
int __tsan_atomic32_compare_exchange_strong(volatile uint32_t *at, uint32_t *from, uint32_t to, int order, int otherwise);
int __tsan_atomic32_compare_exchange_strong(volatile uint32_t *at, uint32_t *from, uint32_t to, int order, int otherwise) {
  uint32_t was = __tsan_atomic32_compare_exchange_val(at, *from, to, order, otherwise), wanted = *from;
  *from = was;
  return was == wanted;
}

#endif
