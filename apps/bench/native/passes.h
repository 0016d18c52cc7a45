/*
 * The passes over a program: timing, contents checked, and the tail. The same three as in JavaScript (src/timing.ts,
 * src/check.ts, src/latency.ts), with the same windows, so that the numbers may stand beside each other.
 */
#ifndef PASSES_H
#define PASSES_H

#include "allocators.h"
#include <time.h>

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/*
 * The timed loop. As in src/loops.ts: three arrays are read and one is written, and no block is touched; or, where it is
 * `touched`, the first byte of each new one is written, so that what a program pays anyway is paid for every allocator.
 */
static inline void replay_as(const program *p, const allocator *a, void **live, uint32_t from, uint32_t to, int touched) {
  const uint8_t *op = p->op;
  const uint32_t *slot = p->slot, *size = p->size;
  const allocator it = *a;
  for (uint32_t i = from; i < to; i++) {
    uint32_t s = slot[i];
    uint8_t o = op[i];
    if (o == ALLOCATE) {
      live[s] = it.allocate(size[i]);
      if (touched && size[i]) *(volatile uint8_t *)(it.base + (uintptr_t)live[s]) = o;
    } else if (o == FREE) {
      it.release(live[s]);
      live[s] = 0;
    } else live[s] = it.reallocate(live[s], size[i]);
  }
}

/* The numbers of a replacement are those of src/worker/loops.ts. */
static inline uint32_t xorshift(uint32_t s) {
  s ^= s << 13;
  s ^= s >> 17;
  return s ^ (s << 5);
}

/*
 * A replacement's loop has more to keep than there are registers that a call leaves alone, so all of it lies in the open.
 * tried: locals, which the compiler puts on the stack; measured: 28 ns a pair of mimalloc instead of 18, it seems because a load
 * from the stack then waits for the store of the block before it.
 */
static struct {
  uint32_t state, places, least, sizes;
  void **live;
  allocator it;
} replacing = { .state = 1 };

static inline void replace_as(const program *p, const allocator *a, void **live, uint32_t from, uint32_t to, int touched) {
  replacing.places = p->live;
  replacing.least = p->least;
  replacing.sizes = p->most - p->least + 1;
  replacing.live = live;
  replacing.it = *a;
  for (uint32_t i = from; i < to; i += 2) {
    replacing.state = xorshift(replacing.state);
    uint32_t place = replacing.state % replacing.places;
    replacing.it.release(replacing.live[place]);
    replacing.state = xorshift(replacing.state);
    void *block = replacing.it.allocate(replacing.least + replacing.state % replacing.sizes);
    replacing.live[place] = block;
    if (touched) *(volatile uint8_t *)(replacing.it.base + (uintptr_t)block) = 1;
  }
}

typedef void loop(const program *, const allocator *, void **live, uint32_t from, uint32_t to);
static void replay(const program *p, const allocator *a, void **live, uint32_t from, uint32_t to) {
  replay_as(p, a, live, from, to, 0);
}
static void replace(const program *p, const allocator *a, void **live, uint32_t from, uint32_t to) {
  replace_as(p, a, live, from, to, 0);
}
static void replace_touched(const program *p, const allocator *a, void **live, uint32_t from, uint32_t to) {
  replace_as(p, a, live, from, to, 1);
}
static void replay_touched(const program *p, const allocator *a, void **live, uint32_t from, uint32_t to) {
  replay_as(p, a, live, from, to, 1);
}

/* What a replay leaves live is freed outside of the timed part. */
static void release_all(const program *p, const allocator *a, void **live) {
  for (uint32_t s = 0; s < p->slots; s++) {
    if (live[s]) a->release(live[s]);
    live[s] = 0;
  }
}

/* Turns, as src/worker/turns.ts has them: a point says that it waits, and each line that it reads is a turn. */
static uint32_t turns_alone;
static int next_turn(int is_alone) {
  char line[8];
  if (is_alone) return turns_alone++ <= 3;
  puts(".");
  fflush(stdout);
  return fgets(line, sizeof line, stdin) != 0;
}

enum { MAX_TURNS = 1000, STEP = 4096 };

/* The least that each part of a replay took, or, of a replacement, a window: src/worker/timing.ts says why. */
typedef struct timing {
  double turns[MAX_TURNS], first;  /* ns per unit */
  double *least, *turn;            /* ns; of all turns, and of this one */
  uint32_t count, parts, replays_per_window, warm_replays;
} timing;

/* One replay: its ns, and into `parts` what is less than before. A replacement finds the live blocks that the one before it left. */
static double once(const program *p, const allocator *a, void **live, loop *run, double *parts) {
  if (!p->live || !live[0]) replay(p, a, live, 0, p->prelude);
  double start = now_ns(), before = start;
  for (uint32_t from = p->prelude; from < p->events; from += STEP) {
    run(p, a, live, from, p->events - from < STEP ? p->events : from + STEP);
    double now = now_ns();
    if (parts && now - before < *parts) *parts = now - before;
    if (parts) parts++;
    before = now;
  }
  if (!p->live) release_all(p, a, live);
  return before - start;
}

static double units_of(const program *p) { return (double)(p->events - p->prelude) / p->events_per_unit; }

static void forget(double *parts, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) parts[i] = 1e300;
}

static double sum_of(const double *parts, uint32_t count) {
  double sum = 0;
  for (uint32_t i = 0; i < count; i++) sum += parts[i];
  return sum;
}

/* Replays until the time is over. */
static void warm_up(timing *t, const program *p, const allocator *a, void **live, double warm_ms, loop *run) {
  const double least = 2e6; /* of a window */
  *t = (timing){ .parts = p->live ? 1 : (p->events - p->prelude + STEP - 1) / STEP };
  t->least = zeroed(sizeof(double) * t->parts);
  t->turn = zeroed(sizeof(double) * t->parts);
  forget(t->least, t->parts);
  double start = now_ns(), took = 0;
  do {
    took = once(p, a, live, run, 0);
    if (t->warm_replays++ == 0) t->first = took / units_of(p);
  } while ((t->warm_replays < 3 && took < warm_ms * 2e6) || now_ns() - start < warm_ms * 1e6);
  t->replays_per_window = !p->live || took >= least ? 1 : (uint32_t)(least / (took + 1)) + 1;
}

/* Replays, for 10 ms. */
static void take_turn(timing *t, const program *p, const allocator *a, void **live, loop *run) {
  forget(t->turn, t->parts);
  double start = now_ns();
  do {
    double window = 0;
    for (uint32_t i = 0; i < t->replays_per_window; i++) window += once(p, a, live, run, p->live ? 0 : t->turn);
    window /= t->replays_per_window;
    if (p->live && window < *t->turn) *t->turn = window;
  } while (now_ns() - start < 10e6);
  for (uint32_t i = 0; i < t->parts; i++) {
    if (t->turn[i] < t->least[i]) t->least[i] = t->turn[i];
  }
  if (t->count < MAX_TURNS) t->turns[t->count++] = sum_of(t->turn, t->parts) / units_of(p);
}

typedef struct checked {
  uint64_t corrupted, failures, refused_frees;
} checked;

/* Whether the first `size` bytes of a block are all `fill`. */
static int is_filled(const allocator *a, void *block, uint32_t size, uint8_t fill) {
  const uint8_t *at = (const uint8_t *)(a->base + (uintptr_t)block);
  /* The first is right, and each is as the one before it. */
  return size == 0 || (at[0] == fill && memcmp(at, at + 1, size - 1) == 0);
}

/* Replays with every block filled, and looked at whenever it is freed or reallocated, and at the end. */
static checked check(const program *p, const allocator *a, void **live) {
  release_all(p, a, live);
  uint32_t *bytes = zeroed(4 * (uint64_t)p->slots);
  uint8_t *fills = zeroed(p->slots), fill = 0;
  uint64_t refused_before = refused_frees();
  checked c = { 0 };
  for (uint32_t i = 0; i < p->events; i++) {
    uint32_t s = p->slot[i], size = p->size[i];
    if (p->op[i] == ALLOCATE) {
      live[s] = a->allocate(size);
      c.failures += !live[s];
    } else if (!live[s]) {
      continue; /* it was refused before */
    } else if (p->op[i] == FREE) {
      c.corrupted += !is_filled(a, live[s], bytes[s], fills[s]);
      a->release(live[s]);
      live[s] = 0;
    } else {
      void *moved = a->reallocate(live[s], size);
      if (!moved) {
        c.failures++;
        continue;
      }
      live[s] = moved;
      c.corrupted += !is_filled(a, moved, bytes[s] < size ? bytes[s] : size, fills[s]);
    }
    if (!live[s]) continue;
    fill += 37; /* odd: 256 blocks until one is like another */
    bytes[s] = size;
    fills[s] = fill;
    memset((void *)(a->base + (uintptr_t)live[s]), fill, size);
  }
  for (uint32_t s = 0; s < p->slots; s++) c.corrupted += live[s] && !is_filled(a, live[s], bytes[s], fills[s]);
  release_all(p, a, live);
  c.refused_frees = refused_frees() - refused_before;
  munmap(bytes, 4 * (uint64_t)p->slots + 1);
  munmap(fills, (uint64_t)p->slots + 1);
  return c;
}

typedef struct tail {
  double p50, p99, max; /* ns per event, over batches */
  uint32_t batches;
} tail;

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Each batch of 256 events by itself, after the timing has warmed everything up. */
static tail tail_of(const program *p, const allocator *a, void **live, double budget_ms) {
  enum { BATCH = 256, MOST = 100000 };
  double *samples = zeroed(sizeof(double) * MOST);
  uint32_t n = 0;
  release_all(p, a, live);
  for (double start = now_ns(); n == 0 || (n < MOST && now_ns() - start < budget_ms * 1e6);) {
    replay(p, a, live, 0, p->prelude);
    for (uint32_t from = p->prelude; from < p->events; from += BATCH) {
      uint32_t to = p->events - from < BATCH ? p->events : from + BATCH;
      double begin = now_ns();
      replay(p, a, live, from, to);
      if (n < MOST) samples[n++] = (now_ns() - begin) / (to - from);
    }
    release_all(p, a, live);
  }
  qsort(samples, n, sizeof *samples, ascending);
  tail t = { samples[n / 2], samples[(uint64_t)n * 99 / 100], samples[n - 1], n };
  munmap(samples, sizeof(double) * MOST + 1);
  return t;
}

#endif
