/**
 * Who holds a lane. Each step is one compare-exchange of its state word, which has the ticket of the thread that holds, held or repairs
 * it:
 *
 *     FREE ──attach──▶ LIVE ──park──▶ PARKED ──resume, or attach by another──▶ LIVE          ticket: drawn before a thread starts,
 *     ORPHAN ─attach──▶  │ └──close──▶ ORPHAN, or FREE where it owns nothing                 never drawn again
 *     STRIPPED ─attach─▶ │                └──or PARKED, and others take of it──▶ STRIPPED
 *                        └──reclaim──▶ DEAD ──▶ REPAIR ──▶ ORPHAN or FREE
 *                                               └──reclaim of who repairs, or `keep` threw──▶ DEAD
 *
 * Nobody ever waits for a state to change: one who finds another than it needs looks at the next lane, or says so.
 */
import { InvalidArgumentError, TicketError } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";
import { H_LANES, H_PAGES } from "../layout.ts";
import { laneLost, noLane } from "./errors.ts";
import * as L from "./layout.ts";
import { endBlocks, type Keep, type Lost, repair } from "./repair.ts";

/**
 * Draws the name of a thread that is to start: a number from 1 on, never drawn again.
 *
 * @throws `TicketError` where none is left.
 */
export function drawTicket(w: Int32Array): number {
  for (let drawn = Atomics.load(w, L.H_TOKEN); ; ) {
    if (drawn >= L.MOST_TICKETS) throw new TicketError(`all ${L.MOST_TICKETS} tickets of the heap are drawn`);
    const now = Atomics.compareExchange(w, L.H_TOKEN, drawn, drawn + 1);
    if (now === drawn) return drawn + 1;
    drawn = now;
  }
}

/**
 * @throws `InvalidArgumentError` where a ticket is no number that was drawn.
 */
export function checkTicket(w: Int32Array, ticket: unknown): number {
  const drawn = Atomics.load(w, L.H_TOKEN);
  if (typeof ticket === "number" && Number.isInteger(ticket) && ticket >= 1 && ticket <= drawn) return ticket;
  throw new InvalidArgumentError(`invalid ticket: ${show(ticket)} was not drawn by heap.ticket(), which drew ${drawn}`);
}

/** The lane that a thread gets; where each is held, by as many other threads, throws `NoLaneError`. */
export function attachLane(w: Int32Array, ticket: number): number {
  refuseTwice(w, ticket, 0);
  let lane = findLane(w, ticket);
  // Another thread may have left a lane that was looked at, and have got one that was not: so the same holders must be seen twice.
  for (let before = 0, now = holders(w); lane === 0; before = now, now = holders(w)) {
    if (now === before && now !== 0) throw noLane(w[H_LANES], resetter(w));
    lane = findLane(w, ticket);
  }
  // Two threads with one ticket, at once? Who sees the other gives way, and both may: else the one who came first would have to wait.
  try {
    refuseTwice(w, ticket, lane);
  } catch (error) {
    endLane(w, lane, ticket, L.ORPHAN);
    throw error;
  }
  return lane;
}

/** Throws where a lane, but for one, is held, or was, and is not repaired, by the thread of a ticket. */
function refuseTwice(w: Int32Array, ticket: number, except: number): void {
  for (let i = 0; i < w[H_LANES]; i++) {
    const lane = L.laneAt(w, i);
    if (lane === except) continue;
    const word = stateOf(w, lane);
    if (word >>> L.STATE_BITS === ticket && isHeld(word & L.STATE)) {
      throw new TicketError(`ticket ${ticket} is in use: lane ${i} is ${NAMES[word & L.STATE]}`);
    }
  }
}

/** Its own that it parked; else one that is in order, and whose thread is gone; or not in order; a new one; one that is parked; or 0. */
function findLane(w: Int32Array, ticket: number): number {
  return (
    tryAttach(w, ticket, (state, holder) => state === L.PARKED && holder === ticket) ||
    tryAttach(w, ticket, (state, holder) => state === L.STRIPPED && holder === ticket) ||
    tryAttach(w, ticket, (state) => state === L.ORPHAN) ||
    tryAttach(w, ticket, (state) => state === L.STRIPPED) ||
    tryAttach(w, ticket, (state) => state === L.FREE) ||
    tryAttach(w, ticket, (state) => state === L.PARKED)
  );
}

/** A number of who holds the lanes, of all that do a different one; 0 where one is not held. */
function holders(w: Int32Array): number {
  let all = 1;
  for (let i = 0; i < w[H_LANES]; i++) {
    const word = stateOf(w, L.laneAt(w, i));
    if (!isHeld(word & L.STATE)) return 0;
    all = Math.imul(all ^ word, 0x85ebca6b);
    all ^= all >>> 13;
  }
  return all | 1;
}

/** The ticket of a thread that is resetting the heap, or was when it was killed: no other works with two lanes. Else 0. */
function resetter(w: Int32Array): number {
  const seen = new Set<number>();
  for (let i = 0; i < w[H_LANES]; i++) {
    const word = stateOf(w, L.laneAt(w, i));
    if ((word & L.STATE) !== L.LIVE) continue;
    if (seen.has(word)) return word >>> L.STATE_BITS;
    seen.add(word);
  }
  return 0;
}

function isHeld(state: number): boolean {
  return state === L.LIVE || state === L.DEAD || state === L.REPAIR;
}

function tryAttach(w: Int32Array, ticket: number, fits: (state: number, holder: number) => boolean): number {
  for (let i = 0; i < w[H_LANES]; i++) {
    const lane = L.laneAt(w, i);
    const word = stateOf(w, lane);
    if (!fits(word & L.STATE, word >>> L.STATE_BITS) || !change(w, lane, word, stateWord(ticket, L.LIVE))) continue;
    // What the thread before freed last says nothing of this one.
    w[lane + L.H_OP] = 0;
    if ((word & L.STATE) === L.STRIPPED) repair(w, lane);
    return lane;
  }
  return 0;
}

/** From here on others may take of a lane that nobody holds; false where somebody does. */
export function makeStripped(w: Int32Array, lane: number): boolean {
  const word = stateOf(w, lane);
  const state = word & L.STATE;
  if (state !== L.PARKED && state !== L.ORPHAN) return state === L.STRIPPED;
  return change(w, lane, word, stateWord(word >>> L.STATE_BITS, L.STRIPPED));
}

/** A thread is done with its lane for now, or for ever: as `state` says, or, where it owns nothing, free. */
export function endLane(w: Int32Array, lane: number, ticket: number, state: number): void {
  const next = stateWord(ticket, w[lane + H_PAGES] === 0 && state === L.ORPHAN ? L.FREE : state);
  if (!change(w, lane, stateWord(ticket, L.LIVE), next)) throw laneLost(ticket);
}

/** Goes on with a parked lane; false where another has it now. */
export function resume(w: Int32Array, lane: number, ticket: number): boolean {
  return change(w, lane, stateWord(ticket, L.PARKED), stateWord(ticket, L.LIVE));
}

/** Throws where a lane is no longer its thread's, which was reclaimed though it lives. */
export function checkHeld(w: Int32Array, lane: number, ticket: number): void {
  // Read plainly: it changes only where somebody breaks the rules, and is seen sooner or later.
  if (w[w[lane + L.H_MAIL] + L.M_STATE] !== stateWord(ticket, L.LIVE)) throw laneLost(ticket);
}

/**
 * Does something as the holder of all lanes that nobody holds; how many others hold: where that is not 0 it is not done. Afterwards these lanes are
 * nobody's, also of threads that rest: who had one gets it again, or another.
 *
 * Who attaches meanwhile finds no lane, and is told why. It can't be given one: blocks that it makes before all are ended would be ended with them. Nor can
 * lanes be ended one by one, as strip.ts takes from them: where the next is attached, what was ended can't be made undone.
 */
export function alone(w: Int32Array, lane: number, ticket: number, act: () => void): number {
  let others = 0;
  for (let i = 0; i < w[H_LANES]; i++) {
    const other = L.laneAt(w, i);
    if (other !== lane && isHeld(stateOf(w, other) & L.STATE)) others++;
  }
  if (others > 0) return others;
  for (let i = 0; i < w[H_LANES]; i++) {
    const other = L.laneAt(w, i);
    if (other !== lane && !take(w, other, ticket)) others++;
  }
  if (others === 0) act();
  for (let i = 0; i < w[H_LANES]; i++) {
    const other = L.laneAt(w, i);
    if (other !== lane && stateOf(w, other) === stateWord(ticket, L.LIVE)) endLane(w, other, ticket, L.ORPHAN);
  }
  return others;
}

/** A lane that nobody holds becomes the thread's; one that is free too, or others could come by it. */
function take(w: Int32Array, lane: number, ticket: number): boolean {
  for (let word = stateOf(w, lane); !isHeld(word & L.STATE); word = stateOf(w, lane)) {
    if (!change(w, lane, word, stateWord(ticket, L.LIVE))) continue;
    if ((word & L.STATE) === L.STRIPPED) repair(w, lane);
    return true;
  }
  return false;
}

/**
 * Repairs what a thread held that is known to be dead, and the lanes that it was repairing, and reclaims whom it was reclaiming. `by`: the ticket of who
 * does. Where another does already, nothing. Of the blocks, those are freed that `keep` says nobody knows: once it was asked of all of a lane. Where
 * it throws, that lane is the dead thread's as before: who reclaims again goes on.
 */
export function reclaimLanes(w: Int32Array, dead: number, by: number, keep: Keep | undefined): Lost {
  const own = laneOf(w, by);
  // From here on who reclaims this thread finishes it. One that has no lane can't say so.
  if (own !== 0) w[own + L.H_RECLAIMS] = dead;
  try {
    return reclaim(w, dead, by, keep);
  } finally {
    if (own !== 0) w[own + L.H_RECLAIMS] = 0;
  }
}

/** The lane that a thread works with, or 0. */
function laneOf(w: Int32Array, ticket: number): number {
  for (let i = 0; i < w[H_LANES]; i++) {
    if (stateOf(w, L.laneAt(w, i)) === stateWord(ticket, L.LIVE)) return L.laneAt(w, i);
  }
  return 0;
}

function reclaim(w: Int32Array, dead: number, by: number, keep: Keep | undefined): Lost {
  let [lanes, pages, blocks, inFlight] = [0, 0, 0, 0];
  for (let i = 0; i < w[H_LANES]; i++) {
    const lane = L.laneAt(w, i);
    for (const state of [L.LIVE, L.REPAIR]) change(w, lane, stateWord(dead, state), stateWord(dead, L.DEAD));
    change(w, lane, stateWord(dead, L.PARKED), stateWord(dead, L.ORPHAN));
    if (!change(w, lane, stateWord(dead, L.DEAD), stateWord(by, L.REPAIR))) continue;
    let isDone = false;
    try {
      let lost = repair(w, lane);
      if (keep !== undefined && endBlocks(w, lane, keep)) lost = repair(w, lane);
      const next = w[lane + L.H_RECLAIMS];
      // Not this thread, which lives, whatever the other believed.
      if (next !== 0 && next !== by) {
        const more = reclaim(w, next, by, keep);
        lanes += more.lanes;
        pages += more.pages;
        blocks += more.blocks;
        inFlight = more.inFlight || inFlight;
      }
      w[lane + L.H_RECLAIMS] = 0;
      lanes++;
      pages += lost.pages;
      blocks += lost.blocks;
      inFlight = lost.inFlight || inFlight;
      isDone = true;
    } finally {
      const state = !isDone ? L.DEAD : w[lane + H_PAGES] === 0 ? L.FREE : L.ORPHAN;
      change(w, lane, stateWord(by, L.REPAIR), stateWord(dead, state));
    }
  }
  return { lanes, pages, blocks, inFlight };
}

const NAMES = ["free", "live", "parked", "orphaned", "dead", "being repaired", "stripped"];

function stateOf(w: Int32Array, lane: number): number {
  return Atomics.load(w, w[lane + L.H_MAIL] + L.M_STATE);
}

function stateWord(ticket: number, state: number): number {
  return (ticket << L.STATE_BITS) | state;
}

function change(w: Int32Array, lane: number, from: number, to: number): boolean {
  return Atomics.compareExchange(w, w[lane + L.H_MAIL] + L.M_STATE, from, to) === from;
}
