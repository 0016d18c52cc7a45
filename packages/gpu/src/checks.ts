/** What callers ask for, checked; and why they don't get it. */
import { InvalidSizeError, OutOfMemoryError, PoolExhaustedError } from "@ariax/allocator";
import { checkAlignment, checkInteger } from "@ariax/allocator/implement";
import { growError } from "./control.ts";
import { findRun } from "./fit.ts";
import { BlockMovingError, blockError, freeError, liveRow } from "./handles.ts";
import { DEFERRED_BLOCKS, kindOf, LIMIT, MOST, MOVES, MOVING, SHIFT, SIZE, TAKEN } from "./layout.ts";
import { MAX_ALIGNMENT } from "./options.ts";
import { rangeStats } from "./stats.ts";

/** A size, up to that of the range; throws `InvalidSizeError`. */
export function checkSize(w: Int32Array, size: number): void {
  const granule = 2 ** w[SHIFT];
  const capacity = (w[SIZE] >>> 0) * granule;
  if (Number.isInteger(size) && size >= 0 && size <= capacity) return;
  const canGrow = Number.isInteger(size) && size <= (w[MOST] >>> 0) * granule;
  throw new InvalidSizeError(size, capacity, "capacity", canGrow ? ": grow first" : "");
}

/** A fence; throws `InvalidArgumentError`. */
export function checkFence(fence: number): number {
  return checkInteger("fence", fence, 0, Number.MAX_SAFE_INTEGER);
}

/** The logarithm of an alignment in granules; throws `InvalidAlignmentError`. */
export function alignShift(alignment: number, granule: number): number {
  checkAlignment(alignment, MAX_ALIGNMENT);
  return alignment <= granule ? 0 : 31 - Math.clz32(alignment / granule);
}

/** The row of a live block that has no move, or 0. Throws `BlockMovingError`. */
export function stillRow(w: Int32Array, handle: number): number {
  const row = liveRow(w, handle);
  if (row !== 0 && kindOf(w, row) === MOVING) throw new BlockMovingError(handle);
  return row;
}

/** Why there is no block of `size` bytes, which are checked. */
export function refuseAllocate(w: Int32Array, size: number, alignment: number): never {
  const { free, largestFree, deferredBytes, movingBytes } = rangeStats(w);
  if (w[TAKEN] >= w[LIMIT]) {
    const waiting = waitingFor("", w[DEFERRED_BLOCKS], w[MOVES]);
    const how = waiting && `all ${w[LIMIT]} slots are taken; ${waiting}`;
    throw new PoolExhaustedError(w[LIMIT], 0, "block table", how || undefined);
  }
  const granule = 2 ** w[SHIFT];
  const run = findRun(w, Math.ceil(size / granule) || 1, 1 << alignShift(alignment, granule));
  if (run !== 0) throw growError(w);
  const room = { free, largestFree, waiting: waitingFor(" bytes", deferredBytes, movingBytes) };
  throw new OutOfMemoryError(size, alignment, (w[SIZE] >>> 0) * granule, room);
}

/** What is taken by no live block, and what gives it back; nothing where there is none. */
function waitingFor(what: string, deferred: number, moving: number): string {
  const parts = [];
  if (deferred > 0) parts.push(`${deferred}${what} wait for reach(fence)`);
  if (moving > 0) parts.push(`${moving}${what} wait for commit or drop of moves`);
  return parts.join(", ");
}

export function refuseFree(w: Int32Array, handle: number): never {
  throw freeError(w, handle);
}

export function refuseBlock(w: Int32Array, handle: number): never {
  throw blockError(w, handle);
}
