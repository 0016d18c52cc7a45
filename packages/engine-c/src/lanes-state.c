/*
 * Who holds a lane. Each step is one compare-exchange of its state word, which has the ticket of the thread that holds, held or repairs
 * it:
 *
 *     FREE --attach--> LIVE --park--> PARKED --resume, or attach by another--> LIVE          ticket: drawn before a thread starts,
 *     ORPHAN -attach-->  | +--close--> ORPHAN, or FREE where it owns nothing                 never drawn again
 *     STRIPPED -attach-> |                +--or PARKED, and others take of it--> STRIPPED
 *                        +--reclaim--> DEAD --> REPAIR --> ORPHAN or FREE
 *                                               +--reclaim of who repairs--> DEAD
 *
 * Nobody ever waits for a state to change: one who finds another than it needs looks at the next lane, or says so.
 */
#include "lanes-layout.h"

static inline uint32_t state_word(uint32_t ticket, uint32_t state) { return ticket << AX_STATE_BITS | state; }
static inline uint32_t state_of(const ax_heap *lane) { return load(mail_at(lane, AX_M_STATE)); }
static bool change(ax_heap *lane, uint32_t from, uint32_t to) {
  return compare_exchange(mail_at(lane, AX_M_STATE), from, to) == from;
}
/* By a mask: of comparisons compilers make a table in memory, which WebAssembly's module has none for. */
static inline bool is_anyones(uint32_t state) { return (1u << AX_LIVE | 1u << AX_DEAD | 1u << AX_REPAIR) >> state & 1u; }
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
    uint32_t word = state_of(lane);
    if (word >> AX_STATE_BITS == ticket && is_anyones(word & AX_STATE)) return true;
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
    if (state == AX_STRIPPED) repair(lane);
    return lane;
  }
  return NULL;
}

/* A thread is done with its lane for now, or for ever: as `state` says, or, where it owns nothing, free. Was it still its? */
static bool end_lane(ax_heap *lane, uint32_t ticket, uint32_t state) {
  if (lane->pages == 0 && state == AX_ORPHAN) state = AX_FREE;
  return change(lane, state_word(ticket, AX_LIVE), state_word(ticket, state));
}

/* Its own that it parked; else one that is in order, and whose thread is gone; or not in order; a new one; one that is parked; or NULL. */
static ax_heap *find_lane(ax_heap *heap, uint32_t ticket) {
  ax_heap *lane = try_attach(heap, ticket, AX_PARKED, true);
  if (lane == NULL) lane = try_attach(heap, ticket, AX_STRIPPED, true);
  if (lane == NULL) lane = try_attach(heap, ticket, AX_ORPHAN, false);
  if (lane == NULL) lane = try_attach(heap, ticket, AX_STRIPPED, false);
  if (lane == NULL) lane = try_attach(heap, ticket, AX_FREE, false);
  if (lane == NULL) lane = try_attach(heap, ticket, AX_PARKED, false);
  return lane;
}

/* A number of who holds the lanes, of all that do a different one; 0 where one is not held. */
static uint32_t holders(const ax_heap *heap) {
  uint32_t all = 1;
  for (uint32_t i = 0; i < heap->lanes; i++) {
    uint32_t word = state_of(lane_at(heap, i));
    if (!is_anyones(word & AX_STATE)) return 0;
    all = (all ^ word) * 0x85ebca6bu;
    all ^= all >> 13;
  }
  return all | 1;
}

uint32_t ax_attach(ax_heap *heap, uint32_t ticket) {
  if (!is_drawn(heap, ticket)) return AX_TICKET_NOT_DRAWN;
  if (is_in_use(heap, ticket, NULL)) return AX_TICKET_IN_USE;
  ax_heap *lane = find_lane(heap, ticket);
  /* Another thread may have left a lane that was looked at, and have got one that was not: so the same holders must be seen twice. */
  for (uint32_t before = 0; lane == NULL;) {
    uint32_t now = holders(heap);
    if (now == before && now != 0) return AX_NO_LANE;
    before = now;
    lane = find_lane(heap, ticket);
  }
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

/* From here on others may take of a lane that nobody holds; false where somebody does. */
static bool make_stripped(ax_heap *lane) {
  uint32_t word = state_of(lane), state = word & AX_STATE;
  if (state != AX_PARKED && state != AX_ORPHAN) return state == AX_STRIPPED;
  return change(lane, word, state_word(word >> AX_STATE_BITS, AX_STRIPPED));
}

/* A lane that nobody holds becomes the thread's; one that is free too, or others could come by it. */
static bool take_lane(ax_heap *lane, uint32_t ticket) {
  for (uint32_t word = state_of(lane); !is_anyones(word & AX_STATE); word = state_of(lane)) {
    if (!change(lane, word, state_word(ticket, AX_LIVE))) continue;
    if ((word & AX_STATE) == AX_STRIPPED) repair(lane);
    return true;
  }
  return false;
}

/*
 * Does something as the holder of all lanes that nobody holds; how many others hold: where that is not 0 it is not done. Afterwards these lanes are
 * nobody's, also of threads that rest: who had one gets it again, or another.
 */
static uint32_t alone(ax_heap *lane, uint32_t ticket, void (*act)(ax_heap *heap)) {
  ax_heap *heap = heap_of(lane);
  uint32_t others = 0;
  for (uint32_t i = 0; i < heap->lanes; i++) {
    ax_heap *other = lane_at(heap, i);
    others += other != lane && is_anyones(state_of(other) & AX_STATE);
  }
  if (others > 0) return others;
  for (uint32_t i = 0; i < heap->lanes; i++) {
    ax_heap *other = lane_at(heap, i);
    others += other != lane && !take_lane(other, ticket);
  }
  if (others == 0) act(heap);
  for (uint32_t i = 0; i < heap->lanes; i++) {
    ax_heap *other = lane_at(heap, i);
    if (other != lane && is_held(other, ticket)) end_lane(other, ticket, AX_ORPHAN);
  }
  return others;
}

/* The lane that a thread works with, or NULL. */
static ax_heap *lane_of(ax_heap *heap, uint32_t ticket) {
  for (uint32_t i = 0; i < heap->lanes; i++) {
    if (is_held(lane_at(heap, i), ticket)) return lane_at(heap, i);
  }
  return NULL;
}

/* What a thread that is known to be dead held, the lanes that it was repairing, and whom it was reclaiming. Where another does already, nothing. */
static uint32_t reclaim(ax_heap *heap, uint32_t dead, uint32_t by, ax_keep *keep, void *context, ax_lost *lost) {
  uint32_t lanes = 0;
  for (uint32_t i = 0; i < heap->lanes; i++) {
    ax_heap *lane = lane_at(heap, i);
    change(lane, state_word(dead, AX_LIVE), state_word(dead, AX_DEAD));
    change(lane, state_word(dead, AX_REPAIR), state_word(dead, AX_DEAD));
    change(lane, state_word(dead, AX_PARKED), state_word(dead, AX_ORPHAN));
    if (!change(lane, state_word(dead, AX_DEAD), state_word(by, AX_REPAIR))) continue;
    uint32_t blocks = repair(lane);
    if (keep != NULL && end_blocks(lane, keep, context)) blocks = repair(lane);
    /* Not this thread, which lives, whatever the other believed. */
    if (lane->reclaims != 0 && lane->reclaims != by) lanes += reclaim(heap, lane->reclaims, by, keep, context, lost);
    poke(&lane->reclaims, 0);
    lanes++;
    if (lost != NULL) {
      lost->lanes++;
      lost->pages += lane->used;
      lost->blocks += blocks;
      if (lane->op != 0) lost->in_flight = lane->op;
    }
    change(lane, state_word(by, AX_REPAIR), state_word(dead, lane->pages == 0 ? AX_FREE : AX_ORPHAN));
  }
  return lanes;
}

uint32_t ax_reclaim_keeping(ax_heap *heap, uint32_t dead, uint32_t by, ax_keep *keep, void *context, ax_lost *lost) {
  if (lost != NULL) lost->lanes = lost->pages = lost->blocks = lost->in_flight = 0;
  if (!is_drawn(heap, dead) || dead == by) return 0;
  ax_heap *own = lane_of(heap, by);
  /* From here on who reclaims this thread finishes it. One that has no lane can't say so. */
  if (own != NULL) poke(&own->reclaims, dead);
  in_order();
  uint32_t lanes = reclaim(heap, dead, by, keep, context, lost);
  in_order();
  if (own != NULL) poke(&own->reclaims, 0);
  return lanes;
}

uint32_t ax_reclaim(ax_heap *heap, uint32_t dead, uint32_t by, ax_lost *lost) {
  return ax_reclaim_keeping(heap, dead, by, NULL, NULL, lost);
}
