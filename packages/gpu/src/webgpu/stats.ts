/** What there is of a pool, over all its buffers. */
import type { GpuBuffer } from "./device.ts";
import type { Page } from "./page.ts";

export interface PoolStats {
  /** `GPUBuffer`s. */
  readonly buffers: number;
  /** Bytes of them. */
  readonly bytes: number;
  /** Live ones. */
  readonly blocks: number;
  /** Bytes that they take. */
  readonly live: number;
  /** Places that wait for a fence: of blocks that were freed, or have moved. */
  readonly deferredBlocks: number;
  /** Bytes of them. */
  readonly deferredBytes: number;
  /** Bytes that are neither. */
  readonly free: number;
  /** The largest block that fits without a further buffer, in bytes. */
  readonly largestFree: number;
}

export function statsOf(pages: readonly Page<GpuBuffer>[]): PoolStats {
  const sum = {
    buffers: 0,
    bytes: 0,
    blocks: 0,
    live: 0,
    deferredBlocks: 0,
    deferredBytes: 0,
    free: 0,
    largestFree: 0,
  };
  for (const { heap, bytes, unit, blocks, state } of pages) {
    const { live, deferredBlocks, deferredBytes, free, largestFree } = heap.stats();
    sum.buffers++;
    sum.bytes += bytes;
    sum.blocks += blocks.size;
    sum.live += unit * live;
    sum.deferredBlocks += deferredBlocks;
    sum.deferredBytes += unit * deferredBytes;
    sum.free += unit * free;
    if (state !== "refused") sum.largestFree = Math.max(sum.largestFree, unit * largestFree);
  }
  return sum;
}
