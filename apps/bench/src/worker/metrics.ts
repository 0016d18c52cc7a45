/**
 * What is the same on every machine: bytes and counts, no time. The tests hold the ones of our allocators to golden
 * values; a change of them is a change to explain.
 */
import { random } from "../base/random.ts";
import type { Target } from "../subjects/target.ts";
import type { Check } from "./check.ts";

/** Bytes held at the peak, metadata included, by bytes live at the peak. */
export function peakRatio(
  { peakReserved, metadata }: Pick<Check, "peakReserved" | "metadata">,
  peakLive: number,
): number | undefined {
  return peakReserved === undefined || peakLive === 0 ? undefined : (peakReserved + (metadata ?? 0)) / peakLive;
}

export interface UntilFull {
  /** Allocations and frees until the first allocation that found no room. */
  readonly operations: number;
  /** Bytes asked for and live then, as a part of the capacity. */
  readonly used: number;
}

/** The capacity in which `untilFull` counts. */
export const FULL_CAPACITY: number = 4 << 20;

/** Two allocations of 16–1,023 bytes to one free at random, until an allocation finds no room. */
export function untilFull(target: Target, capacity: number = FULL_CAPACITY): UntilFull {
  const next = random(4);
  const live: { handle: unknown; size: number }[] = [];
  let used = 0;
  let operations = 0;
  for (;;) {
    if (live.length > 0 && next(3) === 0) {
      const i = next(live.length);
      const { handle, size } = live[i]!;
      live[i] = live[live.length - 1]!;
      live.pop();
      target.free(handle);
      used -= size;
    } else {
      const size = 16 + next(1008);
      const handle = allocateOrNull(target, size);
      if (handle === null || handle === 0) return { operations, used: Number((used / capacity).toFixed(4)) };
      live.push({ handle, size });
      used += size;
    }
    operations++;
    // Memory that has no end?
    if (used > capacity) return { operations, used: Number.POSITIVE_INFINITY };
  }
}

function allocateOrNull(target: Target, size: number): unknown {
  try {
    return target.allocate(size);
  } catch {
    return null;
  }
}
