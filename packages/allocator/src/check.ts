/**
 * The checks of arguments, written once so that every allocator refuses the same values in the same words. A fast path
 * makes one comparison of its own and comes here only when that fails.
 */
import { tagOf } from "./buffers.ts";
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

/** `options`, if they are an object, and have `known` names only where those are given; else throws `InvalidArgumentError`. */
export function checkOptions<T>(options: T, known?: readonly string[], name = "options"): T {
  if (typeof options !== "object" || options === null) {
    throw new InvalidArgumentError(`invalid ${name}: ${show(options)} is no object`);
  }
  if (known !== undefined) checkKnown(options, known);
  return options;
}

/** Throws `InvalidArgumentError` where a callback is given that is none. */
export function checkCallback(name: string, callback: unknown): void {
  if (callback !== undefined && typeof callback !== "function") {
    throw new InvalidArgumentError(`invalid ${name}: it is no function`);
  }
}

/** Throws `InvalidArgumentError` where `options` have one that is not `known`: a wrong name is a wish that nobody hears. */
export function checkKnown(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new InvalidArgumentError(`unknown option: ${show(name)} is not one of ${known.join(", ")}`);
    }
  }
}

/** Is it a whole number from 0 to 2³² − 1, as offsets and sizes are? True of no value that is no number. */
export function isUint32(value: unknown): value is number {
  return typeof value === "number" && value >>> 0 === value;
}

/** `array`, if it is an `Int32Array` or a `Uint32Array`; else throws `InvalidArgumentError`. For the bulk calls. */
export function checkOffsets(array: Int32Array): Int32Array {
  const tag = tagOf(array);
  if (tag !== "Int32Array" && tag !== "Uint32Array") {
    throw new InvalidArgumentError(`invalid offsets: ${show(array)} is no Int32Array`);
  }
  return array;
}

/** How many of `offsets`, which are checked too, a bulk call means: `count`, checked against the array, or all. */
export function checkCount(count: number | undefined, offsets: Int32Array): number {
  const { length } = checkOffsets(offsets);
  return count === undefined ? length : checkInteger("count", count, 0, length);
}
