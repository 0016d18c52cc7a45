/*
 * What C has no word for: counting zeros, telling the likely branch, filling and copying words; and words that threads share.
 *
 * With a hosted compiler, or a WASM target with bulk memory, fills and copies are the machine's own. A freestanding one
 * gets loops; give gcc -fno-tree-loop-distribute-patterns, or it makes calls of memset and memcpy out of them.
 */
#ifndef AX_COMPILER_H
#define AX_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#define AX_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define AX_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define AX_APART __attribute__((noinline)) /* kept out of the hot path that calls it */
#define AX_COLD __attribute__((noinline, cold))
/* The lowest set bit's number. x is not 0. */
static inline uint32_t lowest_bit(uint32_t x) { return (uint32_t)__builtin_ctz(x); }
/* The highest set bit's number. x is not 0. */
static inline uint32_t highest_bit(uint32_t x) { return 31u ^ (uint32_t)__builtin_clz(x); }
#elif defined(_MSC_VER)
#include <intrin.h>
#define AX_LIKELY(condition) (condition)
#define AX_UNLIKELY(condition) (condition)
#define AX_APART __declspec(noinline)
#define AX_COLD __declspec(noinline)
static inline uint32_t lowest_bit(uint32_t x) {
  unsigned long bit;
  _BitScanForward(&bit, x);
  return bit;
}
static inline uint32_t highest_bit(uint32_t x) {
  unsigned long bit;
  _BitScanReverse(&bit, x);
  return bit;
}
#else
#error "AriaX is compiled by gcc, clang or MSVC"
#endif

#if defined(__wasm_bulk_memory__)
#define AX_MEMCPY __builtin_memcpy
#define AX_MEMSET __builtin_memset
#elif __STDC_HOSTED__
#include <string.h>
#define AX_MEMCPY memcpy
#define AX_MEMSET memset
#endif

static inline void fill_words(uint32_t *to, uint32_t value, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) to[i] = value;
}

static inline void zero_words(uint32_t *to, uint32_t count) {
#ifdef AX_MEMSET
  AX_MEMSET(to, 0, (size_t)count * sizeof *to);
#else
  fill_words(to, 0, count);
#endif
}

/* The two don't overlap. Tried: a loop for up to 16 words; measured on lua's trace, which moves most: no faster. */
static inline void copy_words(uint32_t *restrict to, const uint32_t *restrict from, uint32_t count) {
#ifdef AX_MEMCPY
  AX_MEMCPY(to, from, (size_t)count * sizeof *to);
#else
  for (uint32_t i = 0; i < count; i++) to[i] = from[i];
#endif
}

/*
 * Of a heap with lanes, words that other threads look at, or write, meanwhile: `peek` and `poke` are loads and stores that may race, and
 * LANES.md says of each why that is harmless. Without lanes they are as all others.
 *
 * `in_order`: what is written before it is there before what is written after it, for whoever looks once the thread is dead. So only the
 * compiler has to be kept from moving stores: a processor has done either all that comes before an instruction, or not the instruction.
 */
#ifndef AX_LANES
#define AX_LANES 0
#endif

static inline uint32_t peek(const uint32_t *word) {
#if !AX_LANES
  return *word;
#elif defined(__wasm__) || defined(_MSC_VER)
  /* WebAssembly's atomic loads and stores are all in one order, which costs more; its plain ones may race, a word at a time. */
  return *(const volatile uint32_t *)word;
#else
  return __atomic_load_n(word, __ATOMIC_RELAXED);
#endif
}

static inline void poke(uint32_t *word, uint32_t value) {
#if !AX_LANES
  *word = value;
#elif defined(__wasm__) || defined(_MSC_VER)
  *(volatile uint32_t *)word = value;
#else
  __atomic_store_n(word, value, __ATOMIC_RELAXED);
#endif
}

static inline void in_order(void) {
#if AX_LANES && defined(_MSC_VER)
  _ReadWriteBarrier();
#elif AX_LANES
  __atomic_signal_fence(__ATOMIC_SEQ_CST);
#endif
}

/* And what all threads see in one order. Those that change a word return what it was. */
#if AX_LANES && defined(_MSC_VER)
static inline uint32_t load(const uint32_t *word) { return (uint32_t)_InterlockedOr((volatile long *)(uintptr_t)word, 0); }
static inline void store(uint32_t *word, uint32_t value) { _InterlockedExchange((volatile long *)word, (long)value); }
static inline uint32_t exchange(uint32_t *word, uint32_t value) {
  return (uint32_t)_InterlockedExchange((volatile long *)word, (long)value);
}
static inline uint32_t fetch_or(uint32_t *word, uint32_t bits) {
  return (uint32_t)_InterlockedOr((volatile long *)word, (long)bits);
}
static inline uint32_t fetch_add(uint32_t *word, uint32_t more) {
  return (uint32_t)_InterlockedExchangeAdd((volatile long *)word, (long)more);
}
static inline uint32_t compare_exchange(uint32_t *word, uint32_t from, uint32_t to) {
  return (uint32_t)_InterlockedCompareExchange((volatile long *)word, (long)to, (long)from);
}
#elif AX_LANES
static inline uint32_t load(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
static inline void store(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }
static inline uint32_t exchange(uint32_t *word, uint32_t value) { return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST); }
static inline uint32_t fetch_or(uint32_t *word, uint32_t bits) { return __atomic_fetch_or(word, bits, __ATOMIC_SEQ_CST); }
static inline uint32_t fetch_add(uint32_t *word, uint32_t more) { return __atomic_fetch_add(word, more, __ATOMIC_SEQ_CST); }
/* As __sync_val_compare_and_swap: __atomic_compare_exchange_n would want an address of `from`, and so a stack in memory. */
static inline uint32_t compare_exchange(uint32_t *word, uint32_t from, uint32_t to) {
  return __sync_val_compare_and_swap(word, from, to);
}
#endif

#endif
