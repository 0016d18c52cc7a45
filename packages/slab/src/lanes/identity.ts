/** Which heap this is, and whose: for proofs of death that lie outside of it, as a lock on a file does. */
import * as H from "../layout.ts";
import * as L from "./layout.ts";

/** A number to know a heap by: positive, and no other heap's but by a chance of one in 2³¹. */
export function newId(): number {
  return 1 + Math.floor(Math.random() * 0x7ffffffe);
}

/** The heap's, which is drawn where nobody has asked before. A heap that is made anew, be it at the same place, has none. */
export function idOf(w: Int32Array): number {
  const id = newId();
  return Atomics.compareExchange(w, L.H_ID, 0, id) || id;
}

/** Makes it known by an id, where nobody has drawn one. */
export function nameHeap(w: Int32Array, id: number): void {
  Atomics.compareExchange(w, L.H_ID, 0, id);
}

/** The tickets of the threads that hold lanes, or have parked or are repairing them: as each is in some moment. O(lanes). */
export function ticketsOf(w: Int32Array): Set<number> {
  const tickets = new Set<number>();
  for (let i = 0; i < w[H.H_LANES]; i++) {
    const word = Atomics.load(w, w[L.laneAt(w, i) + L.H_MAIL] + L.M_STATE);
    if (HELD.includes(word & L.STATE)) tickets.add(word >>> L.STATE_BITS);
  }
  return tickets;
}

/** Is a lane under repair? By whom its state says, not for whom. O(lanes). */
export function isRepairing(w: Int32Array): boolean {
  for (let i = 0; i < w[H.H_LANES]; i++) {
    if ((Atomics.load(w, w[L.laneAt(w, i) + L.H_MAIL] + L.M_STATE) & L.STATE) === L.REPAIR) return true;
  }
  return false;
}

const HELD: readonly number[] = [L.LIVE, L.PARKED, L.DEAD, L.REPAIR];
