/**
 * Who holds a lane. Each step is one compare-exchange of its state word, which has the ticket of the thread that holds, held or repairs
 * it:
 *
 *     FREE ──attach──▶ LIVE ──park──▶ PARKED ──resume, or attach by another──▶ LIVE          ticket: drawn before a thread starts,
 *     ORPHAN ─attach──▶  │ └──close──▶ ORPHAN, or FREE where it owns nothing                 never drawn again
 *                        └──reclaim──▶ DEAD ──▶ REPAIR ──▶ ORPHAN or FREE
 *                                               └──reclaim of who repairs──▶ DEAD
 *
 * Nobody ever waits for a state to change: one who finds another than it needs looks at the next lane, or says so.
 */
import { InvalidArgumentError, TicketError } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";
import { H_LANES, H_PAGES } from "../layout.ts";
import { laneLost, noLane } from "./errors.ts";
import * as L from "./layout.ts";
import { endBlocks, type Keep, type Lost, repair } from "./repair.ts";

/** Draws the name of a thread that is to start: a number from 1 on, never drawn again. */
export function drawTicket(w: Int32Array): number {
  for (let drawn = Atomics.load(w, L.H_TOKEN); ; ) {
    if (drawn >= L.MOST_TICKETS) throw new TicketError(`all ${L.MOST_TICKETS} tickets of the heap are drawn`);
    const now = Atomics.compareExchange(w, L.H_TOKEN, drawn, drawn + 1);
    if (now === drawn) return drawn + 1;
    drawn = now;
  }
}

/** Throws where a ticket is no number that was drawn. */
export function checkTicket(w: Int32Array, ticket: unknown): number {
  const drawn = Atomics.load(w, L.H_TOKEN);
  if (typeof ticket === "number" && Number.isInteger(ticket) && ticket >= 1 && ticket <= drawn) return ticket;
  throw new InvalidArgumentError(`invalid ticket: ${show(ticket)} was not drawn by heap.ticket(), which drew ${drawn}`);
}

/** The lane that a thread gets: its own that it parked; else one that is in order, and whose thread is gone; a new one; one that is parked. */
export function attachLane(w: Int32Array, ticket: number): number {
  refuseTwice(w, ticket, 0);
  const lane =
    tryAttach(w, ticket, (state, holder) => state === L.PARKED && holder === ticket) ||
    tryAttach(w, ticket, (state) => state === L.ORPHAN) ||
    tryAttach(w, ticket, (state) => state === L.FREE) ||
    tryAttach(w, ticket, (state) => state === L.PARKED);
  if (lane === 0) throw noLane(w[H_LANES]);
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
    const state = word & STATE;
    if (word >>> L.STATE_BITS === ticket && state !== L.PARKED && state !== L.ORPHAN && state !== L.FREE) {
      throw new TicketError(`ticket ${ticket} is in use: lane ${i} is ${NAMES[state]}`);
    }
  }
}

function tryAttach(w: Int32Array, ticket: number, fits: (state: number, holder: number) => boolean): number {
  for (let i = 0; i < w[H_LANES]; i++) {
    const lane = L.laneAt(w, i);
    const word = stateOf(w, lane);
    if (!fits(word & STATE, word >>> L.STATE_BITS) || !change(w, lane, word, stateWord(ticket, L.LIVE))) continue;
    // What the thread before freed last says nothing of this one.
    w[lane + L.H_OP] = 0;
    return lane;
  }
  return 0;
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

/** Takes a lane that nobody holds, for a while: of one that is parked or orphaned, its state word; else 0. */
export function borrow(w: Int32Array, lane: number, ticket: number): number {
  const word = stateOf(w, lane);
  const state = word & STATE;
  if (state !== L.PARKED && state !== L.ORPHAN) return 0;
  return change(w, lane, word, stateWord(ticket, L.LIVE)) ? word : 0;
}

/** Gives it back as it was, or free. */
export function giveUp(w: Int32Array, lane: number, word: number): void {
  const isFree = w[lane + H_PAGES] === 0 && (word & STATE) === L.ORPHAN;
  Atomics.store(w, w[lane + L.H_MAIL] + L.M_STATE, isFree ? (word & ~STATE) | L.FREE : word);
}

/** Does something as the holder of all lanes that nobody holds; how many others hold: where that is not 0 it is not done. */
export function alone(w: Int32Array, lane: number, ticket: number, act: () => void): number {
  const taken: [lane: number, word: number][] = [];
  let others = 0;
  for (let i = 0; i < w[H_LANES]; i++) {
    const other = L.laneAt(w, i);
    const word = other === lane ? 0 : borrow(w, other, ticket);
    if (word !== 0) taken.push([other, word]);
    else if (other !== lane && (stateOf(w, other) & STATE) !== L.FREE) others++;
  }
  if (others === 0) act();
  for (const [other, word] of taken) giveUp(w, other, word);
  return others;
}

/**
 * Repairs what a thread held that is known to be dead, and the lanes that it was repairing. `by`: the ticket of who does. Where another does
 * already, nothing. Of its blocks, those are freed that `keep` says nobody knows: once it was asked of all of a lane.
 */
export function reclaimLanes(w: Int32Array, dead: number, by: number, keep: Keep | undefined): Lost {
  let [lanes, pages, blocks, inFlight] = [0, 0, 0, 0];
  for (let i = 0; i < w[H_LANES]; i++) {
    const lane = L.laneAt(w, i);
    for (const state of [L.LIVE, L.REPAIR]) change(w, lane, stateWord(dead, state), stateWord(dead, L.DEAD));
    change(w, lane, stateWord(dead, L.PARKED), stateWord(dead, L.ORPHAN));
    if (!change(w, lane, stateWord(dead, L.DEAD), stateWord(by, L.REPAIR))) continue;
    let lost = repair(w, lane);
    try {
      if (keep !== undefined && endBlocks(w, lane, keep)) lost = repair(w, lane);
    } finally {
      const next = stateWord(dead, w[lane + H_PAGES] === 0 ? L.FREE : L.ORPHAN);
      change(w, lane, stateWord(by, L.REPAIR), next);
    }
    lanes++;
    pages += lost.pages;
    blocks += lost.blocks;
    inFlight = lost.inFlight || inFlight;
  }
  return { lanes, pages, blocks, inFlight };
}

const STATE = 7;
const NAMES = ["free", "live", "parked", "orphaned", "dead", "being repaired"];

function stateOf(w: Int32Array, lane: number): number {
  return Atomics.load(w, w[lane + L.H_MAIL] + L.M_STATE);
}

function stateWord(ticket: number, state: number): number {
  return (ticket << L.STATE_BITS) | state;
}

function change(w: Int32Array, lane: number, from: number, to: number): boolean {
  return Atomics.compareExchange(w, w[lane + L.H_MAIL] + L.M_STATE, from, to) === from;
}
