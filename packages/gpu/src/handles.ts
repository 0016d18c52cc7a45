/**
 * What callers know a block by: a number that is never 0.
 *
 * - An *offset handle* is the block's first granule, and 1. It is all that is needed to find the bytes, also without the heap; it is
 *   another one when the block was moved, and may be that of another block when this one was freed.
 * - A *name* is drawn: 1, 2, 3 … It stays when the block is moved, and is never given again; from 2³² on, names whose low word is
 *   that of a live block are left out, so that a word leads to one row.
 */
import {
  AllocatorError,
  DoubleFreeError,
  InvalidBlockError,
  InvalidFreeError,
  StaleHandleError,
} from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";
import { addKey, hasKey, linkOf, rowOf } from "./keys.ts";
import { CHAIN, HIGH_SHIFT, KEY, KIND, MOVING, NAMES, SHIFT, SIZE, START, STATE, TABLE } from "./layout.ts";

/** A block of a `RangeHeap`: a number from 1 to 2³² − 1 (a name: see `RangeHeapOptions.handles`). */
export type Handle = number & { readonly [BRAND]: true };
declare const BRAND: unique symbol;

/** A call for a block that is being moved. Nothing changed; commit or drop its move first. Code `ERR_BLOCK_MOVING`. */
export class BlockMovingError extends AllocatorError {
  override readonly name: string = "BlockMovingError";

  constructor(handle: number) {
    super(
      "ERR_BLOCK_MOVING",
      `block moving: the block of handle ${handle} has a move to be committed or dropped first`,
    );
  }
}

/** The row of a live block, in a move or not; 0 for any other value whatever. O(1) expected. */
export function liveRow(w: Int32Array, handle: number): number {
  if (!(Number.isSafeInteger(handle) && handle > 0)) return 0;
  const row = rowOf(w, handle | 0);
  return row !== 0 && w[row + STATE] >>> HIGH_SHIFT === Math.floor(handle * 2 ** -32) ? row : 0;
}

/** The row of a live block, which its handle does not lead to any more; 0 for any other value. Throws `BlockMovingError`. O(1) expected. */
export function takeHandle(w: Int32Array, handle: number): number {
  if (!(Number.isSafeInteger(handle) && handle > 0)) return 0;
  const link = linkOf(w, handle | 0);
  if (link === 0) return 0;
  const row = w[link];
  const state = w[row + STATE];
  if (state >>> HIGH_SHIFT !== Math.floor(handle * 2 ** -32)) return 0;
  if ((state & KIND) === MOVING) throw new BlockMovingError(handle);
  w[link] = w[row + CHAIN];
  return row;
}

/** The handle of a live block. */
export function handleOf(w: Int32Array, row: number): Handle {
  const high = w[row + STATE] >>> HIGH_SHIFT;
  return (high * 2 ** 32 + (w[row + KEY] >>> 0)) as Handle;
}

/** Gives a live row, which has no name yet, its handle. O(1) expected. */
export function giveHandle(w: Int32Array, row: number): Handle {
  if (w[TABLE] === 0) {
    const key = (w[row + START] + 1) | 0;
    addKey(w, row, key);
    return (key >>> 0) as Handle;
  }
  let low = w[NAMES];
  do {
    low = (low + 1) | 0;
    if (low === 0) w[NAMES + 1]++;
    // Before 2³² names were given, none was given twice.
  } while (low === 0 || (w[NAMES + 1] !== 0 && rowOf(w, low) !== 0));
  w[NAMES] = low;
  addKey(w, row, low);
  w[row + STATE] |= w[NAMES + 1] << HIGH_SHIFT;
  return handleOf(w, row);
}

/** Why a handle of no live block can't be freed. */
export function freeError(w: Int32Array, handle: number): AllocatorError {
  const place = placeOf(w, handle);
  if (w[TABLE] === 0) {
    if (place < 0) return new InvalidFreeError(handle, noHandle(handle));
    return hasKey(w, handle | 0) ? new DoubleFreeError(place) : new InvalidFreeError(place);
  }
  return wasName(w, handle)
    ? new DoubleFreeError(handle, `the block of handle ${handle}`)
    : new InvalidFreeError(handle, `no block has the handle ${show(handle)}`);
}

/** Why nothing can be done with a handle of no live block. */
export function blockError(w: Int32Array, handle: number): AllocatorError {
  const place = placeOf(w, handle);
  if (w[TABLE] === 0) {
    return place < 0 ? new InvalidBlockError(handle, noHandle(handle)) : new InvalidBlockError(place);
  }
  return wasName(w, handle)
    ? new StaleHandleError(handle)
    : new InvalidBlockError(handle, `no live block has the handle ${show(handle)}`);
}

const noHandle = (value: unknown): string => `${show(value)} is no handle: pass what allocate returned`;

/** The offset that an offset handle means, in bytes; −1 where it means none. */
function placeOf(w: Int32Array, handle: number): number {
  const isOne = Number.isSafeInteger(handle) && handle > 0 && handle <= w[SIZE] >>> 0;
  return isOne ? (handle - 1) * 2 ** w[SHIFT] : -1;
}

function wasName(w: Int32Array, handle: number): boolean {
  const last = w[NAMES + 1] * 2 ** 32 + (w[NAMES] >>> 0);
  return Number.isSafeInteger(handle) && handle > 0 && handle <= last && handle >>> 0 !== 0;
}
