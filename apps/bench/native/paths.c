/*
 * For counting, not for timing: scripts/paths.ts steps through 64 events of this, scripts/counts.ts replays programs under valgrind.
 * The calls are the bench's own. Built as replay.c is.
 *
 *   paths ALLOCATOR LIBRARY                             64 events, once a SIGUSR2 has been raised
 *   paths ALLOCATOR LIBRARY PROGRAM CAPACITY REPLAYS    of a program
 */
#define _GNU_SOURCE
#include "passes.h"
#include <signal.h>

enum { EVENTS = 64, BLOCKS = 128 };

__attribute__((noipa)) void stepped(const program *p, const allocator *a, void **live) {
  replay_as(p, a, live, 0, EVENTS, 0);
}

static void step(const allocator *a) {
  static uint8_t op[EVENTS];
  static uint32_t slot[EVENTS], size[EVENTS];
  static void *live[BLOCKS];
  program p = { .op = op, .slot = slot, .size = size };
  /* As in scripts/stepped.ts: of the cursor's word, over the stack, and past it. */
  for (uint32_t i = 0; i < BLOCKS; i++) live[i] = a->allocate(64);
  for (uint32_t i = 0; i < 30; i++) a->release(live[i]);
  for (uint32_t i = 0; i < EVENTS; i++) {
    slot[i] = i < 32 ? (i % 4 < 2 ? 96 : 30) : 32 + i;
    op[i] = i < 32 && i % 2 ? ALLOCATE : FREE;
    size[i] = 64;
  }
  raise(SIGUSR2);
  stepped(&p, a, live);
}

static const char *replay_times(const allocator *a, const char *path, long times) {
  program p;
  const char *why = load(&p, path);
  if (why) return why;
  void **live = zeroed(sizeof *live * (uint64_t)p.slots);
  while (times-- > 0) once(&p, a, live, p.live ? replace : replay, 0);
  return 0;
}

int main(int count, char **arguments) {
  allocator a;
  int is_replay = count == 6;
  if (count != 3 && !is_replay) return 2;
  const char *why = open_allocator(&a, arguments[1], arguments[2], is_replay ? strtoull(arguments[4], 0, 10) : 16 << 20);
  if (!why && is_replay) why = replay_times(&a, arguments[3], strtol(arguments[5], 0, 10));
  else if (!why) step(&a);
  return why ? fprintf(stderr, "%s\n", why), 1 : 0;
}
