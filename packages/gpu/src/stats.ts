import type { AllocatorStats } from "@ariax/allocator";
import { makeStats } from "@ariax/allocator/implement";
import { longestRun } from "./fit.ts";
import * as L from "./layout.ts";

/**
 * What a heap holds. `committed` is the range and the control block, `overhead` the control block; `reserved` is what is not free: live
 * and deferred blocks, and the targets of moves.
 *
 *     committed = overhead + reserved + free        reserved = live + deferredBytes + movingBytes
 */
export type RangeStats = AllocatorStats & {
  /** Blocks that wait for a fence, and what a move has left and waits for one. */
  readonly deferredBlocks: number;
  /** Their bytes. */
  readonly deferredBytes: number;
  /** Moves to be committed or dropped. */
  readonly moves: number;
  /** Bytes of their targets. */
  readonly movingBytes: number;
};

/** O(1). */
export function rangeStats(w: Int32Array): RangeStats {
  const bytes = (granules: number): number => (granules >>> 0) * 2 ** w[L.SHIFT];
  const overhead = 4 * w[L.WORDS];
  const reserved = bytes(w[L.USED]);
  const deferredBytes = bytes(w[L.DEFERRED_GRANULES]);
  const movingBytes = bytes(w[L.MOVING_GRANULES]);
  const stats = makeStats({
    committed: overhead + bytes(w[L.SIZE]),
    overhead,
    reserved,
    peakReserved: bytes(w[L.PEAK]),
    live: reserved - deferredBytes - movingBytes,
    free: bytes(w[L.SIZE]) - reserved,
    largestFree: bytes(longestRun(w)),
    blocks: L.blocksOf(w),
  });
  return { ...stats, deferredBlocks: w[L.DEFERRED_BLOCKS], deferredBytes, moves: w[L.MOVES], movingBytes };
}
