/*
 * Threads of one heap that change turns at any load and store, and are killed at any, while others repair what they leave behind; all
 * in one thread of the system, so that each seed repeats.
 *
 *     lanes-interleave seeds
 *
 * No byte may be handed out twice, each block holds what it held, each free of a live block is one, and in the end the heap is in order and
 * has no block but those of calls that were not done. See access.h for how it is compiled.
 */
#include <ucontext.h>

#include "access.h"
#include "lanes-model.h"

#define THREADS 5
#define LANES 7
#define PAGES 128
#define MOST 4000
#define MOST_AT_ONCE 20
#define STACK (256 * 1024)

typedef struct thread {
  ucontext_t context;
  uint32_t lane, ticket;
  bool is_done, is_dead;
  /* What its call is about: blocks that it may get, and such that it may have freed when it is killed. */
  uint32_t wanted, count;
  block freed[MOST_AT_ONCE];
} thread;

static thread threads[THREADS];
static unsigned char stacks[THREADS][STACK];
static thread *current; /* NULL: all others are done */
static ucontext_t scheduler;

static _Alignas(4096) unsigned char buffer[PAGES * 4096];
static uint8_t is_taken[sizeof buffer / 8];
static uint32_t bytes;
static ax_heap *heap;

static block blocks[MOST], uncertain[MOST];
static uint32_t count, uncertain_count, leaks;
static uint32_t dead[MOST], dead_count, new_threads, odds;
static uint64_t switches, kills, calls;

static void on_access(bool stores) {
  (void)stores;
  if (current == NULL) return;
  if (below(odds) == 0) {
    switches++;
    swapcontext(&current->context, &scheduler);
  } else if (below(4000) == 0) {
    kills++;
    current->is_dead = true;
    swapcontext(&current->context, &scheduler);
  }
}

bool ax_grow_buffer(ax_heap *it, uint64_t wanted) {
  (void)it;
  if (wanted > sizeof buffer) return false;
  if (wanted > bytes) bytes = (uint32_t)wanted;
  return true;
}

static void mark(const block *b, bool taken) {
  for (uint32_t i = b->offset / 8; i < (b->offset + b->size + 7) / 8; i++) {
    if (is_taken[i] == taken) FAIL("byte %u is handed out twice", i * 8);
    is_taken[i] = taken;
  }
}

static void add(ax_offset offset, uint32_t size) {
  if (offset == 0) return;
  if (offset + size > bytes) FAIL("block %u lies behind the end", offset);
  for (uint32_t i = uncertain_count; i-- > 0;) {
    if (uncertain[i].offset == offset) uncertain[i] = uncertain[--uncertain_count];
  }
  blocks[count] = (block){offset, size, random_bits()};
  mark(&blocks[count], true);
  stamp(buffer, &blocks[count++]);
}

/* A block is taken from those that all know of, to be freed. */
static block take(void) {
  uint32_t i = below(count);
  block b = blocks[i];
  blocks[i] = blocks[--count];
  check_stamp(buffer, &b);
  mark(&b, false);
  current->freed[current->count++] = b;
  return b;
}

static void held(bool is, const char *what) {
  if (!is) FAIL("%s: the lane is not held", what);
}

static void call(thread *it) {
  uint32_t dice = below(100), size = any_size(60000), lane = it->lane, ticket = it->ticket;
  it->wanted = it->count = 0;
  calls++;
  if (dead_count > 0 && below(3) == 0) {
    uint32_t gone = dead[dead_count - 1];
    ax_reclaim(heap, gone, ticket, NULL);
    /* Was that all done by this thread? One that is killed in it leaves it to another. */
    for (uint32_t i = dead_count; i-- > 0;) {
      if (dead[i] == gone) dead[i] = dead[--dead_count];
    }
  } else if (dice < 45 || count == 0) {
    it->wanted = 1;
    ax_offset offset = dice < 4 ? ax_lane_allocate_aligned(heap, lane, ticket, size, 1u << below(14))
                                : ax_lane_allocate(heap, lane, ticket, size);
    if (count < MOST - MOST_AT_ONCE) add(offset, size);
    else if (offset != 0 && ax_lane_free(heap, lane, ticket, offset) != AX_FREED) FAIL("a new block is not freed");
  } else if (dice < 50 && count < MOST / 2) {
    ax_offset out[MOST_AT_ONCE];
    it->wanted = below(MOST_AT_ONCE);
    uint32_t made = ax_lane_allocate_many(heap, lane, ticket, size %= 3000, out, it->wanted);
    for (uint32_t i = 0; i < made; i++) add(out[i], size);
  } else if (dice < 86) {
    block b = take();
    ax_freed freed = ax_lane_free(heap, lane, ticket, b.offset);
    if (freed != AX_FREED) FAIL("block %u of %u bytes is not freed: %d", b.offset, b.size, freed);
  } else if (dice < 89) {
    ax_offset offsets[MOST_AT_ONCE], scratch[MOST_AT_ONCE];
    uint32_t many = below(MOST_AT_ONCE), n = many < count ? many : count;
    for (uint32_t i = 0; i < n; i++) offsets[i] = take().offset;
    if (ax_lane_free_many(heap, lane, ticket, offsets, n, scratch) != n) FAIL("%u blocks are not freed", n);
  } else if (dice < 94) {
    block b = take();
    it->wanted = 1;
    ax_offset moved = ax_lane_reallocate(heap, lane, ticket, b.offset, size);
    block left = {moved == 0 ? b.offset : moved, moved == 0 ? b.size : size, b.stamp};
    if (moved != 0 && size >= 4 && b.size >= 8 && memcmp(buffer + moved, &b.stamp, 4) != 0) FAIL("block %u moved and lost", moved);
    add(left.offset, left.size);
  } else if (dice < 96) {
    uint32_t fault = ax_find_fault_lane(heap, lane);
    if (fault != 0) FAIL("lane %u: broken %u at %u", lane, fault & 255, fault >> 8);
  } else if (dice < 98) {
    held(ax_park(heap, lane, ticket), "park");
    uint32_t now = ax_resume(heap, lane, ticket);
    if (ax_is_lane(now)) it->lane = now;
    else it->is_done = true; /* others have them all */
  } else if (dice < 99) {
    held(ax_answer(heap, lane, ticket), "answer");
  } else {
    held(ax_close(heap, lane, ticket), "close");
    it->lane = 0;
    it->ticket = ax_ticket(heap);
  }
  it->wanted = it->count = 0;
}

static void run(uint32_t number, uint32_t steps) {
  thread *it = &threads[number];
  for (uint32_t i = 0; i < steps && !it->is_done; i++) {
    if (!ax_is_lane(it->lane)) it->lane = ax_attach(heap, it->ticket);
    if (it->lane == AX_TICKET_IN_USE) FAIL("ticket %u is in use", it->ticket);
    if (ax_is_lane(it->lane)) call(it);
  }
  it->is_done = true;
  swapcontext(&it->context, &scheduler);
}

static void start(uint32_t number, uint32_t steps) {
  thread *it = &threads[number];
  memset(it, 0, sizeof *it);
  it->ticket = new_threads++ == 0 ? 1 : ax_ticket(heap);
  getcontext(&it->context);
  it->context.uc_stack.ss_sp = stacks[number];
  it->context.uc_stack.ss_size = STACK;
  makecontext(&it->context, (void (*)(void))run, 2, number, steps);
}

/* A thread that was killed: what it may have had, and may have freed, is nobody's. */
static void bury(thread *it) {
  leaks += it->wanted;
  for (uint32_t i = 0; i < it->count; i++) uncertain[uncertain_count++] = it->freed[i];
  dead[dead_count++] = it->ticket;
}

static void finish(void) {
  uint32_t ticket = ax_ticket(heap), lane;
  while (dead_count > 0) ax_reclaim(heap, dead[--dead_count], ticket, NULL);
  check_mail(heap);
  for (uint32_t i = 0; i < THREADS; i++) {
    if (ax_is_lane(threads[i].lane) && ax_is_held(heap, threads[i].lane, threads[i].ticket)) {
      ax_close(heap, threads[i].lane, threads[i].ticket);
    }
  }
  uint32_t fault = ax_find_fault_shared(heap);
  if (fault != 0) FAIL("broken %u at %u", fault & 255, fault >> 8);
  lane = ax_attach(heap, ticket);
  if (!ax_is_lane(lane)) FAIL("no lane is left");
  for (uint32_t i = 0; i < uncertain_count; i++) {
    if (ax_lane_size_of(heap, lane, uncertain[i].offset) != 0) ax_lane_free(heap, lane, ticket, uncertain[i].offset);
  }
  for (uint32_t i = 0; i < count; i++) {
    check_stamp(buffer, &blocks[i]);
    if (ax_lane_free(heap, lane, ticket, blocks[i].offset) != AX_FREED) FAIL("block %u is lost", blocks[i].offset);
  }
  ax_close(heap, lane, ticket);
  uint32_t live = count_live(heap), late = 0;
  fault = ax_find_fault_shared(heap);
  if (fault != 0) FAIL("broken %u at %u", fault & 255, fault >> 8);
  if (live > leaks) FAIL("%u blocks are left of %u at most", live, leaks);
  for (uint32_t i = 0; i < LANES; i++) late += lane_at(heap, i)->late;
  if (late != 0) FAIL("%u double frees", late);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  for (uint32_t seed = 1; seed <= (uint32_t)atoi(argv[1]); seed++) {
    random_state = seed;
    memset(buffer, 0, sizeof buffer);
    memset(is_taken, 0, sizeof is_taken);
    count = uncertain_count = leaks = dead_count = new_threads = 0;
    odds = 1u << (1 + below(8));
    is_large_mix = below(3) == 0;
    uint32_t pages = below(2) != 0 ? PAGES : 80;
    bytes = pages * 4096;
    heap = ax_make_shared_zeroed(buffer, 0, pages, PAGES, LANES);
    if (heap == NULL) FAIL("no heap");
    for (uint32_t i = 0; i < THREADS; i++) start(i, 300);
    for (;;) {
      uint32_t alive[THREADS], n = 0;
      for (uint32_t i = 0; i < THREADS; i++) {
        if (!threads[i].is_done) alive[n++] = i;
      }
      if (n == 0) break;
      uint32_t next = alive[below(n)];
      current = &threads[next];
      swapcontext(&scheduler, &current->context);
      bool is_dead = current->is_dead;
      current = NULL;
      if (!is_dead) continue;
      bury(&threads[next]);
      if (new_threads < 60) start(next, 200);
      else threads[next].is_done = true, threads[next].lane = 0;
    }
    finish();
  }
  printf("%llu calls, %llu switches, %llu kills\n", (unsigned long long)calls, (unsigned long long)switches,
         (unsigned long long)kills);
  return 0;
}
