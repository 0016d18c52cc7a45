/** What callers ask for, checked; and why they don't get it. */
import { PoolExhaustedError } from "@ariax/allocator";
import { checkAlignment, checkInteger, outOfMemory } from "@ariax/allocator/implement";
import { growError } from "./control.ts";
import { findRun } from "./fit.ts";
import { BlockMovingError, blockError, freeError, liveRow } from "./handles.ts";
import { kindOf, LIMIT, MOVING, SHIFT, TAKEN } from "./layout.ts";
import { MAX_ALIGNMENT } from "./options.ts";

/** What counts what a heap has. */
type Heap = Parameters<typeof outOfMemory>[0];

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

/** Why `heap`, whose words are `w`, has no block of `size` bytes, which are checked. */
export function refuseAllocate(heap: Heap, w: Int32Array, size: number, alignment: number): never {
  if (w[TAKEN] >= w[LIMIT]) throw new PoolExhaustedError(w[LIMIT], 0, "block table");
  const granule = 2 ** w[SHIFT];
  const run = findRun(w, Math.ceil(size / granule) || 1, 1 << alignShift(alignment, granule));
  throw run === 0 ? outOfMemory(heap, size, alignment) : growError(w);
}

export function refuseFree(w: Int32Array, handle: number): never {
  throw freeError(w, handle);
}

export function refuseBlock(w: Int32Array, handle: number): never {
  throw blockError(w, handle);
}
