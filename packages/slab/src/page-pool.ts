/**
 * The page pool: runs of free pages, coalesced at once, in bins by length.
 *
 *     bins: one word per 32 bins (1 = the bin has a run), a word that sums these up, then each bin's first run
 *     run:  info[first].length = info[last].length = pages; next and prev link the runs of a bin
 *
 * A request takes the first run of the first bin whose runs are all long enough; where there is none, the first that
 * fits of the bin its own length falls into. So whatever fits is found, and the search is O(1) but for the last bin
 * before memory runs out.
 */
import {
  binOf,
  E_FREE,
  E_FREE_MIN,
  H_BINS,
  H_CHECK,
  H_INFO,
  H_LIMIT,
  H_PAGES,
  H_PEAK,
  H_TABLE,
  H_USED,
  INFO_SHIFT,
  MAGIC,
  P_LENGTH,
  P_NEXT,
  P_PREV,
} from "./layout.ts";

/** First page of a run of `count` pages, taken from the pool; 0 where there is none. The entries are the caller's. */
export function takeRun(w: Int32Array, count: number, alignPages: number, addressBias: number): number {
  const run = findRun(w, alignPages > 1 ? count + alignPages - 1 : count, count, alignPages, addressBias);
  if (run === 0) return 0;
  const info = w[H_INFO];
  const length = w[info + (run << INFO_SHIFT) + P_LENGTH];
  unlinkRun(w, run, length);
  const skip = alignPages > 1 ? -(run + addressBias) & (alignPages - 1) : 0;
  if (skip > 0) linkRun(w, run, skip);
  if (length > skip + count) linkRun(w, run + skip + count, length - skip - count);
  account(w, count);
  return run + skip;
}

/** Gives a run back, merged with its free neighbours. The entries must say "free" already. */
export function giveRun(w: Int32Array, run: number, count: number): void {
  account(w, -count);
  const table = w[H_TABLE];
  const info = w[H_INFO];
  let first = run;
  let length = count;
  // Is the page before free? Then it is the last of a run.
  const before = w[table + run - 1];
  if (before <= 0 && before >= E_FREE_MIN) {
    const pages = w[info + ((run - 1) << INFO_SHIFT) + P_LENGTH];
    first -= pages;
    length += pages;
    unlinkRun(w, first, pages);
  }
  const end = run + count;
  if (end < w[H_PAGES]) {
    const after = w[table + end];
    if (after <= 0 && after >= E_FREE_MIN) {
      const pages = w[info + (end << INFO_SHIFT) + P_LENGTH];
      length += pages;
      unlinkRun(w, end, pages);
    }
  }
  linkRun(w, first, length);
}

/** Takes `count` pages that follow directly on page `at`, if they are free: for growing a run in place. */
export function takeAt(w: Int32Array, at: number, count: number): boolean {
  if (at + count > w[H_PAGES]) return false;
  const entry = w[w[H_TABLE] + at];
  if (entry > 0 || entry < E_FREE_MIN) return false;
  const length = w[w[H_INFO] + (at << INFO_SHIFT) + P_LENGTH];
  if (length < count) return false;
  unlinkRun(w, at, length);
  if (length > count) linkRun(w, at + count, length - count);
  account(w, count);
  return true;
}

function findRun(w: Int32Array, sure: number, count: number, alignPages: number, addressBias: number): number {
  const bins = w[H_BINS];
  const limit = binOf(w[H_LIMIT]);
  const words = (limit >>> 5) + 1;
  const heads = bins + 1 + words;
  // The first bin whose runs are all at least `sure` long: the bin of the next length that begins one.
  let bin = binOf(sure);
  if (sure >= 8 && (sure & ((1 << (28 - Math.clz32(sure))) - 1)) !== 0) bin++;
  if (bin <= limit) {
    let word = bin >>> 5;
    let some = w[bins + 1 + word] & (-1 << (bin & 31));
    if (some === 0) {
      const rest = w[bins] & (-2 << word);
      if (rest !== 0) {
        word = 31 - Math.clz32(rest & -rest);
        some = w[bins + 1 + word];
      }
    }
    if (some !== 0) return w[heads + (word << 5) + 31 - Math.clz32(some & -some)];
  }
  // Bins that hold both longer and shorter runs: walk them.
  for (let b = binOf(count); b < bin && b <= limit; b++) {
    for (let run = w[heads + b]; run !== 0; run = w[w[H_INFO] + (run << INFO_SHIFT) + P_NEXT]) {
      const skip = alignPages > 1 ? -(run + addressBias) & (alignPages - 1) : 0;
      if (w[w[H_INFO] + (run << INFO_SHIFT) + P_LENGTH] >= count + skip) return run;
    }
  }
  return 0;
}

export function linkRun(w: Int32Array, run: number, length: number): void {
  const info = w[H_INFO];
  const bins = w[H_BINS];
  const words = (binOf(w[H_LIMIT]) >>> 5) + 1;
  const bin = binOf(length);
  const head = bins + 1 + words + bin;
  const at = info + (run << INFO_SHIFT);
  const next = w[head];
  w[at + P_LENGTH] = length;
  w[info + ((run + length - 1) << INFO_SHIFT) + P_LENGTH] = length;
  w[at + P_NEXT] = next;
  w[at + P_PREV] = 0;
  if (next !== 0) w[info + (next << INFO_SHIFT) + P_PREV] = run;
  else {
    w[bins + 1 + (bin >>> 5)] |= 1 << bin;
    w[bins] |= 1 << (bin >>> 5);
  }
  w[head] = run;
}

function unlinkRun(w: Int32Array, run: number, length: number): void {
  const info = w[H_INFO];
  const at = info + (run << INFO_SHIFT);
  const next = w[at + P_NEXT];
  const prev = w[at + P_PREV];
  if (next !== 0) w[info + (next << INFO_SHIFT) + P_PREV] = prev;
  if (prev !== 0) {
    w[info + (prev << INFO_SHIFT) + P_NEXT] = next;
    return;
  }
  const bins = w[H_BINS];
  const words = (binOf(w[H_LIMIT]) >>> 5) + 1;
  const bin = binOf(length);
  w[bins + 1 + words + bin] = next;
  if (next === 0) {
    const word = bins + 1 + (bin >>> 5);
    const some = w[word] & ~(1 << bin);
    w[word] = some;
    if (some === 0) w[bins] &= ~(1 << (bin >>> 5));
  }
}

function account(w: Int32Array, pages: number): void {
  const used = w[H_USED] + pages;
  w[H_USED] = used;
  if (used > w[H_PEAK]) w[H_PEAK] = used;
  w[H_CHECK] = w[H_PAGES] ^ used ^ w[H_PEAK] ^ MAGIC;
}

/** For runs that keep their pages: what a page entry says of a free page without history. */
export const FREE: number = E_FREE;
