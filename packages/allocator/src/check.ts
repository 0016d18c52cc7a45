/**
 * The checks of arguments, written once so that every allocator refuses the same values in the same words. A fast path
 * makes one comparison of its own and comes here only when that fails.
 */
import { isRevoked, tagOf } from "./buffers.ts";
import { InvalidAlignmentError, InvalidArgumentError, InvalidSizeError } from "./errors.ts";
import type { Offsets } from "./offsets.ts";
import { show } from "./show.ts";

/** The largest capacity there is, in bytes: 4 GiB − 64 KiB, so that offset + size always fits 32 bits. */
export const MAX_CAPACITY = 0xffff0000;

/**
 * `size`, if it is a whole number from 0 to `capacity`.
 *
 * @throws `InvalidSizeError` otherwise.
 */
export function checkSize(size: number, capacity: number): number {
  if (!(Number.isInteger(size) && size >= 0 && size <= capacity)) throw new InvalidSizeError(size, capacity);
  return size;
}

/**
 * `alignment`, if it is a power of two from 1 to `maximum`.
 *
 * @throws `InvalidAlignmentError` otherwise.
 */
export function checkAlignment(alignment: number, maximum: number): number {
  if (!(Number.isInteger(alignment) && alignment > 0 && alignment <= maximum && (alignment & (alignment - 1)) === 0)) {
    throw new InvalidAlignmentError(alignment, maximum);
  }
  return alignment;
}

/**
 * `value`, if it is a whole number from `least` to `most`.
 *
 * @throws `InvalidArgumentError` otherwise, naming it.
 */
export function checkInteger(name: string, value: number, least: number, most: number): number {
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    const none = most < least ? ": there is none" : "";
    throw new InvalidArgumentError(
      `invalid ${name}: ${show(value)} is not a whole number from ${least} to ${most}${none}`,
    );
  }
  return value;
}

/**
 * `options`, if they are an object.
 *
 * @throws `InvalidArgumentError` otherwise.
 */
export function checkOptions<T>(options: T, name = "options"): T {
  if (typeof options !== "object" || options === null) {
    throw new InvalidArgumentError(`invalid ${name}: ${show(options)} is no object`);
  }
  // An array, a buffer, a promise: an object, but with no options in it.
  const tag = tagOf(options);
  if (tag !== "Object" && tag !== "Module") {
    throw new InvalidArgumentError(`invalid ${name}: ${/^[AEIOU]/.test(tag) ? "an" : "a"} ${tag} has none`);
  }
  return options;
}

/**
 * `options`, if there are any.
 *
 * @throws `InvalidArgumentError` otherwise, saying what is `needed`: "capacity is".
 */
export function checkGiven<T>(options: T | undefined, needed: string): T {
  if (options === undefined) throw new InvalidArgumentError(`invalid options: ${needed} needed`);
  return options;
}

/**
 * The `known` options, each read once, in an object that nobody else has: what the caller, or a getter, changes later is not seen. One that is
 * `undefined` counts as not given.
 *
 * @throws `InvalidArgumentError` where `options` are no object, or have another name: a wrong name is a wish that nobody hears.
 */
export function readOptions<T>(options: T, known: readonly (string | symbol)[], name = "options"): T {
  checkKnown(checkOptions(options, name) as object, known);
  const read: Record<string | symbol, unknown> = {};
  for (const key of known) {
    const value = (options as typeof read)[key];
    if (value !== undefined) read[key] = value;
  }
  return read as T;
}

/** @throws `InvalidArgumentError` where `name` is given together with one of `others`, beside which it means nothing. */
export function checkAlone(options: object, name: string, others: readonly string[]): void {
  if (!isGiven(options, name)) return;
  const other = others.find((one) => isGiven(options, one));
  if (other !== undefined) {
    throw new InvalidArgumentError(`contradictory options: ${name} and ${other} exclude each other`);
  }
}

function isGiven(options: object, name: string): boolean {
  return (options as Record<string, unknown>)[name] !== undefined;
}

/**
 * `value`, if it is true or false.
 *
 * @throws `InvalidArgumentError` otherwise, naming it.
 */
export function checkBoolean(name: string, value: boolean): boolean {
  if (typeof value !== "boolean")
    throw new InvalidArgumentError(`invalid ${name}: ${show(value)} is not true or false`);
  return value;
}

/**
 * `allocator`, if it has the verbs that are needed of one.
 *
 * @throws `InvalidArgumentError` otherwise.
 */
export function checkAllocator<A>(allocator: A, verbs: readonly string[] = ["allocate", "sizeOf"]): A {
  const has = (isRevoked(allocator) ? undefined : allocator) as Readonly<Record<string, unknown>> | null | undefined;
  if (verbs.some((verb) => typeof has?.[verb] !== "function")) {
    throw new InvalidArgumentError(`invalid allocator: ${show(allocator)} is no allocator`);
  }
  return allocator;
}

/** @throws `InvalidArgumentError` where a callback is given that is none. */
export function checkCallback(name: string, callback: unknown): void {
  if (callback !== undefined && typeof callback !== "function") {
    throw new InvalidArgumentError(`invalid ${name}: it is no function`);
  }
}

/** @throws `InvalidArgumentError` where `options` have one that is not `known`. */
export function checkKnown(options: object, known: readonly (string | symbol)[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      const names = known.filter((one) => typeof one === "string").join(", ");
      throw new InvalidArgumentError(`unknown option: ${show(name)} is not one of ${names}`);
    }
  }
}

/** Is it a whole number from 0 to 2³² − 1, as offsets and sizes are? True of no value that is no number. */
export function isUint32(value: unknown): value is number {
  return typeof value === "number" && value >>> 0 === value;
}

const LISTS = ["Int32Array", "Uint32Array"];

/**
 * `array`, if it is an `Int32Array` or a `Uint32Array`. For the bulk calls.
 *
 * @throws `InvalidArgumentError` otherwise.
 */
export function checkOffsets(array: Offsets): Offsets {
  // Anything can have the tag; only a view has bytes.
  if (!ArrayBuffer.isView(array) || !LISTS.includes(tagOf(array))) {
    throw new InvalidArgumentError(`invalid offsets: ${show(array)} is no Int32Array or Uint32Array`);
  }
  return array;
}

/**
 * How many of `offsets`, which are checked too, a bulk call means: `count`, checked against the array, or all.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function checkCount(count: number | undefined, offsets: Offsets): number {
  const { length } = checkOffsets(offsets);
  return count === undefined ? length : checkInteger("count", count, 0, length);
}
