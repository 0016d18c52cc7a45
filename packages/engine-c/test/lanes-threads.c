/*
 * Real threads on one heap with lanes, as programs of three kinds use it; run by the tests with ThreadSanitizer too.
 *
 *     lanes-threads threads rounds
 *
 * What is in a block is checked where it is freed; and in the end that the heap is in order, and empty. Blocks are handed over by
 * atomic exchanges, which order what was written before.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "lanes-model.h"

#define MOST_THREADS 8
#define SLOTS 512
#define PAGES 1024

static unsigned char *buffer;
static ax_heap *heap;
static uint32_t threads, rounds;
static _Atomic uint64_t bytes_now;

bool ax_grow_buffer(ax_heap *it, uint64_t bytes) {
  (void)it;
  uint64_t now = atomic_load(&bytes_now);
  while (now < bytes && !atomic_compare_exchange_weak(&bytes_now, &now, bytes)) continue;
  return bytes <= PAGES * 4096ull;
}

/* Where blocks are handed over: any thread puts one in, and takes the one that was there. */
static _Atomic uint32_t slots[SLOTS];

/* A generator for each thread. */
typedef struct worker {
  uint32_t number, ticket, lane;
  uint64_t state;
  bool dies;
} worker;

static uint32_t next(worker *it, uint32_t n) {
  it->state = it->state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((it->state >> 32) * n >> 32);
}

/* The first word of a block is its size, the last one its offset. */
static ax_offset make(worker *it, uint32_t size) {
  if (size < 8) size = 8;
  size &= ~3u;
  ax_offset offset = ax_lane_allocate(heap, it->lane, it->ticket, size);
  if (offset == 0) return 0;
  memcpy(buffer + offset, &size, 4);
  memcpy(buffer + offset + size - 4, &offset, 4);
  return offset;
}

static void end(worker *it, ax_offset offset) {
  uint32_t size, last;
  if (offset == 0) return;
  memcpy(&size, buffer + offset, 4);
  if (size < 8 || size > PAGES * 4096) FAIL("block %u is not what it was", offset);
  memcpy(&last, buffer + offset + size - 4, 4);
  if (size > 8 && last != offset) FAIL("block %u of %u bytes is not what it was", offset, size);
  memset(buffer + offset, 0, 4);
  ax_freed freed = ax_lane_free(heap, it->lane, it->ticket, offset);
  if (freed != AX_FREED) FAIL("block %u is not freed: %d", offset, freed);
}

static uint32_t some_size(worker *it) {
  uint32_t dice = next(it, 100);
  return 12 + next(it, dice < 70 ? 200 : dice < 96 ? 3000 : 30000);
}

/* As larson: each block is replaced by a new one, whoever made it. */
static void hand_over(worker *it) {
  for (uint32_t i = 0; i < rounds; i++) {
    ax_offset offset = make(it, some_size(it));
    end(it, atomic_exchange(&slots[next(it, SLOTS)], offset));
    if (next(it, 500) == 0 && ax_verify_lane(heap, it->lane) != 0) FAIL("lane %u is broken", it->lane);
    if (next(it, 300) == 0) {
      if (!ax_park(heap, it->lane, it->ticket)) FAIL("lane %u is not held", it->lane);
      it->lane = ax_resume(heap, it->lane, it->ticket);
      if (!ax_is_lane(it->lane)) FAIL("no lane: %u", it->lane);
    }
  }
}

/* As xmalloc: who allocates does not free. A full slot waits for one of the others; who finds it so goes on. */
static void give_away(worker *it) {
  bool makes = it->number % 2 == 0;
  for (uint32_t i = 0; i < rounds; i++) {
    _Atomic uint32_t *slot = &slots[next(it, SLOTS)];
    if (makes) {
      uint32_t none = 0;
      ax_offset offset = make(it, some_size(it));
      if (offset != 0 && !atomic_compare_exchange_strong(slot, &none, offset)) end(it, offset);
    } else {
      end(it, atomic_exchange(slot, 0));
    }
  }
}

static void *work(void *argument) {
  worker *it = argument;
  it->lane = ax_attach(heap, it->ticket);
  if (!ax_is_lane(it->lane)) FAIL("no lane: %u", it->lane);
  hand_over(it);
  give_away(it);
  if (it->dies) return NULL;
  if (!ax_close(heap, it->lane, it->ticket)) FAIL("lane %u is not held", it->lane);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  threads = (uint32_t)atoi(argv[1]);
  rounds = (uint32_t)atoi(argv[2]);
  if (threads < 1 || threads > MOST_THREADS) return 2;
  buffer = calloc(PAGES, 4096);
  heap = buffer == NULL ? NULL : ax_make_shared_zeroed(buffer, 0, PAGES / 2, PAGES, 2 * MOST_THREADS + 2);
  if (heap == NULL) return 3;
  worker first = {0, 1, ax_attach(heap, 1), 1, false}, others[MOST_THREADS];
  uint32_t reclaimed = 0;
  /* The second time in the lanes that are left. */
  for (uint32_t turn = 0; turn < 2; turn++) {
    pthread_t ids[MOST_THREADS];
    for (uint32_t i = 0; i < threads; i++) {
      others[i] = (worker){i, ax_ticket(heap), 0, turn * 100 + i + 1, i % 2 == turn};
      if (pthread_create(&ids[i], NULL, work, &others[i]) != 0) return 4;
    }
    for (uint32_t i = 0; i < threads; i++) {
      pthread_join(ids[i], NULL);
      ax_lost lost;
      ax_reclaim(heap, others[i].ticket, 1, &lost);
      if (lost.lanes != others[i].dies) FAIL("%u lanes reclaimed of thread %u", lost.lanes, i);
      reclaimed += lost.lanes;
    }
  }
  uint32_t fault = ax_find_fault_shared(heap);
  if (fault != 0) FAIL("broken %u at %u", fault & 255, fault >> 8);
  check_mail(heap);
  for (uint32_t i = 0; i < SLOTS; i++) end(&first, atomic_exchange(&slots[i], 0));
  ax_close(heap, first.lane, 1);
  uint32_t late = 0;
  for (uint32_t i = 0; i < heap->lanes; i++) late += lane_at(heap, i)->late;
  fault = ax_find_fault_shared(heap);
  if (fault != 0) FAIL("broken %u at %u", fault & 255, fault >> 8);
  if (count_live(heap) != 0 || late != 0) FAIL("%u blocks are left, %u double frees", count_live(heap), late);
  printf("%u threads, %u reclaimed\n", 2 * threads, reclaimed);
  free(buffer);
  return 0;
}
