/**
 * What waits for a fence: a radix heap (Ahuja, Mehlhorn, Orlin and Tarjan, 1990).
 *
 * A block that waits for fence f is in list i, where bit i is the highest in which f and the fence that was reached last differ. To
 * put it there is O(1), whatever the order of fences. When a fence is reached, lists below the highest bit that changed are of lower
 * fences, all of them; those above stay; and the rows of that bit's list are free, or go to a lower one. So a row goes down at most 52 times.
 */
import {
  DEFERRED,
  DEFERRED_BLOCKS,
  DEFERRED_GRANULES,
  HIGH_SHIFT,
  LENGTH,
  NEXT,
  PREV,
  REACHED,
  STATE,
  WAITING,
} from "./layout.ts";
import { giveBlock } from "./rows.ts";

/** The fence that was reached last. */
export function reachedFence(w: Int32Array): number {
  return w[REACHED + 1] * 2 ** 32 + (w[REACHED] >>> 0);
}

/** The fence that a deferred row waits for. */
export function fenceOf(w: Int32Array, row: number): number {
  return (w[row + STATE] >>> HIGH_SHIFT) * 2 ** 32 + (w[row + PREV] >>> 0);
}

/** Does a deferred row wait for a later fence? */
function isLater(w: Int32Array, row: number, low: number, high: number): boolean {
  const its = w[row + STATE] >>> HIGH_SHIFT;
  return its > high || (its === high && w[row + PREV] >>> 0 > low >>> 0);
}

/** The highest bit in which a fence and that which was reached differ; −1 where none does. */
export function bitOf(w: Int32Array, low: number, high: number): number {
  return high !== w[REACHED + 1] ? 63 - Math.clz32(high ^ w[REACHED + 1]) : 31 - Math.clz32(low ^ w[REACHED]);
}

/** A row's granules are free once a later fence than the one that was reached is. O(1). */
export function wait(w: Int32Array, row: number, fence: number): void {
  const low = fence | 0;
  const high = Math.floor(fence * 2 ** -32);
  w[row + STATE] = DEFERRED | (high << HIGH_SHIFT);
  w[row + PREV] = low;
  push(w, row, low, high);
  w[DEFERRED_BLOCKS]++;
  w[DEFERRED_GRANULES] += w[row + LENGTH];
}

function push(w: Int32Array, row: number, low: number, high: number): void {
  const list = WAITING + bitOf(w, low, high);
  w[row + NEXT] = w[list];
  w[list] = row;
}

/** A later fence than the last is reached: gives back what waited for it, or for an earlier one. How many blocks. */
export function reachFence(w: Int32Array, fence: number): number {
  const low = fence | 0;
  const high = Math.floor(fence * 2 ** -32);
  const top = bitOf(w, low, high);
  w[REACHED] = low;
  w[REACHED + 1] = high;
  let given = 0;
  for (let bit = 0; bit <= top; bit++) {
    let row = w[WAITING + bit];
    w[WAITING + bit] = 0;
    while (row !== 0) {
      const next = w[row + NEXT];
      // Below the top bit, none is later.
      if (bit === top && isLater(w, row, low, high)) push(w, row, w[row + PREV], w[row + STATE] >>> HIGH_SHIFT);
      else {
        w[DEFERRED_BLOCKS]--;
        w[DEFERRED_GRANULES] -= w[row + LENGTH];
        giveBlock(w, row);
        given++;
      }
      row = next;
    }
  }
  return given;
}
