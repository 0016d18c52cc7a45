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
 * A request takes the front of the shortest run that is long enough, and so an exact hole wherever one is. Up to 127 pages that is
 * the first of a bin; above, at most 128 steps (bins.ts). With an alignment beyond a page, it is the shortest that fits of the
 * first LOOKS, or any that would fit wherever it lies, or one of the first MOST_LOOKS.
 *
 * Of words of the control block, a free of a large block reads and writes TODO.
 */
import { binOf } from "./bins.ts";
import { isFree, linkRun, placeOf, unlinkRun } from "./run-list.ts";

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
const TABLE = 344;
const E_FREE = 0;
const INFO_SHIFT = 2;
const P_LENGTH = 0;
const P_NEXT = 1;
const EXACT_BINS = 128;

/** Runs that an aligned request looks at before it takes one that is longer than it need be … */
const LOOKS = 64;
/** … and where there is none: all of them, in a heap of up to 8 MiB. */
const MOST_LOOKS = 1024;

/**
 * The first page of `count` free pages, now taken; 0 where there are none. `align` is in pages, a power of two; `bias`
 * is the page number in the buffer of the heap's page 0, which alignment is reckoned from. The entries are the caller's.
 */
export function takeRun(w: Int32Array, count: number, align: number, bias: number): number {
  const last = align === 1 ? shortestRun(w, count) : alignedRun(w, count, align, bias);
  if (last === 0) return 0;
  const length = w[w[H_INFO] + (last << INFO_SHIFT) + P_LENGTH];
  const first = last - length + 1;
  const skip = -(first + bias) & (align - 1);
  unlinkRun(w, last, length);
  if (length > skip + count) linkRest(w, last, length - skip - count);
  if (skip > 0) {
    freeEntry(w, first + skip - 1);
    linkRun(w, first + skip - 1, skip);
  }
  account(w, count);
  return first + skip;
}

/** Takes the `count` pages from `at` on, if they are free: to grow a large block in place. */
export function takeRunAt(w: Int32Array, at: number, count: number): boolean {
  if (at >= w[H_PAGES] || !isFree(w[TABLE + at])) return false;
  const length = w[w[H_INFO] + (at << INFO_SHIFT) + P_LENGTH];
  if (length < count) return false;
  const last = at + length - 1;
  unlinkRun(w, last, length);
  if (length > count) linkRest(w, last, length - count);
  account(w, count);
  return true;
}

/** What is left of a run whose front was taken. */
function linkRest(w: Int32Array, last: number, length: number): void {
  freeEntry(w, last - length + 1);
  linkRun(w, last, length);
}

/** A page inside of a free run comes to its end: its entry may say anything. */
function freeEntry(w: Int32Array, page: number): void {
  if (!isFree(w[TABLE + page])) w[TABLE + page] = E_FREE;
}

/** Does the heap end at page `at`, or with the free run that begins there? */
export function endsHeap(w: Int32Array, at: number): boolean {
  const pages = w[H_PAGES];
  return at === pages || (isFree(w[TABLE + at]) && at + w[w[H_INFO] + (at << INFO_SHIFT) + P_LENGTH] === pages);
}

/**
 * Gives pages back, merged with their free neighbours. The entries of the first and the last say that they are free, and of those
 * between none that it is a slab's, or begins a block.
 */
export function giveRun(w: Int32Array, run: number, count: number): void {
  w[H_USED] -= count;
  addRun(w, run, count);
}

/** Makes pages free that were in no use, as when the heap grows. */
export function addRun(w: Int32Array, run: number, count: number): void {
  const info = w[H_INFO];
  let length = count;
  let last = run + count - 1;
  // Is the page before free? Then it is the last of a run.
  if (isFree(w[TABLE + run - 1])) {
    const before = w[info + ((run - 1) << INFO_SHIFT) + P_LENGTH];
    unlinkRun(w, run - 1, before);
    length += before;
  }
  // Is the page after? Then it is the first of one.
  if (last + 1 < w[H_PAGES] && isFree(w[TABLE + last + 1])) {
    const after = w[info + ((last + 1) << INFO_SHIFT) + P_LENGTH];
    last += after;
    unlinkRun(w, last, after);
    length += after;
  }
  linkRun(w, last, length);
}

/** The first of the shortest runs of at least `count` pages: its last page; or 0. */
function shortestRun(w: Int32Array, count: number): number {
  const heads = w[H_HEADS];
  const bins = w[H_BINS];
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

/** The last page of a run that an aligned request takes, or 0. */
function alignedRun(w: Int32Array, count: number, align: number, bias: number): number {
  const sure = count + align - 1;
  return (
    fittingRun(w, count, align, bias, LOOKS) ||
    (sure <= w[H_LIMIT] ? shortestRun(w, sure) : 0) ||
    fittingRun(w, count, align, bias, MOST_LOOKS)
  );
}

/** The first that fits among the `looks` shortest runs that may. */
function fittingRun(w: Int32Array, count: number, align: number, bias: number, looks: number): number {
  const info = w[H_INFO];
  let left = looks;
  for (let last = shortestRun(w, count); last !== 0; ) {
    const length = w[info + (last << INFO_SHIFT) + P_LENGTH];
    for (; last !== 0; last = w[info + (last << INFO_SHIFT) + P_NEXT]) {
      if (left-- === 0) return 0;
      const skip = -(last - length + 1 + bias) & (align - 1);
      if (length >= skip + count) return last;
    }
    last = shortestRun(w, length + 1);
  }
  return 0;
}

function account(w: Int32Array, pages: number): void {
  const used = w[H_USED] + pages;
  w[H_USED] = used;
  if (used > w[H_PEAK]) {
    w[H_PEAK] = used;
    w[H_CHECK] = w[H_PAGES] ^ used ^ MAGIC;
  }
}
