/**
 * What is done for a thread that has ended without closing the pool, wherever it was stopped, while the others go on.
 *
 * All that it had are the slots with its lane in their words. What it was amid is one call:
 *
 *     acquire, before the compare-exchange   the slot is free, its hint may be gone                → the hint is put back
 *     acquire, after it                      a live record that nobody was told of                 → freed, and reported
 *     release, before it                     a live record                                         → freed, and reported
 *     release, after it                      free, its hint not set, or not on all levels          → the hint is put back
 *     adopt                                  one compare-exchange: before or after
 *     ticket                                 a lane DRAWN by it that nobody knows of               → free
 *     close                                  some records in nobody's name, the others still in its
 *     reclaim                                lanes DEAD by it, some of their slots freed           → done again: each slot is freed once
 *
 * The plain loads of slots here: of what the dead thread wrote they are right, as the proof of its death comes after all it did; of
 * what others write meanwhile they may be old, and then the compare-exchange fails, and the slot is theirs.
 */
import { byOf, DEAD, DRAWN, FREE, LIVE, laneWord, loadLane, readTicket, serialOf, stateOf, stepLane } from "./lanes.ts";
import { ended, handleOf, isFree, type SharedSlots } from "./slots.ts";

/** Frees what the thread of `ticket` had, but what `keep` says is known: that is lane `self`'s then. The handles freed. */
export function reclaimTicket(
  pool: SharedSlots,
  ticket: number,
  self: number,
  keep?: (handle: number) => boolean,
): number[] {
  const { lane, serial } = readTicket(pool, ticket);
  const word = loadLane(pool, lane);
  const state = stateOf(word);
  // Over already, or another thread is at it?
  if (serialOf(pool, word) !== serial || (state !== LIVE && state !== DRAWN)) return [];
  const estate = estateOf(pool, lane);
  const kept = new Set<number>();
  if (keep !== undefined) {
    for (const handle of handlesOf(pool, estate)) if (keep(handle)) kept.add(handle); // may throw: nothing is written yet
  }
  if (!stepLane(pool, lane, word, laneWord(pool, serial, self, DEAD))) return [];
  for (let other = 1; other <= pool.lanes; other++) {
    if (other !== lane && estate[other] === 1 && !inherit(pool, other, self)) estate[other] = 0;
  }
  const lost = freeSlots(pool, estate, self, kept);
  for (let dead = 1; dead <= pool.lanes; dead++) {
    if (estate[dead] === 0) continue;
    const theirs = loadLane(pool, dead);
    if (stateOf(theirs) === DEAD && byOf(pool, theirs) === self) {
      stepLane(pool, dead, theirs, laneWord(pool, serialOf(pool, theirs), 0, FREE));
    }
  }
  return lost;
}

/**
 * Takes over the work at a lane that the dead thread was reclaiming. One that it drew has no slots, and is free: unless its thread has come
 * meanwhile, and lives. Whether its slots are to be freed.
 */
function inherit(pool: SharedSlots, lane: number, self: number): boolean {
  const word = loadLane(pool, lane);
  const serial = serialOf(pool, word);
  if (stateOf(word) === DRAWN) stepLane(pool, lane, word, laneWord(pool, serial, 0, FREE));
  return stateOf(word) === DEAD && stepLane(pool, lane, word, laneWord(pool, serial, self, DEAD));
}

/** A 1 for `lane`, and for each lane that it, or one of these, has drawn or was reclaiming. */
function estateOf(pool: SharedSlots, lane: number): Uint8Array {
  const estate = new Uint8Array(pool.nobody + 1);
  estate[lane] = 1;
  for (let found = true; found; ) {
    found = false;
    for (let other = 1; other <= pool.lanes; other++) {
      const word = loadLane(pool, other);
      const isTheirs = stateOf(word) === DRAWN || stateOf(word) === DEAD;
      if (estate[other] === 1 || !isTheirs || estate[byOf(pool, word)] === 0) continue;
      estate[other] = 1;
      found = true;
    }
  }
  return estate;
}

function handlesOf(pool: SharedSlots, estate: Uint8Array): number[] {
  const { table, laneMask } = pool;
  const handles: number[] = [];
  for (let slot = 0; slot < table.length; slot++) {
    if (estate[table[slot] & laneMask] === 1) handles.push(handleOf(pool, table[slot], slot));
  }
  return handles;
}

/** The sweep: frees the estate's slots, and sees to it that every slot that is free has a hint on all levels. */
function freeSlots(pool: SharedSlots, estate: Uint8Array, self: number, kept: ReadonlySet<number>): number[] {
  const { table, hints, laneMask } = pool;
  const lost: number[] = [];
  let settled = -1; // the last group of 32 whose hint was set here, and so has its summaries
  for (let slot = 0; slot < table.length; slot++) {
    let word = table[slot];
    if (estate[word & laneMask] === 1) {
      const handle = handleOf(pool, word, slot);
      const next = kept.has(handle) ? (word & ~laneMask) | self : ended(pool, word);
      if (Atomics.compareExchange(table, slot, word, next) !== word) continue;
      word = next;
      if (!kept.has(handle)) lost.push(handle);
    }
    if (!isFree(pool, word)) continue;
    if (settled === slot >>> 5 && ((hints.words[slot >>> 5] >>> slot) & 1) === 1) continue;
    hints.set(slot);
    settled = slot >>> 5;
  }
  return lost;
}
