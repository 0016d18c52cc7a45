/**
 * Lanes: the names of the threads that operate a pool, as a slot's word has room for them.
 *
 * A ticket is a lane and how often that was drawn: `serial · 2^laneBits + lane`. So it names one thread for ever, its lane is known before
 * the thread begins, and whoever attaches with it a second time is refused. A lane's word, changed by one compare-exchange a step:
 *
 *     serial │ by │ state              by: laneBits, state: 2 bits
 *
 *     FREE    nobody's; the serial is of the last ticket, which is over
 *     DRAWN   `by` the lane that drew the ticket, or 0 once that closed: its thread has not come yet
 *     LIVE    its thread operates the pool
 *     DEAD    its thread has ended, and lane `by` frees what it had
 *
 *     FREE ─ticket─▶ DRAWN ─attach─▶ LIVE ─close─▶ FREE          DRAWN, LIVE ─reclaim─▶ DEAD ─▶ FREE
 *
 * A thread that is killed while it reclaims leaves DEAD lanes with its name in them: who reclaims its ticket does their work too.
 */
import { InvalidArgumentError, NoLaneError, TicketError } from "@ariax/allocator";
import { checkInteger } from "@ariax/allocator/implement";
import { LANES } from "./layout.ts";

export const FREE = 0;
export const DRAWN = 1;
export const LIVE = 2;
export const DEAD = 3;
const STATES = 4;

/** What is needed of a pool for that. */
export interface Lanes {
  readonly words: Int32Array;
  readonly lanes: number;
  readonly laneBits: number;
}

/** How many tickets a lane has. */
export function mostSerials({ laneBits }: Lanes): number {
  return 2 ** (30 - laneBits) - 1;
}

export function laneWord({ laneBits }: Lanes, serial: number, by: number, state: number): number {
  return (((serial << laneBits) | by) << 2) | state;
}

export function stateOf(word: number): number {
  return word & (STATES - 1);
}

export function byOf({ laneBits }: Lanes, word: number): number {
  return (word >>> 2) & (2 ** laneBits - 1);
}

export function serialOf({ laneBits }: Lanes, word: number): number {
  return word >>> (laneBits + 2);
}

export function loadLane({ words }: Lanes, lane: number): number {
  return Atomics.load(words, LANES + lane);
}

/** One step of a lane; whether it was this thread's. */
export function stepLane({ words }: Lanes, lane: number, from: number, to: number): boolean {
  return Atomics.compareExchange(words, LANES + lane, from, to) === from;
}

export function ticketOf(pool: Lanes, lane: number, serial: number): number {
  return serial * 2 ** pool.laneBits + lane;
}

/** The lane and the serial of a ticket that was drawn; throws `InvalidArgumentError` for any other value. */
export function readTicket(pool: Lanes, ticket: number): { readonly lane: number; readonly serial: number } {
  checkInteger("ticket", ticket, 1, 2 ** 30 - 1);
  const lane = ticket & (2 ** pool.laneBits - 1);
  const serial = ticket >>> pool.laneBits;
  if (lane < 1 || lane > pool.lanes || serial < 1 || serial > serialOf(pool, loadLane(pool, lane))) {
    throw new InvalidArgumentError(`invalid ticket: ${ticket} was never drawn`);
  }
  return { lane, serial };
}

/** A new ticket, drawn in the name of lane `by`. One look at each lane: throws `NoLaneError` where none is free. */
export function drawTicket(pool: Lanes, by: number): number {
  for (let lane = 1; lane <= pool.lanes; lane++) {
    const word = loadLane(pool, lane);
    const serial = serialOf(pool, word) + 1;
    if (stateOf(word) !== FREE || serial > mostSerials(pool)) continue;
    if (stepLane(pool, lane, word, laneWord(pool, serial, by, DRAWN))) return ticketOf(pool, lane, serial);
  }
  throw new NoLaneError(pool.lanes, "close or reclaim one, or make the pool with more");
}

/** Makes the lane of a ticket LIVE, and returns it. Throws `TicketError` where the ticket is in use, or over. */
export function enterLane(pool: Lanes, ticket: number): number {
  const { lane, serial } = readTicket(pool, ticket);
  const live = laneWord(pool, serial, 0, LIVE);
  // Who drew it may close meanwhile, once: then it is another word.
  for (let word = loadLane(pool, lane); word !== live; word = loadLane(pool, lane)) {
    if (serialOf(pool, word) !== serial || stateOf(word) !== DRAWN) {
      throw new TicketError(`${ticket} has ended: it was closed or reclaimed`);
    }
    if (stepLane(pool, lane, word, live)) return lane;
  }
  throw new TicketError(`${ticket} is in use already`);
}
