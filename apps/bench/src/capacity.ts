const MIB = 1 << 20;
const STEP = 1 << 16;

/** Bytes in whole steps of 64 KiB, and no more than offsets in small integers allow. */
export const roundUp = (bytes: number): number => Math.min(Math.ceil(bytes / STEP) * STEP, 2 ** 31 - STEP);

/** What every heap of fixed capacity gets for a program that has `peakLive` bytes live at once: twice that, and a MiB. */
export const capacityFor = (peakLive: number): number => roundUp(2 * peakLive + MIB);
