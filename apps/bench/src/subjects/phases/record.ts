/**
 * What phases 2 and 2.1 keep of each live block: the same record, in the same four words. In phase 2 it lies alone on a
 * page that was mapped for it, in phase 2.1 in a metadata pool.
 *
 *     ┌───────────────────────┬──────┬──────┬──────────┐
 *     │ owner │ log2 align +1 │ size │ tick │ sequence │   16 bytes
 *     └───────────────────────┴──────┴──────┴──────────┘
 *       27 bits  5 bits; 0 = no live block's
 *
 * tried: eight words, with the offset and a checksum; measured: 3 ns more a block, as half as many fit a cache line.
 */
import type { Offset } from "@ariax/allocator";
import { checkInteger } from "@ariax/allocator/implement";

export const RECORD_WORDS = 4;
export const TAG = 0;
export const SIZE = 1;
export const TICK = 2;
export const SEQUENCE = 3;

/** Bits of the tag that are the alignment's. */
export const ALIGNMENT_BITS = 5;
export const MAX_OWNER = 2 ** 27 - 1;

/** A record, read. */
export interface BlockRecord {
  /** Bytes asked for. */
  readonly size: number;
  readonly alignment: number;
  /** Whoever was the allocator's `owner` when the block was made. */
  readonly owner: number;
  /** The allocator's `tick` at that time. */
  readonly tick: number;
  /** Its place in the order of all allocations, from 1. */
  readonly sequence: number;
}

/** What phases 2 and 2.1 offer beyond the contract. */
export interface Recorded {
  /** Written into the records of the blocks that are made from now on: 0 to `MAX_OWNER`, else `InvalidArgumentError`. */
  owner: number;
  /** Likewise: the time, as AriaX counts it; a 32-bit number. */
  tick: number;
  /** The record of a live block. Throws `InvalidBlockError`. O(1). */
  record(offset: Offset): BlockRecord;
}

/** `owner` in its bits of a tag, the others 0. Throws `InvalidArgumentError`. */
export const ownerBits = (owner: number): number => checkInteger("owner", owner, 0, MAX_OWNER) << ALIGNMENT_BITS;

/** The record in the four words from `at` on. */
export function readRecord(w: Int32Array, at: number): BlockRecord {
  return {
    size: w[at + SIZE] >>> 0,
    alignment: 2 ** ((w[at + TAG] & 31) - 1),
    owner: w[at + TAG] >>> ALIGNMENT_BITS,
    tick: w[at + TICK],
    sequence: w[at + SEQUENCE] >>> 0,
  };
}
