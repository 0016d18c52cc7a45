/*
 * Two threads on one allocator: xmalloc, and a producer with a consumer. As src/workloads/threads has them in TypeScript, with the same sizes,
 * queues and windows; a call is one through a pointer, for all allocators alike.
 *
 *   threads ALLOCATOR LIBRARY xmalloc WINDOW_MS WARM_MS REPEATS     takes turns (src/worker/turns.ts)
 *   threads ALLOCATOR LIBRARY held SECONDS LOOKS
 *
 * Built by src/subjects/c/compile.ts; by hand: cc -O2 -pthread -o threads threads.c -ldl; with our own heap: … engine-lanes.c -DENGINE='"…/src/ariax.c"'
 */
#define _GNU_SOURCE
#include "allocators.h"
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#ifdef ENGINE
void engine_enter(int thread); /* a lane for the calling thread */
#else
static void engine_enter(int thread) { (void)thread; }
#endif

enum { BATCH = 64, QUEUE = 64 * BATCH, SIZES = 1024, DELAY = 16384, HELD_QUEUE = 1024, LARGE_EACH = 1024, MOST = 4096 };

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void rest(double ms) {
  struct timespec t = { (time_t)(ms / 1e3), (long)(ms * 1e6) % 1000000000 };
  nanosleep(&t, 0);
}

/* A queue from one thread to another; each end has a cache line. */
typedef struct ring {
  _Alignas(64) _Atomic uint32_t head;
  _Alignas(64) _Atomic uint32_t tail;
  _Alignas(64) void *slots[QUEUE];
} ring;

static uint32_t size_of(ring *r) {
  return atomic_load_explicit(&r->tail, memory_order_acquire) - atomic_load_explicit(&r->head, memory_order_relaxed);
}
static uint32_t room_in(ring *r, uint32_t slots) {
  return slots - (atomic_load_explicit(&r->tail, memory_order_relaxed) - atomic_load_explicit(&r->head, memory_order_acquire));
}
static void publish(ring *r, uint32_t n) { atomic_store_explicit(&r->tail, r->tail + n, memory_order_release); }
static void drop(ring *r, uint32_t n) { atomic_store_explicit(&r->head, r->head + n, memory_order_release); }

static allocator it;
static ring own[2], cross[2];
static uint32_t sizes[2][SIZES];
static void *kept[DELAY];

/* The windows: as src/workloads/threads/control.ts. */
static _Atomic uint32_t entered, window_serial, window_threads, stopping, done;
static double busy[2], units[2];
static int is_held;

static uint32_t xorshift(uint32_t s) {
  s ^= s << 13;
  s ^= s >> 17;
  return s ^ (s << 5);
}

static uint32_t xmalloc(int thread, uint32_t threads, uint32_t *at) {
  ring *from = threads == 1 ? &own[thread] : &cross[thread], *to = threads == 1 ? &own[thread] : &cross[1 - thread];
  uint32_t freed = 0;
  for (int i = 0; i < 4; i++) {
    if (room_in(to, QUEUE) >= BATCH) {
      for (uint32_t k = 0; k < BATCH; k++) to->slots[(to->tail + k) % QUEUE] = it.allocate(sizes[thread][(*at)++ % SIZES]);
      publish(to, BATCH);
    }
    if (size_of(from) < BATCH) continue;
    for (uint32_t k = 0; k < BATCH; k++) it.release(from->slots[(from->head + k) % QUEUE]);
    drop(from, BATCH);
    freed += BATCH;
  }
  return freed;
}

static uint32_t held(int thread, uint32_t *state) {
  ring *r = &cross[0];
  if (thread == 0) {
    uint32_t n = room_in(r, HELD_QUEUE);
    if (n > BATCH) n = BATCH;
    for (uint32_t k = 0; k < n; k++) {
      *state = xorshift(*state);
      uint32_t size = *state % LARGE_EACH == 0 ? 102400 : 16 + (*state >> 10) % 1009;
      void *block = it.allocate(size);
      memset((void *)(it.base + (uintptr_t)block), (int)*state, size);
      r->slots[(r->tail + k) % QUEUE] = block;
    }
    publish(r, n);
    return n;
  }
  uint32_t n = size_of(r);
  if (n > BATCH) n = BATCH;
  for (uint32_t k = 0; k < n; k++) {
    void **place = &kept[(*state)++ % DELAY];
    if (*place) it.release(*place);
    *place = r->slots[(r->head + k) % QUEUE];
  }
  drop(r, n);
  return n;
}

static void *work(void *argument) {
  int thread = (int)(intptr_t)argument;
  uint32_t state = is_held && thread == 0, served = 0;
  engine_enter(thread);
  atomic_fetch_add(&entered, 1);
  for (;;) {
    uint32_t now = atomic_load(&window_serial), threads = atomic_load(&window_threads);
    if (now == served) {
      rest(0.02);
      continue;
    }
    served = now;
    if ((uint32_t)thread >= threads) continue;
    /* Of the steps that did something: that the queue was empty, as its other end had no core, is no allocator's affair. */
    double ns = 0, n = 0, before = now_ns();
    for (uint32_t idle = 0;;) {
      uint32_t some = is_held ? held(thread, &state) : xmalloc(thread, threads, &state);
      double after = now_ns();
      if (some) ns += after - before;
      before = after;
      n += some;
      if (atomic_load(&stopping)) break;
      idle = some ? 0 : idle + 1;
      if (idle <= 100) continue;
      rest(0.02);
      before = now_ns();
    }
    busy[thread] = ns;
    units[thread] = n;
    atomic_fetch_add(&done, 1);
  }
  return 0;
}

static void open_window(uint32_t threads, double ms) {
  atomic_store(&stopping, 0);
  atomic_store(&done, 0);
  atomic_store(&window_threads, threads);
  atomic_fetch_add(&window_serial, 1);
  rest(ms);
  atomic_store(&stopping, 1);
  while (atomic_load(&done) < threads) rest(0.02);
}

/* Bytes of the process that are resident; 0 where the system doesn't say. */
static double resident(void) {
  unsigned long all = 0, here = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file) return 0;
  int found = fscanf(file, "%lu %lu", &all, &here);
  fclose(file);
  return found == 2 ? (double)here * (double)sysconf(_SC_PAGESIZE) : 0;
}

static int next_turn(void) {
  char line[8];
  puts(".");
  fflush(stdout);
  return fgets(line, sizeof line, stdin) != 0;
}

static double windows[2][MOST][2];

int main(int count, char **arguments) {
  if (count < 6) return fputs("threads: 5 arguments or more, see threads.c\n", stderr), 1;
  const char *why = open_allocator(&it, arguments[1], arguments[2], 64 << 20);
  if (why) return fprintf(stderr, "%s: %s\n", arguments[1], why), 1;
  is_held = strcmp(arguments[3], "held") == 0;
  static const uint32_t kinds[] = { 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256 };
  uint32_t state = 1;
  for (int t = 0; t < 2; t++)
    for (int i = 0; i < SIZES; i++) sizes[t][i] = kinds[(state = xorshift(state)) % 11];
  /* What is the program's own is there before anything is counted. */
  memset(cross, 0, sizeof cross);
  memset(kept, 0, sizeof kept);
  pthread_t threads[2];
  for (intptr_t t = 0; t < 2; t++)
    if (pthread_create(&threads[t], 0, work, (void *)t)) return fputs("threads: no thread\n", stderr), 1;
  while (atomic_load(&entered) < 2) rest(0.02);
  if (is_held) {
    double seconds = strtod(arguments[4], 0), before = resident(), start = now_ns(), blocks = 0;
    int looks = atoi(arguments[5]);
    printf("{\"samples\":[");
    for (int i = 0; i < looks; i++) {
      open_window(2, 1e3 * seconds / looks);
      blocks += units[1];
      printf("%s[%.1f,%.0f]", i ? "," : "", (now_ns() - start) / 1e6, resident() - before);
    }
    printf("],\"by\":\"system\",\"blocks\":%.0f,\"version\":\"%s\"}\n", blocks, it.version);
    return 0;
  }
  double ms = strtod(arguments[4], 0), warm = strtod(arguments[5], 0);
  int repeats = count > 6 ? atoi(arguments[6]) : 1, n = 0;
  next_turn();
  for (int i = 0; i < 4; i++)
    for (uint32_t t = 1; t <= 2; t++) open_window(t, warm / 8);
  while (next_turn()) {
    for (int i = 0; i < repeats && n < MOST; i++, n++) {
      for (uint32_t t = 1; t <= 2; t++) {
        open_window(t, ms);
        for (uint32_t k = 0; k < t; k++) windows[t - 1][n][k] = units[k] ? busy[k] / units[k] : 1e12;
      }
    }
  }
  printf("{\"windows\":{\"1\":[");
  for (int i = 0; i < n; i++) printf("%s[%.4f]", i ? "," : "", windows[0][i][0]);
  printf("],\"2\":[");
  for (int i = 0; i < n; i++) printf("%s[%.4f,%.4f]", i ? "," : "", windows[1][i][0], windows[1][i][1]);
  printf("]},\"version\":\"%s\"}\n", it.version);
  return 0;
}
