/**
 * The page pool: runs of free pages, merged at once, in bins by their length.
 *
 *     bins   ┌─────────┬──────────────────┬──────────────────────┐
 *            │ summary │ a bit per bin    │ each bin's last page │      summary bit = word of bits is not 0
 *            └─────────┴──────────────────┴──────────────────────┘
 *     run    ┌────────┬─────────┬────────────────────────────┐
 *            │ length │    …    │ length, links to its bin's │      a run is known by its last page:
 *            └────────┴─────────┴────────────────────────────┘      taken from the front, it stays the same run
 *
 * A request takes the front of the first run of the first bin in which every run is long enough; where there is none, of
 * the first that fits in the bins below. So what fits is always found, and the search is O(1) until memory is about to
 * run out. A run that stays in its bin is not relinked: most of the time only two lengths are written.
 */
import { binFor, binOf } from "./bins.ts";
import { linkPage, unlinkPage } from "./page-list.ts";

// layout.ts's, again: V8 reads an imported constant from memory, with checks, at each use; this file's own are literals.
// test/constants.test.ts holds them together.
const MAGIC = 0x58415241;
const H_BINS = 5;
const H_HEADS = 6;
const H_INFO = 7;
const H_PAGES = 16;
const H_USED = 17;
const H_PEAK = 18;
const H_CHECK = 19;
const TABLE = 600;
const E_FREE = 0;
const E_WAS_SLAB = 0xc0000000 | 0;
const INFO_SHIFT = 2;
const P_LENGTH = 0;
const P_NEXT = 1;

/**
 * The first page of `count` free pages, now taken; 0 where there are none. `align` is in pages, a power of two; `bias`
 * is the page number in the buffer of the heap's page 0, which alignment is reckoned from. The entries are the caller's.
 */
export function takeRun(w: Int32Array, count: number, align: number, bias: number): number {
  const last = findRun(w, count, align, bias);
  if (last === 0) return 0;
  const length = w[w[H_INFO] + (last << INFO_SHIFT) + P_LENGTH];
  const first = last - length + 1;
  const skip = -(first + bias) & (align - 1);
  relinkRun(w, last, length, length - skip - count);
  if (skip > 0) linkRun(w, first + skip - 1, skip);
  account(w, count);
  return first + skip;
}

/** Takes the `count` pages from `at` on, if they are free: to grow a large block in place. */
export function takeRunAt(w: Int32Array, at: number, count: number): boolean {
  if (at >= w[H_PAGES] || !isFree(w[TABLE + at])) return false;
  const length = w[w[H_INFO] + (at << INFO_SHIFT) + P_LENGTH];
  if (length < count) return false;
  relinkRun(w, at + length - 1, length, length - count);
  account(w, count);
  return true;
}

/** Does the heap end at page `at`, or with the free run that begins there? */
export function endsHeap(w: Int32Array, at: number): boolean {
  const pages = w[H_PAGES];
  return at === pages || (isFree(w[TABLE + at]) && at + w[w[H_INFO] + (at << INFO_SHIFT) + P_LENGTH] === pages);
}

/** Gives pages back, merged with their free neighbours. No entry of theirs may say that it is a slab's, or begins a block. */
export function giveRun(w: Int32Array, run: number, count: number): void {
  account(w, -count);
  addRun(w, run, count);
}

/** Makes pages free that were in no use, as when the heap grows. */
export function addRun(w: Int32Array, run: number, count: number): void {
  const info = w[H_INFO];
  let length = count;
  // Is the page before free? Then it is the last of a run.
  if (isFree(w[TABLE + run - 1])) {
    const before = w[info + ((run - 1) << INFO_SHIFT) + P_LENGTH];
    unlinkRun(w, run - 1, before);
    length += before;
  }
  // Is the page after? Then it is the first of one.
  const end = run + count;
  if (end < w[H_PAGES] && isFree(w[TABLE + end])) {
    const after = w[info + (end << INFO_SHIFT) + P_LENGTH];
    relinkRun(w, end + after - 1, after, length + after);
  } else {
    linkRun(w, end - 1, length);
  }
}

/** Is a page with this entry free? */
export function isFree(entry: number): boolean {
  return entry <= 0 && entry >= E_WAS_SLAB;
}

/** The last page of a run that fits, or 0. */
function findRun(w: Int32Array, count: number, align: number, bias: number): number {
  const heads = w[H_HEADS];
  const bins = w[H_BINS];
  const total = w[H_INFO] - heads;
  const sure = binFor(count + align - 1);
  if (sure < total) {
    let word = sure >>> 5;
    let some = w[bins + 1 + word] & (-1 << sure);
    if (some === 0) {
      const rest = w[bins] & (-2 << word);
      if (rest !== 0) {
        word = 31 - Math.clz32(rest & -rest);
        some = w[bins + 1 + word];
      }
    }
    if (some !== 0) return w[heads + (word << 5) + 31 - Math.clz32(some & -some)];
  }
  // Only bins are left that hold shorter runs as well: any that fits.
  const info = w[H_INFO];
  for (let bin = binOf(count); bin < sure && bin < total; bin++) {
    for (let last = w[heads + bin]; last !== 0; last = w[info + (last << INFO_SHIFT) + P_NEXT]) {
      const length = w[info + (last << INFO_SHIFT) + P_LENGTH];
      const skip = -(last - length + 1 + bias) & (align - 1);
      if (length >= skip + count) return last;
    }
  }
  return 0;
}

/** The run that ends at page `last` changes its length, at its front; to 0, and it is gone. */
function relinkRun(w: Int32Array, last: number, from: number, to: number): void {
  if (to > 0 && binOf(from) === binOf(to)) {
    writeLength(w, last, to);
  } else {
    unlinkRun(w, last, from);
    if (to > 0) linkRun(w, last, to);
  }
}

/** Both ends of a free run say how long it is, and that they are free: the entries between may say anything else. */
function writeLength(w: Int32Array, last: number, length: number): void {
  const info = w[H_INFO];
  const first = last - length + 1;
  w[info + (first << INFO_SHIFT) + P_LENGTH] = length;
  w[info + (last << INFO_SHIFT) + P_LENGTH] = length;
  if (!isFree(w[TABLE + first])) w[TABLE + first] = E_FREE;
  if (!isFree(w[TABLE + last])) w[TABLE + last] = E_FREE;
}

function linkRun(w: Int32Array, last: number, length: number): void {
  writeLength(w, last, length);
  const bin = binOf(length);
  if (linkPage(w, w[H_HEADS] + bin, last) !== 0) return;
  const bins = w[H_BINS];
  w[bins + 1 + (bin >>> 5)] |= 1 << bin;
  w[bins] |= 1 << (bin >>> 5);
}

function unlinkRun(w: Int32Array, last: number, length: number): void {
  const next = unlinkPage(w, last);
  if (next < 0) return;
  const bin = binOf(length);
  w[w[H_HEADS] + bin] = next;
  if (next !== 0) return;
  const bins = w[H_BINS];
  const word = bins + 1 + (bin >>> 5);
  w[word] &= ~(1 << bin);
  if (w[word] === 0) w[bins] &= ~(1 << (bin >>> 5));
}

function account(w: Int32Array, pages: number): void {
  const used = w[H_USED] + pages;
  w[H_USED] = used;
  if (used > w[H_PEAK]) {
    w[H_PEAK] = used;
    w[H_CHECK] = w[H_PAGES] ^ used ^ MAGIC;
  }
}
