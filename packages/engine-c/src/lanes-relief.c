/*
 * What may make room where a lane has none, in the order of what it costs, to it and to others:
 *
 *     collect   what others freed, and announced            own pages
 *     claim     territories of the pool                     one compare-exchange each
 *     trim      its stacks, and slabs without a block
 *     sweep     what others freed, announced or not         O(pages of the lane)
 *     grow      the memory
 *     gather    territories without a live block of lanes that nobody holds (lanes-strip.c), and its own, so that claims find them side by
 *               side; who lives, and has such, is asked to give them
 *
 * The caller looks again after each that did something.
 */
#include "lanes-layout.h"

/* Nothing is left to do; the first step is 0. */
#define AX_NO_STEP 7u

/* Gives all that a lane does not need to the pool. */
static void give_all(ax_heap *lane) {
  collect(lane);
  trim(lane);
  give_back(lane, 0);
}

/* Takes what has no live block of lanes that nobody holds, and gives all that is free to the pool; and asks the lanes that live for such of theirs. */
static void gather(ax_heap *lane) {
  ax_heap *heap = heap_of(lane);
  bool want = false;
  for (uint32_t i = 0; i < heap->lanes; i++) {
    ax_heap *other = lane_at(heap, i);
    if (other == lane || !strip(lane, other, LOOK)) continue;
    if (!make_stripped(other)) want = true;
    else if (strip(lane, other, MARK) && make_stripped(other)) strip(lane, other, TAKE);
  }
  give_all(lane);
  if (want) lane->seen = fetch_add(&heap->want, 1) + 1;
}

/* Does the next step from `step` on that changes something; the one to go on with, or AX_NO_STEP. `pages` are needed, side by side. */
static uint32_t relieve(ax_heap *lane, uint32_t pages, uint32_t step) {
  if (step <= 0 && collect(lane)) return 1;
  if (step <= 1 && claim(lane, pages)) return 2;
  if (step <= 2 && trim(lane)) return 3;
  if (step <= 3) {
    bool some = sweep(lane);
    if (trim(lane) || some) return 4;
  }
  if (step <= 4 && grow_shared(lane, pages) && claim(lane, pages)) return 5;
  if (step <= 5) {
    gather(lane);
    if (claim(lane, pages) || (grow_shared(lane, pages) && claim(lane, pages))) return 6;
  }
  return AX_NO_STEP;
}

/* Is the lane the ticket's? Then it answers to another that had no room. */
static bool now_held(ax_heap *lane, uint32_t ticket) {
  if (!is_held(lane, ticket)) return false;
  uint32_t want = peek(&heap_of(lane)->want);
  if (want != lane->seen) {
    lane->seen = want;
    give_all(lane);
  }
  return true;
}

bool ax_answer(ax_heap *heap, uint32_t lane, uint32_t ticket) { return now_held((ax_heap *)word_at(heap, lane), ticket); }

bool ax_park(ax_heap *heap, uint32_t lane, uint32_t ticket) {
  ax_heap *it = (ax_heap *)word_at(heap, lane);
  if (!is_held(it, ticket)) return false;
  give_all(it);
  return end_lane(it, ticket, AX_PARKED);
}

bool ax_close(ax_heap *heap, uint32_t lane, uint32_t ticket) {
  ax_heap *it = (ax_heap *)word_at(heap, lane);
  resume(it, ticket);
  if (!is_held(it, ticket)) return false;
  give_all(it);
  return end_lane(it, ticket, AX_ORPHAN);
}
