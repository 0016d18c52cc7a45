/*
 * Who holds a lane. Each step is one compare-exchange of its state word, which has the ticket of the thread that holds, held or repairs
 * it:
 *
 *     FREE --attach--> LIVE --park--> PARKED --resume, or attach by another--> LIVE          ticket: drawn before a thread starts,
 *     ORPHAN -attach-->  | +--close--> ORPHAN, or FREE where it owns nothing                 never drawn again
 *                        +--reclaim--> DEAD --> REPAIR --> ORPHAN or FREE
 *                                               +--reclaim of who repairs--> DEAD
 *
 * Nobody ever waits for a state to change: one who finds another than it needs looks at the next lane, or says so.
 */
#include "lanes-layout.h"

#define AX_STATE 7u

static inline uint32_t state_word(uint32_t ticket, uint32_t state) { return ticket << AX_STATE_BITS | state; }
static inline uint32_t state_of(const ax_heap *lane) { return load(mail_at(lane, AX_M_STATE)); }
static bool change(ax_heap *lane, uint32_t from, uint32_t to) {
  return compare_exchange(mail_at(lane, AX_M_STATE), from, to) == from;
}
static inline bool is_held(const ax_heap *lane, uint32_t ticket) { return state_of(lane) == state_word(ticket, AX_LIVE); }

bool ax_is_held(const ax_heap *heap, uint32_t lane, uint32_t ticket) {
  return is_held((const ax_heap *)word_at(heap, lane), ticket);
}

uint32_t ax_ticket(ax_heap *heap) {
  for (uint32_t drawn = load(&heap->token); drawn < AX_MOST_TICKETS;) {
    uint32_t now = compare_exchange(&heap->token, drawn, drawn + 1);
    if (now == drawn) return drawn + 1;
    drawn = now;
  }
  return 0;
}

static bool is_drawn(const ax_heap *heap, uint32_t ticket) { return ticket >= 1 && ticket <= load(&heap->token); }

/* Is a lane, but for one, held, or was, and is not repaired, by the thread of a ticket? */
static bool is_in_use(ax_heap *heap, uint32_t ticket, const ax_heap *except) {
  for (uint32_t i = 0; i < heap->lanes; i++) {
    const ax_heap *lane = lane_at(heap, i);
    if (lane == except) continue;
    uint32_t word = state_of(lane), state = word & AX_STATE;
    if (word >> AX_STATE_BITS == ticket && state != AX_PARKED && state != AX_ORPHAN && state != AX_FREE) return true;
  }
  return false;
}

/* The first lane in a state, if need be of the ticket's, becomes the thread's; NULL where there is none. */
static ax_heap *try_attach(ax_heap *heap, uint32_t ticket, uint32_t state, bool its_own) {
  for (uint32_t i = 0; i < heap->lanes; i++) {
    ax_heap *lane = lane_at(heap, i);
    uint32_t word = state_of(lane);
    bool fits = (word & AX_STATE) == state && (!its_own || word >> AX_STATE_BITS == ticket);
    if (!fits || !change(lane, word, state_word(ticket, AX_LIVE))) continue;
    /* What the thread before freed last says nothing of this one. */
    lane->op = 0;
    return lane;
  }
  return NULL;
}

/* A thread is done with its lane for now, or for ever: as `state` says, or, where it owns nothing, free. Was it still its? */
static bool end_lane(ax_heap *lane, uint32_t ticket, uint32_t state) {
  if (lane->pages == 0 && state == AX_ORPHAN) state = AX_FREE;
  return change(lane, state_word(ticket, AX_LIVE), state_word(ticket, state));
}

/* Its own that it parked; else one that is in order, and whose thread is gone; a new one; one that is parked. */
uint32_t ax_attach(ax_heap *heap, uint32_t ticket) {
  if (!is_drawn(heap, ticket)) return AX_TICKET_NOT_DRAWN;
  if (is_in_use(heap, ticket, NULL)) return AX_TICKET_IN_USE;
  ax_heap *lane = try_attach(heap, ticket, AX_PARKED, true);
  if (lane == NULL) lane = try_attach(heap, ticket, AX_ORPHAN, false);
  if (lane == NULL) lane = try_attach(heap, ticket, AX_FREE, false);
  if (lane == NULL) lane = try_attach(heap, ticket, AX_PARKED, false);
  if (lane == NULL) return AX_NO_LANE;
  /* Two threads with one ticket, at once? Who sees the other gives way, and both may: else the one who came first would have to wait. */
  if (!is_in_use(heap, ticket, lane)) return word_of(lane);
  end_lane(lane, ticket, AX_ORPHAN);
  return AX_TICKET_IN_USE;
}

/* Goes on with a parked lane; false where another has it now. */
static bool resume(ax_heap *lane, uint32_t ticket) {
  return change(lane, state_word(ticket, AX_PARKED), state_word(ticket, AX_LIVE));
}

uint32_t ax_resume(ax_heap *heap, uint32_t lane, uint32_t ticket) {
  return resume((ax_heap *)word_at(heap, lane), ticket) ? lane : ax_attach(heap, ticket);
}

/* Takes a lane that nobody holds, for a while: of one that is parked or orphaned, its state word; else 0. */
static uint32_t borrow(ax_heap *lane, uint32_t ticket) {
  uint32_t word = state_of(lane), state = word & AX_STATE;
  if (state != AX_PARKED && state != AX_ORPHAN) return 0;
  return change(lane, word, state_word(ticket, AX_LIVE)) ? word : 0;
}

/* Gives it back as it was, or free. */
static void give_up(ax_heap *lane, uint32_t word) {
  bool is_empty = lane->pages == 0 && (word & AX_STATE) == AX_ORPHAN;
  store(mail_at(lane, AX_M_STATE), is_empty ? (word & ~AX_STATE) | AX_FREE : word);
}

/*
 * Does something as the holder of all lanes that nobody holds; how many others hold: where that is not 0 it is not done. What a lane was before
 * lies in a word of it that is the heap's alone: WASM has no stack for it.
 */
static uint32_t alone(ax_heap *lane, uint32_t ticket, void (*act)(ax_heap *heap)) {
  ax_heap *heap = heap_of(lane);
  uint32_t others = 0;
  for (uint32_t i = 0; i < heap->lanes; i++) {
    ax_heap *other = lane_at(heap, i);
    if (other == lane) continue;
    uint32_t word = borrow(other, ticket);
    if (word != 0) other->hint = word;
    else others += (state_of(other) & AX_STATE) != AX_FREE;
  }
  if (others == 0) act(heap);
  for (uint32_t i = 0; i < heap->lanes; i++) {
    ax_heap *other = lane_at(heap, i);
    if (other == lane || !is_held(other, ticket)) continue;
    uint32_t word = other->hint;
    other->hint = 0;
    give_up(other, word);
  }
  return others;
}

/* What it held, and the lanes that it was repairing. Where another does already, nothing. */
uint32_t ax_reclaim(ax_heap *heap, uint32_t dead, uint32_t by, ax_lost *lost) {
  uint32_t lanes = 0, pages = 0, blocks = 0, in_flight = 0;
  for (uint32_t i = 0; i < heap->lanes && is_drawn(heap, dead) && dead != by; i++) {
    ax_heap *lane = lane_at(heap, i);
    change(lane, state_word(dead, AX_LIVE), state_word(dead, AX_DEAD));
    change(lane, state_word(dead, AX_REPAIR), state_word(dead, AX_DEAD));
    change(lane, state_word(dead, AX_PARKED), state_word(dead, AX_ORPHAN));
    if (!change(lane, state_word(dead, AX_DEAD), state_word(by, AX_REPAIR))) continue;
    blocks += repair(lane);
    pages += lane->used;
    lanes++;
    if (lane->op != 0) in_flight = lane->op;
    change(lane, state_word(by, AX_REPAIR), state_word(dead, lane->pages == 0 ? AX_FREE : AX_ORPHAN));
  }
  if (lost != NULL) {
    lost->lanes = lanes;
    lost->pages = pages;
    lost->blocks = blocks;
    lost->in_flight = in_flight;
  }
  return lanes;
}
