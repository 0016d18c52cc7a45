/**
 * The checks of arguments, written once so that every allocator refuses the same values in the same words. A fast path
 * makes one comparison of its own and comes here only when that fails.
 */
import type { Offset } from "./allocator.ts";
import { InvalidAlignmentError, InvalidArgumentError, InvalidSizeError } from "./errors.ts";
import { show } from "./show.ts";

/** The largest capacity there is, in bytes: 4 GiB − 64 KiB, so that offset + size always fits 32 bits. */
export const MAX_CAPACITY = 0xffff0000;

/** `size`, if it is a whole number from 0 to `capacity`; else throws `InvalidSizeError`. */
export function checkSize(size: number, capacity: number): number {
  if (!(Number.isInteger(size) && size >= 0 && size <= capacity)) throw new InvalidSizeError(size, capacity);
  return size;
}

/** `alignment`, if it is a power of two from 1 to `maximum`; else throws `InvalidAlignmentError`. */
export function checkAlignment(alignment: number, maximum: number): number {
  if (!(Number.isInteger(alignment) && alignment > 0 && alignment <= maximum && (alignment & (alignment - 1)) === 0)) {
    throw new InvalidAlignmentError(alignment, maximum);
  }
  return alignment;
}

/** `value`, if it is a whole number from `least` to `most`; else throws `InvalidArgumentError` naming it. */
export function checkInteger(name: string, value: number, least: number, most: number): number {
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw new InvalidArgumentError(`invalid ${name}: ${show(value)} is not a whole number from ${least} to ${most}`);
  }
  return value;
}

/** How many of `offsets` a bulk call means: `count`, checked against the array, or all. */
export function checkCount(count: number | undefined, offsets: ArrayLike<Offset>): number {
  return count === undefined ? offsets.length : checkInteger("count", count, 0, offsets.length);
}
