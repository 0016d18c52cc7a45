/*
 * threads.c: threads that know nothing of JavaScript, each with a lane of a heap that JavaScript made. They do what packages/wasm/test/board.ts
 * does: each allocates blocks, stamps them, and swaps each for another on a board; what it gets from there it checks and frees.
 */
#include <ariax_native.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

/* As in board.ts: slots, then the gate that all wait at. */
enum { SLOTS = 256, GATE = 256 };

typedef struct job {
  pthread_t thread;
  const ariax_native_lanes *native;
  uint32_t *board;
  uint32_t ticket, rounds, threads, made;
  bool leaves; /* without a word: somebody else has to reclaim its lane */
  const char *wrong;
} job;

/* What `start` has started and `join` waits for. */
static job *jobs;
static uint32_t started;

static uint32_t next(uint32_t *state, uint32_t bound) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state % bound;
}

static uint32_t *words_of(const job *j, ax_offset offset) { return (uint32_t *)(void *)(j->native->buffer + offset); }

static void stamp(const job *j, ax_offset offset, uint32_t size, uint32_t mark) {
  uint32_t *words = words_of(j, offset);
  for (uint32_t i = 2; i < size / 4; i++) words[i] = mark ^ i;
  words[0] = size / 4;
  words[1] = mark;
}

/* Checks a block, and frees it; 0 is none. */
static const char *take_off(const job *j, uint32_t lane, ax_offset offset) {
  if (offset == 0) return NULL;
  const uint32_t room = j->native->size_of(j->native->heap, lane, offset) / 4;
  const uint32_t *words = words_of(j, offset);
  if (room < 2 || words[0] < 2 || words[0] > room) return "a block has not the length that it says";
  for (uint32_t i = 2; i < words[0]; i++) {
    if (words[i] != (words[1] ^ i)) return "a block is not as it was stamped";
  }
  return j->native->free(j->native->heap, lane, j->ticket, offset) == AX_FREED ? NULL : "a live block is not freed";
}

static void *work(void *data) {
  static const uint32_t most[] = {129, 129, 1500, 20000};
  job *j = data;
  const ariax_native_lanes *native = j->native;
  uint32_t state = j->ticket * 0x9e3779b1u | 1;
  uint32_t lane = native->attach(native->heap, j->ticket);
  if (!ax_is_lane(lane)) {
    j->wrong = "there is no lane";
    return NULL;
  }
  while (__atomic_load_n(&j->board[GATE], __ATOMIC_SEQ_CST) < j->threads) sched_yield();
  for (uint32_t round = 0; round < j->rounds && j->wrong == NULL; round++) {
    const uint32_t size = 8 + next(&state, most[next(&state, 4)]);
    const ax_offset offset =
        next(&state, 20) == 0
            ? native->allocate_aligned(native->heap, lane, j->ticket, size, 1u << next(&state, 13))
            : native->allocate(native->heap, lane, j->ticket, size);
    if (offset != 0) {
      stamp(j, offset, size, j->ticket << 20 | round);
      j->made++;
    }
    const ax_offset other = __atomic_exchange_n(&j->board[next(&state, SLOTS)], offset, __ATOMIC_SEQ_CST);
    j->wrong = take_off(j, lane, other);
    if (round % 300 == 299) {
      native->park(native->heap, lane, j->ticket);
      lane = native->resume(native->heap, lane, j->ticket);
      if (!ax_is_lane(lane)) j->wrong = "there is no lane after a rest";
    }
  }
  if (!j->leaves && j->wrong == NULL && !native->close(native->heap, lane, j->ticket)) j->wrong = "the lane is not closed";
  return NULL;
}

static napi_value complain(napi_env env, const char *what) {
  napi_throw_error(env, NULL, what);
  return NULL;
}

static uint32_t number(napi_env env, napi_value value) {
  uint32_t result = 0;
  napi_get_value_uint32(env, value, &result);
  return result;
}

/* start(handle, board, tickets, rounds, threads, leaves): a thread for each ticket, which wait until so many have come. */
static napi_value start(napi_env env, napi_callback_info info) {
  napi_value argument[6];
  size_t given = 6, length, slots;
  void *tickets, *board;
  napi_typedarray_type type;
  bool leaves = false;
  if (napi_get_cb_info(env, info, &given, argument, NULL, NULL) != napi_ok || given < 6) return complain(env, "6 are needed");
  const ariax_native_lanes *native = ariax_native_lanes_get(env, argument[0]);
  if (native == NULL) return complain(env, "no heap with lanes: not a handle, or its memory is gone");
  if (jobs != NULL) return complain(env, "others are to be joined first");
  if (napi_get_typedarray_info(env, argument[1], &type, &slots, &board, NULL, NULL) != napi_ok || slots <= GATE ||
      napi_get_typedarray_info(env, argument[2], &type, &length, &tickets, NULL, NULL) != napi_ok || length == 0 ||
      napi_get_value_bool(env, argument[5], &leaves) != napi_ok) {
    return complain(env, "no board, or no tickets");
  }
  jobs = calloc(length, sizeof *jobs);
  if (jobs == NULL) return complain(env, "no memory");
  for (started = 0; started < length; started++) {
    jobs[started] = (job){.native = native,
                          .board = board,
                          .ticket = ((const uint32_t *)tickets)[started],
                          .rounds = number(env, argument[3]),
                          .threads = number(env, argument[4]),
                          .leaves = leaves};
    if (pthread_create(&jobs[started].thread, NULL, work, &jobs[started]) != 0) return complain(env, "no thread");
    __atomic_fetch_add(&((uint32_t *)board)[GATE], 1, __ATOMIC_SEQ_CST);
  }
  return NULL;
}

/* join(): waits until all have ended. How many blocks they have made; throws what one of them found wrong. */
static napi_value join(napi_env env, napi_callback_info info) {
  uint32_t made = 0;
  const char *wrong = NULL;
  napi_value result;
  (void)info;
  for (uint32_t i = 0; i < started; i++) {
    pthread_join(jobs[i].thread, NULL);
    made += jobs[i].made;
    if (jobs[i].wrong != NULL) wrong = jobs[i].wrong;
  }
  free(jobs);
  jobs = NULL;
  started = 0;
  if (wrong != NULL) return complain(env, wrong);
  return napi_create_uint32(env, made, &result) == napi_ok ? result : NULL;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"start", NULL, start, NULL, NULL, NULL, napi_enumerable, NULL},
      {"join", NULL, join, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_define_properties(env, exports, 2, functions);
  return exports;
}
