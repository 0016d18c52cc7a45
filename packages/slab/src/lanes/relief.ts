/**
 * What may make room where a lane has none, in the order of what it costs, to it and to others:
 *
 *     collect   what others freed, and announced            own pages
 *     claim     territories of the pool                     one compare-exchange each
 *     trim      its stacks, and slabs without a block       O(classes)
 *     sweep     what others freed, announced or not         O(pages of the lane)
 *     grow      the memory
 *     gather    territories without a live block of lanes that nobody holds (strip.ts), and its own, so that claims find them side by
 *               side, and what the memory can be longer by; who lives, and has such, is asked to give them
 *
 * The caller looks again after each that did something.
 */
import type { Heap } from "../heap.ts";
import { trim } from "../slabs.ts";
import { collect, sweep } from "./collect.ts";
import { growShared } from "./heap.ts";
import * as L from "./layout.ts";
import { makeStripped } from "./state.ts";
import { LOOK, strip, takeFrom } from "./strip.ts";
import { claim, giveBack } from "./territory.ts";

// layout.ts's and lanes/layout.ts's: see page-pool.ts.
const H_LANES = 4;
const H_HAVE = 16;
const H_USED = 17;

/** The steps, for `relieve` to begin with. */
export const FIRST_STEP = 0;
/** Free pages that a lane keeps, whatever it uses. */
const KEPT = 32;
/** Nothing is left to do. */
export const NO_STEP = -1;

/** Does the next step from `step` on that changes something; the one to go on with, or NO_STEP. `pages` are needed, side by side. */
export function relieve(heap: Heap, lane: number, pages: number, step: number): number {
  const w = heap.words;
  if (step <= 0 && collect(w, lane)) return 1;
  if (step <= 1 && claim(w, lane, pages)) return 2;
  if (step <= 2 && trim(w, lane)) return 3;
  if (step <= 3) {
    const some = sweep(w, lane);
    if (trim(w, lane) || some) return 4;
  }
  if (step <= 4 && growShared(heap, lane, pages) && claim(w, lane, pages)) return 5;
  if (step <= 5) {
    gather(w, lane);
    if (claim(w, lane, pages) || (growShared(heap, lane, pages) && claim(w, lane, pages))) return 6;
  }
  return NO_STEP;
}

/** Takes what has no live block of lanes that nobody holds, and gives all that is free to the pool; and asks the lanes that live for such of theirs. */
function gather(w: Int32Array, lane: number): void {
  let want = false;
  for (let i = 0; i < w[H_LANES]; i++) {
    const other = L.laneAt(w, i);
    if (other === lane || !strip(w, lane, other, LOOK)) continue;
    if (!makeStripped(w, other)) want = true;
    else takeFrom(w, lane, other);
  }
  giveAll(w, lane);
  if (want) w[lane + L.H_SEEN] = Atomics.add(w, L.H_WANT, 1) + 1;
}

/** Gives all that a lane does not need to the pool. */
export function giveAll(w: Int32Array, lane: number): void {
  collect(w, lane);
  trim(w, lane);
  giveBack(w, lane, 0);
}

/** Answers to another lane that had no room. */
export function answer(w: Int32Array, lane: number): void {
  w[lane + L.H_SEEN] = w[L.H_WANT];
  giveAll(w, lane);
}

/**
 * After a free: gives back what is above half of what it uses, and a few pages, once it is twice as much. A program that frees and allocates large
 * blocks in turns must not go to the pool each time; who has no room asks for all of it (`answer`).
 * tried: an eighth of what it uses, and two territories: nginx, a third of whose events are of some 10 pages, gave one back every 12 events.
 */
export function settle(w: Int32Array, lane: number): void {
  const used = w[lane + H_USED];
  if (w[lane + H_HAVE] - used > used + 2 * KEPT) giveBack(w, lane, (used >>> 1) + KEPT);
}
