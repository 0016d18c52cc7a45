import { InvalidArgumentError } from "@ariax/allocator";
import { checkAlone, checkBoolean, checkBuffer, checkInteger, readOptions, show } from "@ariax/allocator/implement";
import { DEFAULT_POLICY, policyOf } from "../policies/index.ts";
import type { PolicyKind } from "../policies/policy.ts";
import { MAX_BLOCKS, MAX_PRIORITIES, type Shape } from "./layout.ts";

export interface BlockPoolOptions {
  /** Blocks, 1 to 2²⁴ − 1; their ids are 1 to `blocks`. */
  readonly blocks: number;
  /** Priorities, 1 to 256, default 1. 0 is a block's at first; a higher one is evicted only where no lower one can be. */
  readonly priorities?: number | undefined;
  /** Who of the cached blocks is evicted first: one of `POLICIES` by its name, or one of yours. */
  readonly policy?: string | PolicyKind | undefined;
  /** The share of blocks that may be pinned at one time, 0 to 1, default 0.2. */
  readonly pinLimit?: number | undefined;
  /** Memory that exists; what lies there is overwritten. */
  readonly buffer?: ArrayBufferLike | undefined;
  /** Where in `buffer`, in bytes, a multiple of 8; default 0. */
  readonly byteOffset?: number | undefined;
  /** Memory of its own that other threads can see. The pool takes no locks: one thread at a time. */
  readonly shared?: boolean | undefined;
}

export interface AttachOptions {
  /** Where in the buffer, in bytes, a multiple of 8; default 0. */
  readonly byteOffset?: number | undefined;
  /** The policy that the pool was made with, where it is one of yours. */
  readonly policy?: PolicyKind | undefined;
}

export interface RestoreOptions {
  /** Memory that other threads can see. */
  readonly shared?: boolean | undefined;
  /** The policy that the pool was made with, where it is one of yours. */
  readonly policy?: PolicyKind | undefined;
}

const KNOWN = ["blocks", "priorities", "policy", "pinLimit", "buffer", "byteOffset", "shared"];
const DEFAULT_PIN_LIMIT = 0.2;

/** Each option of a new pool, read once and checked, and the shape that they make. Throws `InvalidArgumentError`. */
export function readPoolOptions<O extends BlockPoolOptions>(options: O, more: readonly symbol[] = []): O & Shape {
  const given = readOptions(options, [...KNOWN, ...more]);
  checkAlone(given, "shared", ["buffer"]);
  if (given.shared !== undefined) checkBoolean("shared", given.shared);
  if (given.byteOffset !== undefined && given.buffer === undefined) {
    throw new InvalidArgumentError("contradictory options: byteOffset means nothing without buffer");
  }
  const { blocks, priorities = 1, policy = DEFAULT_POLICY, pinLimit = DEFAULT_PIN_LIMIT } = given;
  checkInteger("blocks", blocks, 1, MAX_BLOCKS);
  checkInteger("priorities", priorities, 1, MAX_PRIORITIES);
  if (!(typeof pinLimit === "number" && pinLimit >= 0 && pinLimit <= 1)) {
    throw new InvalidArgumentError(`invalid pinLimit: ${show(pinLimit)} is not a share from 0 to 1`);
  }
  // 0.29 · 100 is 28.999…, and means 29.
  return { ...given, priorities, kind: policyOf(policy), pinLimit: Math.floor(blocks * pinLimit + 1e-6) };
}

/** Throws `InvalidArgumentError` unless `needed` bytes of `buffer` are there, from `byteOffset` on; `DetachedError` where none is left. */
export function checkPlace(buffer: ArrayBufferLike, byteOffset: number, needed: number): void {
  checkInteger("byteOffset", byteOffset, 0, checkBuffer(buffer).byteLength);
  if (byteOffset % 8 !== 0) throw new InvalidArgumentError(`invalid byteOffset: ${byteOffset} is not a multiple of 8`);
  const room = buffer.byteLength - byteOffset;
  if (room < needed) {
    throw new InvalidArgumentError(`invalid buffer: ${room} bytes at ${byteOffset}, but the pool takes ${needed}`);
  }
}
