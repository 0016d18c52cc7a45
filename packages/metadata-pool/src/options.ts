import { InvalidArgumentError } from "@ariax/allocator";
import { checkAlone, checkBoolean, checkBuffer, checkInteger, readOptions } from "@ariax/allocator/implement";
import type { Schema } from "./fields.ts";

export interface PoolOptions<F extends Schema> {
  /** Records, 1 to 2²⁴; default 10,000. */
  readonly capacity?: number | undefined;
  /** Field names and types; none makes a pool of handles only. */
  readonly fields?: F | undefined;
  /** Memory of its own that other threads can see. The pool takes no locks: one thread at a time. */
  readonly shared?: boolean | undefined;
  /** Memory that exists; what lies there is overwritten. */
  readonly buffer?: ArrayBufferLike | undefined;
  /** Where in `buffer`, in bytes, a multiple of 8; default 0. */
  readonly byteOffset?: number | undefined;
  /** A slot lives 2^generationBits − 1 times; default the most there can be, 2³⁰ up to 2²³ records. */
  readonly generationBits?: number | undefined;
  /**
   * The life that each slot begins with; default 1. Pools that begin far apart refuse each other's handles, until a slot of
   * the one has lived as often as that of the other.
   */
  readonly firstLife?: number | undefined;
}

export interface AttachOptions<F extends Schema> {
  /** The same fields that the pool was made with, in any order. */
  readonly fields?: F | undefined;
  readonly byteOffset?: number | undefined;
}

export interface PoolStats {
  readonly capacity: number;
  /** Records in use. */
  readonly live: number;
  /** Records that can be acquired. */
  readonly free: number;
  /** Slots that are worn out. */
  readonly retired: number;
  /** Bytes of the whole pool, and those of them that are not columns. */
  readonly byteLength: number;
  readonly overhead: number;
}

/** An option beside `buffer`, of who has made that: true where every byte is 0 still. Then none is written that need not be. */
export const FRESH: unique symbol = Symbol("fresh");
/** A pool's options have it where another package of the family gives them: no signature says so. */
export interface Fresh {
  readonly [FRESH]?: boolean;
}

export const POOL_OPTIONS: readonly string[] = [
  "capacity",
  "fields",
  "shared",
  "buffer",
  "byteOffset",
  "generationBits",
  "firstLife",
];

/** The `known` options of a new pool, each read once. Throws `InvalidArgumentError` for unknown and for contradictory ones. */
export function readPoolOptions<O extends PoolOptions<Schema>>(
  options: O,
  more: readonly symbol[] = [],
  known: readonly string[] = POOL_OPTIONS,
): O {
  const given = readOptions(options, [...known, ...more]);
  checkAlone(given, "shared", ["buffer"]);
  if (given.shared !== undefined) checkBoolean("shared", given.shared);
  if (given.byteOffset !== undefined && given.buffer === undefined) {
    throw new InvalidArgumentError("contradictory options: byteOffset means nothing without buffer");
  }
  return given;
}

/**
 * @throws `InvalidArgumentError` unless `needed` bytes of `buffer` are there, from `byteOffset` on.
 * @throws `DetachedError` where none is left.
 */
export function checkPlace(buffer: ArrayBufferLike, byteOffset: number, needed: number): void {
  checkInteger("byteOffset", byteOffset, 0, checkBuffer(buffer).byteLength);
  if (byteOffset % 8 !== 0) throw new InvalidArgumentError(`invalid byteOffset: ${byteOffset} is not a multiple of 8`);
  const room = buffer.byteLength - byteOffset;
  if (room < checkInteger("room", needed, 0, Number.MAX_SAFE_INTEGER)) {
    throw new InvalidArgumentError(`invalid buffer: ${room} bytes at ${byteOffset}, but the pool takes ${needed}`);
  }
}
