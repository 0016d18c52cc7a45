/*
 * The records of phase 2: each on a page of its own, mapped when its block is made and unmapped when it is freed. Two
 * system calls in a block's life, and a page fault when the record is written. Every call is counted.
 *
 *     map(tag, size, tick, sequence) → address, a number; 0 where the system refuses
 *     read(address, Int32Array)        the four words of src/phases/record.ts
 *     resize(address, size)
 *     unmap(address)
 *     systemCalls() → how many there were
 *
 * Addresses have less than 53 bits, so a number holds them. They are trusted: only the bench's own phase 2 calls this.
 */
#define _GNU_SOURCE
#include <node_api.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096u

enum { TAG, SIZE, TICK, SEQUENCE, WORDS };

static double system_calls;

/* The arguments of a call; those that are not given are `undefined`. */
static void arguments(napi_env env, napi_callback_info info, napi_value values[WORDS]) {
  size_t count = WORDS;
  napi_get_cb_info(env, info, &count, values, NULL, NULL);
}

static int32_t word(napi_env env, napi_value value) {
  int32_t number = 0;
  napi_get_value_int32(env, value, &number);
  return number;
}

static int32_t *record_at(napi_env env, napi_value value) {
  double address = 0;
  napi_get_value_double(env, value, &address);
  return (int32_t *)(uintptr_t)address;
}

static napi_value number(napi_env env, double value) {
  napi_value result = NULL;
  napi_create_double(env, value, &result);
  return result;
}

static napi_value map_record(napi_env env, napi_callback_info info) {
  napi_value values[WORDS];
  arguments(env, info, values);
  system_calls++;
  int32_t *record = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (record == MAP_FAILED) return number(env, 0);
  for (int i = 0; i < WORDS; i++) record[i] = word(env, values[i]);
  return number(env, (double)(uintptr_t)record);
}

static napi_value read_record(napi_env env, napi_callback_info info) {
  napi_value values[WORDS];
  arguments(env, info, values);
  void *out = NULL;
  size_t length = 0;
  napi_get_typedarray_info(env, values[1], NULL, &length, &out, NULL, NULL);
  if (out != NULL && length >= WORDS) memcpy(out, record_at(env, values[0]), WORDS * sizeof(int32_t));
  return NULL;
}

static napi_value resize_record(napi_env env, napi_callback_info info) {
  napi_value values[WORDS];
  arguments(env, info, values);
  record_at(env, values[0])[SIZE] = word(env, values[1]);
  return NULL;
}

static napi_value unmap_record(napi_env env, napi_callback_info info) {
  napi_value values[WORDS];
  arguments(env, info, values);
  system_calls++;
  munmap(record_at(env, values[0]), PAGE);
  return NULL;
}

static napi_value count(napi_env env, napi_callback_info info) {
  (void)info;
  return number(env, system_calls);
}

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback call;
  } functions[] = {
      {"map", map_record},       {"read", read_record},   {"resize", resize_record},
      {"unmap", unmap_record},   {"systemCalls", count},
  };
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
    napi_value function = NULL;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, NULL, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
  return exports;
}
