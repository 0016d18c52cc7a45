/*
 * What C has no word for: counting zeros, telling the likely branch, filling and copying words.
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

#endif
