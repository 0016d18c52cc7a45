/*
 * A thread is killed before each store of each call (of a reset, each 13th), and its lane repaired by another; and who repairs it is killed so, too.
 *
 *     lanes-kill seeds step            step: of the stores of a repair each so-manieth
 *
 * Afterwards the heap has to be in order, what was live must be live and hold what it held, but for what the call was about; and the
 * others go on until all is freed. See access.h for how it is compiled.
 */
#include <setjmp.h>

#include "access.h"
#include "lanes-model.h"

#define THREADS 4
#define MOST 600
#define PAGES 96

static jmp_buf stopped;
static uint64_t left; /* stores until the thread is killed; 0 = it is not */

/* Between two stores it makes no difference where. */
static void on_access(bool stores) {
  if (stores && left != 0 && --left == 0) longjmp(stopped, 1);
}

/* All there is, so that it can be put back. */
typedef struct world {
  uint32_t count, lane[THREADS], ticket[THREADS];
  uint32_t bytes;
  block blocks[MOST];
} world;

static world now, before, killed;
static _Alignas(4096) unsigned char buffer[2 * PAGES * 4096], memory_before[sizeof buffer], memory_killed[sizeof buffer];
static ax_heap *heap;

bool ax_grow_buffer(ax_heap *it, uint64_t bytes) {
  (void)it;
  if (bytes > sizeof buffer) return false;
  now.bytes = (uint32_t)bytes;
  return true;
}

static void keep(world *to, unsigned char *memory) {
  *to = now;
  memcpy(memory, buffer, now.bytes);
}
static void put_back(const world *from, const unsigned char *memory) {
  if (now.bytes > from->bytes) memset(buffer + from->bytes, 0, now.bytes - from->bytes);
  now = *from;
  memcpy(buffer, memory, now.bytes);
}

static uint32_t add(ax_offset offset, uint32_t size) {
  if (offset == 0 || now.count == MOST) return 0;
  now.blocks[now.count] = (block){offset, size, random_bits()};
  stamp(buffer, &now.blocks[now.count]);
  return ++now.count;
}
static block take(uint32_t i) {
  block b = now.blocks[i];
  now.blocks[i] = now.blocks[--now.count];
  return b;
}

/* A heap in use, by three threads; the lane of a fourth is parked, orphaned or free. */
static void live_a_while(uint32_t steps) {
  memset(&now, 0, sizeof now);
  memset(buffer, 0, sizeof buffer);
  uint32_t pages = below(2) != 0 ? PAGES : 64;
  now.bytes = pages * 4096;
  heap = ax_make_shared_zeroed(buffer, 0, pages, below(3) != 0 ? pages : 2 * PAGES, THREADS);
  if (heap == NULL) FAIL("no heap");
  for (uint32_t i = 0; i < THREADS; i++) {
    now.ticket[i] = i == 0 ? 1 : ax_ticket(heap);
    now.lane[i] = ax_attach(heap, now.ticket[i]);
    if (!ax_is_lane(now.lane[i])) FAIL("no lane");
  }
  for (uint32_t i = 0; i < steps; i++) {
    uint32_t t = below(THREADS), size = any_size(60000);
    if (below(100) < 55 || now.count == 0) {
      ax_offset offset = ax_lane_allocate(heap, now.lane[t], now.ticket[t], size);
      if (offset != 0 && add(offset, size) == 0) ax_lane_free(heap, now.lane[t], now.ticket[t], offset);
    } else {
      block b = take(below(now.count));
      check_stamp(buffer, &b);
      if (ax_lane_free(heap, now.lane[t], now.ticket[t], b.offset) != AX_FREED) FAIL("block %u is not freed", b.offset);
    }
  }
  uint32_t dice = below(3);
  if (dice == 0) ax_park(heap, now.lane[3], now.ticket[3]);
  if (dice == 1) ax_close(heap, now.lane[3], now.ticket[3]);
}

typedef enum kind { ALLOCATE, ALIGNED, MANY, FREE, FREE_MANY, RESIZE, REALLOCATE, ANSWER, PARK, CLOSE, ATTACH, RESUME, RESET, KINDS } kind;

/* A call of thread 0: what it is about are the last blocks. */
typedef struct call {
  kind kind;
  uint32_t size, count, ticket;
} call;

#define MOST_AT_ONCE 40
static ax_offset out[MOST_AT_ONCE], scratch[MOST_AT_ONCE];

static call make_call(kind which) {
  call c = {which, any_size(100000), 0, now.ticket[0]};
  bool is_of_blocks = c.kind == FREE || c.kind == FREE_MANY || c.kind == RESIZE || c.kind == REALLOCATE;
  if (is_of_blocks) c.count = c.kind == FREE_MANY ? below(20) : 1;
  if (c.count > now.count) c.count = now.count;
  if (is_of_blocks && c.count == 0) c.kind = ALLOCATE;
  /* The blocks that it is about become the last ones. */
  for (uint32_t i = 0; i < c.count; i++) {
    uint32_t from = below(now.count - i), to = now.count - 1 - i;
    block b = now.blocks[from];
    now.blocks[from] = now.blocks[to];
    now.blocks[to] = b;
  }
  uint32_t lane = now.lane[0], ticket = now.ticket[0];
  if (c.kind == ANSWER) heap->want++;
  if (c.kind == RESUME || c.kind == ATTACH) {
    if (below(2) != 0) ax_park(heap, lane, ticket);
    else if (c.kind == ATTACH) ax_close(heap, lane, ticket);
    else ax_park(heap, lane, ticket);
    if (c.kind == ATTACH && below(2) != 0) c.ticket = ax_ticket(heap);
  }
  if (c.kind == RESUME && below(2) != 0) {
    /* Another has it. */
    ax_close(heap, now.lane[3], now.ticket[3]);
    now.ticket[3] = ax_ticket(heap);
    now.lane[3] = ax_attach(heap, now.ticket[3]);
  }
  if (c.kind == RESET) {
    /* About all blocks; while no other thread has a lane. */
    c.count = now.count;
    for (uint32_t i = 1; i < THREADS; i++) ax_park(heap, now.lane[i], now.ticket[i]);
  }
  return c;
}

static void perform(const call *c) {
  uint32_t lane = now.lane[0], ticket = now.ticket[0];
  const block *last = &now.blocks[now.count - 1];
  for (uint32_t i = 0; i < c->count && c->kind == FREE_MANY; i++) out[i] = (last - i)->offset;
  switch (c->kind) {
    case ALLOCATE: ax_lane_allocate(heap, lane, ticket, c->size); break;
    case ALIGNED: ax_lane_allocate_aligned(heap, lane, ticket, c->size, 1u << c->size % 15); break;
    case MANY: ax_lane_allocate_many(heap, lane, ticket, c->size % 5000, out, MOST_AT_ONCE); break;
    case FREE: ax_lane_free(heap, lane, ticket, last->offset); break;
    case FREE_MANY: ax_lane_free_many(heap, lane, ticket, out, c->count, scratch); break;
    case RESIZE: ax_lane_resize(heap, lane, ticket, last->offset, c->size); break;
    case REALLOCATE: ax_lane_reallocate(heap, lane, ticket, last->offset, c->size); break;
    case ANSWER: ax_answer(heap, lane, ticket); break;
    case PARK: ax_park(heap, lane, ticket); break;
    case CLOSE: ax_close(heap, lane, ticket); break;
    case ATTACH: ax_attach(heap, c->ticket); break;
    case RESUME: ax_resume(heap, lane, ticket); break;
    case RESET: ax_shared_reset(heap, lane, ticket); break;
    case KINDS: break;
  }
}

/* The heap is in order, and all that was live is, but for what the call was about. Blocks that nobody knows. */
static uint32_t check(const call *c) {
  uint32_t broken = ax_find_fault_shared(heap);
  if (broken != 0) FAIL("call %d: broken %u at %u", c->kind, broken & 255, broken >> 8);
  check_mail(heap);
  uint32_t sure = now.count - c->count, gone = 0;
  for (uint32_t i = 0; i < sure; i++) {
    const block *b = &now.blocks[i];
    if (ax_lane_size_of(heap, now.lane[1], b->offset) < b->size) FAIL("call %d: block %u is lost", c->kind, b->offset);
    check_stamp(buffer, b);
  }
  for (uint32_t i = now.count; i-- > sure;) {
    uint32_t room = ax_lane_size_of(heap, now.lane[1], now.blocks[i].offset);
    if (room == 0) {
      if (c->kind == RESIZE) FAIL("block %u is lost, which was to be resized", now.blocks[i].offset);
      gone++;
      take(i);
    } else if (c->kind != RESIZE) check_stamp(buffer, &now.blocks[i]);
  }
  uint32_t live = count_live(heap), unknown = live - now.count;
  uint32_t most = c->kind == MANY ? MOST_AT_ONCE : c->kind == ALLOCATE || c->kind == ALIGNED || c->kind == REALLOCATE;
  if (live < now.count || unknown > most) FAIL("call %d: %u live blocks, %u known", c->kind, live, now.count);
  if (c->kind == REALLOCATE && gone == 1 && unknown != 1) FAIL("a block is lost that was to be moved");
  return unknown;
}

/* The others go on: one attaches, and all known blocks are freed. */
static void go_on(const call *c, uint32_t unknown) {
  uint32_t ticket = ax_ticket(heap), lane = ax_attach(heap, ticket);
  if (!ax_is_held(heap, now.lane[1], now.ticket[1])) now.lane[1] = ax_resume(heap, now.lane[1], now.ticket[1]);
  if (!ax_is_lane(lane) || !ax_is_lane(now.lane[1])) FAIL("call %d: no lane is left", c->kind);
  for (uint32_t i = 0; i < 20; i++) {
    uint32_t size = any_size(20000);
    ax_offset offset = ax_lane_allocate(heap, lane, ticket, size);
    if (offset != 0 && add(offset, size) == 0) ax_lane_free(heap, lane, ticket, offset);
  }
  while (now.count > 0) {
    bool is_new = below(2) != 0;
    block b = take(below(now.count));
    if (c->kind != RESIZE) check_stamp(buffer, &b);
    ax_freed freed = is_new ? ax_lane_free(heap, lane, ticket, b.offset)
                            : ax_lane_free(heap, now.lane[1], now.ticket[1], b.offset);
    if (freed != AX_FREED) FAIL("call %d: block %u is not freed", c->kind, b.offset);
  }
  ax_close(heap, lane, ticket);
  ax_close(heap, now.lane[2], now.ticket[2]);
  ax_park(heap, now.lane[1], now.ticket[1]);
  if (ax_verify_shared(heap) != 0 || count_live(heap) != unknown) FAIL("call %d: %u blocks are left", c->kind, count_live(heap));
}

/* Repaired by thread `by`; whom it had, if it was killed, too. */
static void repair_by(const call *c, uint32_t by, bool also_the_first) {
  if (also_the_first) ax_reclaim(heap, now.ticket[1], now.ticket[by], NULL);
  ax_reclaim(heap, now.ticket[0], now.ticket[by], NULL);
  if (c->ticket != now.ticket[0]) ax_reclaim(heap, c->ticket, now.ticket[by], NULL);
}

static uint64_t kills[KINDS], repairs;

/* The thread is killed at its store k. Then its repair is, at each so-manieth one; and then it is not. */
static void kill_at(const call *c, uint64_t k, uint32_t step) {
  put_back(&before, memory_before);
  left = k;
  if (setjmp(stopped) == 0) perform(c);
  left = 0;
  kills[c->kind]++;
  keep(&killed, memory_killed);
  for (volatile uint64_t j = 1 + k % step;; j += step) {
    put_back(&killed, memory_killed);
    left = j;
    bool is_killed = setjmp(stopped) != 0;
    if (!is_killed) repair_by(c, 1, false);
    left = 0;
    if (!is_killed) break;
    repairs++;
    repair_by(c, 2, true);
    now.lane[1] = ax_attach(heap, now.ticket[1] = ax_ticket(heap));
    if (!ax_is_lane(now.lane[1])) FAIL("call %d: no lane is left", c->kind);
    check(c);
  }
  go_on(c, check(c));
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  uint64_t seeds = (uint64_t)atoi(argv[1]);
  for (uint64_t seed = 0; seed < seeds * KINDS; seed++) {
    random_state = seed + 1;
    is_large_mix = below(3) == 0;
    live_a_while(100 + below(500));
    call c = make_call((kind)(seed % KINDS));
    keep(&before, memory_before);
    left = 1ull << 40;
    perform(&c);
    uint64_t stores = (1ull << 40) - left;
    left = 0;
    /* A reset has some thousands, much the same. */
    uint64_t stride = c.kind == RESET ? 13 : 1;
    for (uint64_t k = 1 + seed % stride; k <= stores + 1; k += stride) kill_at(&c, k, (uint32_t)atoi(argv[2]));
  }
  for (uint32_t i = 0; i < KINDS; i++) printf("%llu ", (unsigned long long)kills[i]);
  printf("kills, %llu of repairs\n", (unsigned long long)repairs);
  return 0;
}
