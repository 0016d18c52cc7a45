/**
 * The page pool: runs of free pages, merged at once, in bins by their length.
 *
 *     bins   ┌─────────┬──────────────────┬───────────────────────┐
 *            │ summary │ a bit per bin    │ each bin's first run  │      summary bit = word of bits is not 0
 *            └─────────┴──────────────────┴───────────────────────┘
 *     run    ┌────────┬─────────┬────────────────────────────┐
 *            │ length │    …    │ length, links of its list  │         a run is known by its last page
 *            └────────┴─────────┴────────────────────────────┘
 *
 * A request takes the front of the shortest run that is long enough, and so an exact hole wherever one is. Up to 63 pages that is
 * the first of a bin; above, at most 128 steps (bins.ts). With an alignment beyond a page, LOOKS of them at most are looked at.
 *
 * Words of the control block that are read or written, 1,000 blocks of 16 to 128 KiB, freed and made at random: 21.2 a free, 22.3 a
 * block made (25.8 and 26.6 when each end's entry was asked whether it is free, the bins' bits and the peak in each case looked at).
 */
import { binOf } from "./bins.ts";
import { isFree, linkRun, placeOf, relinkLong, unlinkRun } from "./run-list.ts";

// layout.ts's, again: V8 reads an imported constant from memory, with checks, at each use; this file's own are literals.
// test/constants.test.ts holds them together.
const MAGIC = 0x58415241;
const H_LIMIT = 3;
const H_BINS = 5;
const H_HEADS = 6;
const H_INFO = 7;
const H_PAGES = 16;
const H_USED = 17;
const H_PEAK = 18;
const H_CHECK = 19;
const H_CODE = 22;
const H_OWN = 13;
const H_TERRITORY = 14;
const OWNER = 127;
const TABLE = 600;
const E_FREE = 0;
const INFO_SHIFT = 2;
const P_LENGTH = 0;
const P_NEXT = 1;
const EXACT_BINS = 64;

/** Runs that an aligned request looks at: as many as there can be, in a heap of up to 8 MiB. */
const LOOKS = 1024;

/**
 * The first page of `count` free pages, now taken; 0 where there are none. `align` is in pages, a power of two; `bias`
 * is the page number in the buffer of the heap's page 0, which alignment is reckoned from. The entries are the caller's.
 */
export function takeRun(w: Int32Array, lane: number, count: number, align: number, bias: number): number {
  const last = align === 1 ? shortestRun(w, lane, count) : alignedRun(w, lane, count, align, bias);
  return last === 0 ? 0 : cutRun(w, lane, last, count, align, bias);
}

/** Takes the first `count` pages of a run that are aligned; the first of them. */
export function cutRun(w: Int32Array, lane: number, last: number, count: number, align: number, bias: number): number {
  const length = w[w[H_INFO] + (last << INFO_SHIFT) + P_LENGTH];
  const first = last - length + 1;
  const skip = -(first + bias) & (align - 1);
  const rest = length - skip - count;
  if (rest > 0 && !isFree(w[TABLE + last - rest + 1])) w[TABLE + last - rest + 1] = E_FREE;
  if (rest >= EXACT_BINS) relinkLong(w, lane, last, length, rest);
  else {
    unlinkRun(w, lane, last, length);
    if (rest > 0) linkRun(w, lane, last, rest);
  }
  if (skip > 0) {
    if (!isFree(w[TABLE + first + skip - 1])) w[TABLE + first + skip - 1] = E_FREE;
    linkRun(w, lane, first + skip - 1, skip);
  }
  account(w, lane, count);
  return first + skip;
}

/** Pages of the lane's free run that begins or ends at a page; 0 where none does. */
export function freeAt(w: Int32Array, lane: number, page: number): number {
  if (page >= w[H_PAGES] || !isFree(w[TABLE + page]) || !isOwn(w, lane, page)) return 0;
  return w[w[H_INFO] + (page << INFO_SHIFT) + P_LENGTH];
}

/** Is a page the lane's? In a heap without lanes each is. */
export function isOwn(w: Int32Array, lane: number, page: number): boolean {
  return w[H_OWN] === 0 || (w[w[H_OWN] + (page >>> w[H_TERRITORY])] & OWNER) === w[lane + H_CODE];
}

/**
 * Gives pages back, merged with their free neighbours. The entries of the first and the last say that they are free, and of those
 * between none that it is a slab's, or begins a block.
 */
export function giveRun(w: Int32Array, lane: number, run: number, count: number): void {
  w[lane + H_USED] -= count;
  addRun(w, lane, run, count);
}

/** Makes pages free that were in no use, as when the heap grows. */
export function addRun(w: Int32Array, lane: number, run: number, count: number): void {
  const before = freeAt(w, lane, run - 1);
  if (before !== 0) unlinkRun(w, lane, run - 1, before);
  const end = run + count;
  const after = freeAt(w, lane, end);
  if (after >= EXACT_BINS) relinkLong(w, lane, end + after - 1, after, before + count + after);
  else {
    if (after !== 0) unlinkRun(w, lane, end + after - 1, after);
    linkRun(w, lane, end + after - 1, before + count + after);
  }
}

/** The first of the shortest runs of at least `count` pages: its last page; or 0. */
function shortestRun(w: Int32Array, lane: number, count: number): number {
  const heads = w[lane + H_HEADS];
  const bins = w[lane + H_BINS];
  let bin = binOf(count);
  if (count >= EXACT_BINS) {
    const last = w[placeOf(w, heads + bin, count)];
    if (last !== 0) return last;
    bin++;
  }
  // After the last bin's word comes the head of bin 0, which is 0.
  let word = bin >>> 5;
  let some = w[bins + 1 + word] & (-1 << bin);
  if (some === 0) {
    const rest = w[bins] & (-2 << word);
    if (rest === 0) return 0;
    word = 31 - Math.clz32(rest & -rest);
    some = w[bins + 1 + word];
  }
  return w[heads + (word << 5) + 31 - Math.clz32(some & -some)];
}

/**
 * The last page of the run that an aligned request takes, or 0: of the runs that might fit the first that does, or, as LOOKS of
 * them don't, the first in which it fits wherever that lies.
 */
function alignedRun(w: Int32Array, lane: number, count: number, align: number, bias: number): number {
  const info = w[H_INFO];
  const sure = count + align - 1;
  let looks = LOOKS;
  for (let last = shortestRun(w, lane, count); last !== 0; ) {
    const length = w[info + (last << INFO_SHIFT) + P_LENGTH];
    for (; last !== 0; last = w[info + (last << INFO_SHIFT) + P_NEXT]) {
      const skip = -(last - length + 1 + bias) & (align - 1);
      if (length >= skip + count) return last;
      if (--looks === 0) return sure <= w[H_LIMIT] ? shortestRun(w, lane, sure) : 0;
    }
    last = shortestRun(w, lane, length + 1);
  }
  return 0;
}

function account(w: Int32Array, lane: number, pages: number): void {
  const used = w[lane + H_USED] + pages;
  w[lane + H_USED] = used;
  if (used > w[lane + H_PEAK]) {
    w[lane + H_PEAK] = used;
    w[lane + H_CHECK] = w[lane + H_PAGES] ^ used ^ MAGIC;
  }
}
