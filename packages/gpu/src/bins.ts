/**
 * Free runs by their length, in two levels: a bin for each length below 64 granules, then 32 bins a doubling, so that the lengths in
 * one differ by less than a thirty-second. A word of bits says which bins of 32 have a run, a summary which of these words are not 0.
 * In a bin, a tree has the runs by their exact lengths: trees.ts.
 */
import { BIN_BITS, BIN_SUMMARY, BINS, HEADS } from "./layout.ts";

/** The bin of a run of `length` granules, 1 to 2³² − 1: without a branch, as nobody could foresee which way it goes. */
export function binOf(length: number): number {
  // Doublings above 64.
  const up = 26 - Math.clz32(length | 32);
  return (up << 5) + (length >>> up);
}

/** The first bin from `bin` on that has a run; −1 where none has. */
export function nextBin(w: Int32Array, bin: number): number {
  if (bin >= BINS) return -1;
  const word = bin >>> 5;
  const bits = w[BIN_BITS + word] & (-1 << bin);
  if (bits !== 0) return (word << 5) + lowest(bits);
  const words = w[BIN_SUMMARY] & (-2 << word);
  if (words === 0) return -1;
  const next = lowest(words);
  return (next << 5) + lowest(w[BIN_BITS + next]);
}

/** The last bin that has a run; −1 where none has. */
export function lastBin(w: Int32Array): number {
  const word = 31 - Math.clz32(w[BIN_SUMMARY]);
  return word < 0 ? -1 : (word << 5) + 31 - Math.clz32(w[BIN_BITS + word]);
}

function lowest(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** A bin has its first run. */
export function fillBin(w: Int32Array, bin: number, root: number): void {
  const word = BIN_BITS + (bin >>> 5);
  const bits = w[word];
  w[HEADS + bin] = root;
  w[word] = bits | (1 << bin);
  if (bits === 0) w[BIN_SUMMARY] |= 1 << (bin >>> 5);
}

/** A bin has lost its last one. */
export function emptyBin(w: Int32Array, bin: number): void {
  const word = BIN_BITS + (bin >>> 5);
  const bits = w[word] & ~(1 << bin);
  w[HEADS + bin] = 0;
  w[word] = bits;
  if (bits === 0) w[BIN_SUMMARY] &= ~(1 << (bin >>> 5));
}
