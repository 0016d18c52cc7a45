import { newArray } from "./arrays.ts";
import { checkTrace } from "./check.ts";
import { type Sorted, type Spread, spread } from "./spread.ts";
import { ALLOCATE, FREE, type Trace } from "./trace.ts";

/** A bar of the histogram: how many allocations ask for more than the bar before, and at most `atMost` bytes. */
export interface SizeBar {
  readonly atMost: number;
  readonly allocations: number;
  readonly bytes: number;
}

export interface TraceDescription {
  readonly events: number;
  readonly allocations: number;
  readonly frees: number;
  readonly reallocations: number;
  /** Blocks and bytes that are never freed. */
  readonly blocksAtEnd: number;
  readonly bytesAtEnd: number;
  /** Sizes as asked for by allocations, in bytes (those of reallocations are not in it). */
  readonly sizes: Spread;
  readonly histogram: readonly SizeBar[];
  /** Allocations of at most 1 KiB, as a part of all, from 0 to 1; 0 where there is none. */
  readonly shareToKiB: number;
  /** Allocations of more than 16 KiB. */
  readonly above16KiB: number;
  /** From allocation to free, for the blocks that are freed: events, both ends counted as one step. */
  readonly lifetimeEvents: Spread;
  /** The same in bytes asked for by allocations and reallocations after the block's own. */
  readonly lifetimeBytes: Spread;
  /** The most bytes live at once, and the event that got there first. */
  readonly peakBytes: { readonly bytes: number; readonly event: number };
  /** The most blocks live at once, and the event that got there first. */
  readonly peakBlocks: { readonly blocks: number; readonly event: number };
}

/**
 * What a trace does. O(events · log events), for the percentiles; 16 bytes per allocation while it runs.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function describe(trace: Trace): TraceDescription {
  const { op, slot, size, events, slots, allocations, frees, reallocations } = checkTrace(trace);
  const sizes = newArray(Uint32Array, allocations);
  const lifetimeEvents = newArray(Uint32Array, frees);
  const lifetimeBytes = newArray(Float64Array, frees);
  const bornAtEvent = newArray(Uint32Array, slots);
  const bornAtByte = newArray(Float64Array, slots);
  const bytesOf = newArray(Uint32Array, slots);
  const peakBytes = { bytes: 0, event: 0 };
  const peakBlocks = { blocks: 0, event: 0 };
  let [asked, bytes, blocks, born, died] = [0, 0, 0, 0, 0];

  for (let e = 0; e < events; e++) {
    const s = slot[e];
    if (op[e] === ALLOCATE) {
      blocks++;
      sizes[born++] = size[e];
      bornAtEvent[s] = e;
      bornAtByte[s] = asked + size[e];
    } else {
      bytes -= bytesOf[s];
    }
    if (op[e] === FREE) {
      blocks--;
      lifetimeEvents[died] = e - bornAtEvent[s];
      lifetimeBytes[died++] = asked - bornAtByte[s];
    }
    asked += size[e];
    bytes += size[e];
    bytesOf[s] = size[e];
    if (bytes > peakBytes.bytes) Object.assign(peakBytes, { bytes, event: e });
    if (blocks > peakBlocks.blocks) Object.assign(peakBlocks, { blocks, event: e });
  }
  sizes.sort();
  return {
    events,
    allocations,
    frees,
    reallocations,
    blocksAtEnd: blocks,
    bytesAtEnd: bytes,
    sizes: spread(sizes),
    histogram: histogram(sizes),
    shareToKiB: allocations === 0 ? 0 : countUpTo(sizes, 1024) / allocations,
    above16KiB: allocations - countUpTo(sizes, 16384),
    lifetimeEvents: spread(lifetimeEvents.sort()),
    lifetimeBytes: spread(lifetimeBytes.sort()),
    peakBytes,
    peakBlocks,
  };
}

/** Bars by powers of two from 8 bytes on, up to the largest size; the empty ones between are there too. */
function histogram(sorted: Uint32Array): SizeBar[] {
  const bars: SizeBar[] = [];
  let from = 0;
  for (let atMost = 8; from < sorted.length; atMost *= 2) {
    const to = countUpTo(sorted, atMost);
    let bytes = 0;
    for (let i = from; i < to; i++) bytes += sorted[i];
    bars.push({ atMost, allocations: to - from, bytes });
    from = to;
  }
  return bars;
}

/** How many of the sorted values are at most `limit`: a binary search. */
function countUpTo(sorted: Sorted, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
