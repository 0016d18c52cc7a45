/*
 * Replays a program through a C allocator: the worker process of the subjects in C. One observation, as JSON, on the
 * standard output (src/protocol.ts); of what can't be, a line on the standard error and exit code 1.
 *
 *   replay ALLOCATOR LIBRARY                                        only says which one it is
 *   replay ALLOCATOR LIBRARY PROGRAM CAPACITY WARM_MS TURNS_MS PASSES   PASSES: of turns, time, touched, check, latency
 *
 * With turns it is told when to work (src/worker/turns.ts); else it takes three by itself.
 *
 * Built by src/c/build.ts; by hand: cc -O2 -o replay replay.c -ldl; with our own heap: … engine.c -DENGINE='"…/src/ariax.c"'
 */
#define _GNU_SOURCE
#include "passes.h"

static int fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  return 1;
}

static void print_string(const char *text) {
  putchar('"');
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') putchar('\\');
    putchar((unsigned char)*text < ' ' ? ' ' : *text);
  }
  putchar('"');
}

static void print_timing(const char *name, const program *p, const timing *t) {
  double best = sum_of(t->least, t->parts) / units_of(p);
  printf(",\"%s\":{\"stopped\":false,\"best\":%.4f,\"turns\":[", name, best);
  for (uint32_t i = 0; i < t->count; i++) printf("%s%.4f", i ? "," : "", t->turns[i]);
  printf("],\"first\":%.4f,\"replaysPerWindow\":%u,\"warmReplays\":%u,\"collections\":0}", t->first, t->replays_per_window,
         t->warm_replays);
}

int main(int count, char **arguments) {
  if (count != 3 && count != 8) return fail("replay", "2 or 7 arguments, see replay.c");
  const char *name = arguments[1];
  uint64_t capacity = count == 8 ? strtoull(arguments[4], 0, 10) : 1 << 20;
  allocator a;
  const char *why = open_allocator(&a, name, arguments[2], capacity);
  if (why) return fail(name, why);
  if (count == 3) {
    printf("{\"version\":");
    print_string(a.version);
    puts("}");
    return 0;
  }
  const char *passes = arguments[7];
  double warm = strtod(arguments[5], 0), turns = strtod(arguments[6], 0);
  program p;
  why = load(&p, arguments[3]);
  if (why) return fail(arguments[3], why);
  void **live = zeroed(sizeof *live * (uint64_t)p.slots);
  if (!live) return fail(name, "out of memory");
  int is_loop = strcmp(name, "nothing-c") == 0, is_alone = !strstr(passes, "turns"), is_timed = strstr(passes, "time") != 0;
  int is_touched = strstr(passes, "touched") && !is_loop;
  static timing plain, touched;
  loop *run = p.live ? replace : replay, *run_touched = p.live ? replace_touched : replay_touched;
  /* Timed first, while the process is fresh. The first turn warms up. */
  next_turn(is_alone);
  if (is_timed) warm_up(&plain, &p, &a, live, warm, run);
  /* What is written needs memory: not of the loop alone, and not of an allocator that has none left. */
  if (is_touched) {
    checked c = check(&p, &a, live);
    is_touched = !c.failures;
  }
  if (is_touched) warm_up(&touched, &p, &a, live, warm, run_touched);
  /* Who is slow leaves turns to the others. */
  double spent = 0;
  while (next_turn(is_alone)) {
    if (spent > turns * 1e6) continue;
    double from = now_ns();
    if (is_timed) take_turn(&plain, &p, &a, live, run);
    if (is_touched) take_turn(&touched, &p, &a, live, run_touched);
    spent += now_ns() - from;
  }
  printf("{\"version\":");
  print_string(a.version);
  if (is_timed) print_timing("time", &p, &plain);
  if (is_touched) print_timing("touched", &p, &touched);
  if (strstr(passes, "check") && !is_loop) {
    needs n = needs_of(&p);
    checked c = check(&p, &a, live);
    printf(",\"check\":{\"corrupted\":%llu,\"failures\":%llu,\"refusedFrees\":%llu,\"events\":%u", (unsigned long long)c.corrupted,
           (unsigned long long)c.failures, (unsigned long long)c.refused_frees, p.events);
    if (c.failures) printf(",\"firstFailure\":\"no room\"");
    printf("},\"needs\":{\"events\":%u,\"peakLive\":%llu,\"total\":%llu,\"peakBlocks\":%u,\"blocksAtEnd\":%u,\"bytesAtEnd\":%llu}",
           p.events, (unsigned long long)n.peak_live, (unsigned long long)n.total, n.peak_blocks, n.blocks_at_end,
           (unsigned long long)n.bytes_at_end);
  }
  if (strstr(passes, "latency")) {
    tail t = tail_of(&p, &a, live, warm);
    printf(",\"latency\":{\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f,\"batches\":%u}", t.p50, t.p99, t.max, t.batches);
  }
  puts("}");
  return 0;
}
