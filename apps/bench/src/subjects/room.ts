/** The memory that a heap gets for a program: the same for every heap of fixed capacity. */
import { needs, type Program } from "./events.ts";

/** In bytes. */
export interface Room {
  /** Twice what is live at the peak, and a MiB. */
  readonly capacity: number;
  /** All that is ever allocated: for those that never use memory again. */
  readonly total: number;
}

const MIB = 1 << 20;
const STEP = 1 << 16;

/** Bytes in whole steps of 64 KiB, and no more than offsets in small integers allow. */
const roundUp = (bytes: number): number => Math.min(Math.ceil(bytes / STEP) * STEP, 2 ** 31 - STEP);

/** The capacity where `peakLive` bytes are live at once. */
export const capacityFor = (peakLive: number): number => roundUp(2 * peakLive + MIB);

export function roomFor(program: Program): Room {
  const { peakLive, total } = needs(program);
  return { capacity: capacityFor(peakLive), total: roundUp(total + MIB) };
}
