/**
 * Territories: the pages that lanes have from the common pool. A word each says whose it is:
 *
 *     own    ┌───┬───┬───┬───┬───┬───┬───┬───┐
 *            │ 1 │ 1 │ 0 │ 3 │ 3 │ 3 │ 0 │ 1 │        0 → code   one compare-exchange: a claim names its claimant
 *            └───┴───┴───┴───┴───┴───┴───┴───┘        code → 0   one store by the owner
 *
 * So whatever a thread is stopped in, it is known whose the pages are. Within its territories a lane keeps its free runs as a
 * private heap does; a run crosses a border only where both sides are the lane's.
 *
 * Claims of many are made in ascending order, and given up where one was taken meanwhile: of claimers that overlap, the topmost is
 * stopped by owners only, so one of them goes on. One may fail while another, which fails too, holds its own for a moment.
 */
import { binOf, EXACT_BINS } from "../bins.ts";
import { addRun, freeAt } from "../page-pool.ts";
import { isFree, linkRun, unlinkRun } from "../run-list.ts";

// layout.ts's and lanes/layout.ts's: see page-pool.ts.
const MAGIC = 0x58415241;
const H_BINS = 5;
const H_HEADS = 6;
const H_INFO = 7;
const H_FIRST = 10;
const H_OWN = 13;
const H_TERRITORY = 14;
const H_PAGES = 16;
const H_USED = 17;
const H_PEAK = 18;
const H_CHECK = 19;
const H_CODE = 22;
const H_MAIL = 23;
const H_HINT = 27;
const M_ROOT = 1;
const M_INBOX = 2;
const TABLE = 600;
const E_FREE = 0;
const INFO_SHIFT = 2;
const P_NEXT = 1;
const P_LONGER = 3;

/** A lane that has this many territories claims more at once: one for each of that many, up to … */
const MANY = 16;
/** … so many. */
const MOST_AT_ONCE = 8;

/**
 * Claims territories with room for a run of `pages`, for the lane's pool; false where there are none. Without other lanes that claim, O(territories);
 * mostly O(1), as it is known below which there are none. The first that do, so that holes are filled; a lane that may have many at once gets as many as
 * are in that place.
 */
export function claim(w: Int32Array, lane: number, pages: number): boolean {
  const end = w[H_PAGES] >>> w[H_TERRITORY];
  // Whatever the hint says.
  const hint = w[H_HINT] >>> 0 < end ? w[H_HINT] : 0;
  return claimFrom(w, lane, pages, hint, end) || (hint > 0 && claimFrom(w, lane, pages, 0, end));
}

/** The first territories from `from` to `end`, side by side, that have so many pages, with the lane's own free ones before and behind them. */
function claimFrom(w: Int32Array, lane: number, pages: number, from: number, end: number): boolean {
  const own = w[H_OWN];
  const many = Math.min(MOST_AT_ONCE, Math.floor(w[lane + H_PAGES] / (MANY << w[H_TERRITORY])));
  let start = from;
  for (let t = from; t < end; t++) {
    // What is plainly seen is a hint: the exchange decides.
    if (w[own + t] !== 0) {
      start = t + 1;
    } else if (room(w, lane, firstOf(w, start), firstOf(w, t + 1)) >= pages) {
      let last = t;
      while (last + 1 < Math.min(end, start + many) && w[own + last + 1] === 0) last++;
      const behind = claimAll(w, lane, start, t, last);
      if (behind > t) return true;
      t = behind;
      start = t + 1;
    }
  }
  return false;
}

/** Pages from one on to another, and free ones of the lane that touch them. */
function room(w: Int32Array, lane: number, first: number, end: number): number {
  return freeAt(w, lane, first - 1) + end - first + freeAt(w, lane, end);
}

/**
 * Claims `start` to `need`, and on up to `most` as long as no other has one: the territory behind the last; or, where another has one of those needed, none,
 * and that one.
 */
function claimAll(w: Int32Array, lane: number, start: number, need: number, most: number = need): number {
  const own = w[H_OWN];
  const code = w[lane + H_CODE];
  let behind = start;
  while (behind <= most && Atomics.compareExchange(w, own + behind, 0, code) === 0) behind++;
  if (behind <= need) {
    for (let back = behind - 1; back >= start; back--) Atomics.store(w, own + back, 0);
    return behind;
  }
  if (start <= w[H_HINT]) w[H_HINT] = behind;
  for (let t = start; t < behind; t++) announceAgain(w, lane, t);
  const first = firstOf(w, start);
  have(w, lane, firstOf(w, behind) - first);
  addRun(w, lane, first, firstOf(w, behind) - first);
  return behind;
}

/**
 * A bit of the territory that is in the inbox, from when it was the lane's before, and the root may not speak of: of a thread that was killed
 * between the two. Nobody else would announce what is freed there.
 */
export function announceAgain(w: Int32Array, lane: number, territory: number): void {
  const mail = w[lane + H_MAIL];
  const word = territory >>> 5;
  if ((Atomics.load(w, mail + M_INBOX + word) & (1 << territory)) !== 0) Atomics.or(w, mail + M_ROOT, 1 << word);
}

/** Claims what follows on the pages up to `end`, so that `pages` are free there; false where it is not the pool's. */
export function claimAfter(w: Int32Array, lane: number, end: number, pages: number): boolean {
  // A block that is to be shorter: another lane has freed it, or it would be.
  if (pages <= 0) return false;
  const start = end + freeAt(w, lane, end);
  const shift = w[H_TERRITORY];
  const last = (end + pages - 1) >>> shift;
  if ((start & ((1 << shift) - 1)) !== 0 || last >= w[H_PAGES] >>> shift) return false;
  for (let t = start >>> shift; t <= last; t++) if (w[w[H_OWN] + t] !== 0) return false;
  return claimAll(w, lane, start >>> shift, last) > last;
}

/** The first page of a territory that is not the control block's. */
export function firstOf(w: Int32Array, territory: number): number {
  return Math.max(w[H_FIRST], territory << w[H_TERRITORY]);
}

/** The lane has so many pages more, or fewer. */
export function have(w: Int32Array, lane: number, pages: number): void {
  const now = w[lane + H_PAGES] + pages;
  w[lane + H_PAGES] = now;
  w[lane + H_CHECK] = now ^ w[lane + H_PEAK] ^ MAGIC;
}

/** Gives territories without a block back to the pool, until the lane has no more than `keep` free pages, or no such. O(runs). */
export function giveBack(w: Int32Array, lane: number, keep: number): void {
  for (;;) {
    const surplus = w[lane + H_PAGES] - w[lane + H_USED] - keep;
    const run = surplus < shortest(w) ? 0 : wholeRun(w, lane);
    if (run === 0 || !giveFrom(w, lane, run, surplus)) return;
  }
}

/** Pages of the shortest territory: the one that begins with the control block's last pages. */
function shortest(w: Int32Array): number {
  return firstOf(w, (w[H_FIRST] >>> w[H_TERRITORY]) + 1) - w[H_FIRST];
}

/** The last page of a run with a whole territory in it, of the longest bin that has one; or 0. */
function wholeRun(w: Int32Array, lane: number): number {
  const info = w[H_INFO];
  const least = binOf(shortest(w));
  const bins = w[lane + H_BINS] + 1;
  for (let bin = binOf(w[lane + H_PAGES]); bin >= least; bin--) {
    // None in the rest of the word?
    if (w[bins + (bin >>> 5)] << (31 - (bin & 31)) === 0) bin &= -32;
    for (let first = w[w[lane + H_HEADS] + bin]; first !== 0; ) {
      const at = info + (first << INFO_SHIFT);
      const pages = w[at];
      for (let last = first; last !== 0; last = w[info + (last << INFO_SHIFT) + P_NEXT]) {
        if (lowest(w, last - pages + 1) < (last + 1) >>> w[H_TERRITORY]) return last;
      }
      first = pages < EXACT_BINS ? 0 : w[at + P_LONGER];
    }
  }
  return 0;
}

/** The first territory that has no page before `page` but the control block's. */
function lowest(w: Int32Array, page: number): number {
  return page <= w[H_FIRST] ? page >>> w[H_TERRITORY] : ((page - 1) >>> w[H_TERRITORY]) + 1;
}

/** Gives the whole territories of a run, its last ones, as far as they have no more than `most` pages. Were there some? */
function giveFrom(w: Int32Array, lane: number, last: number, most: number): boolean {
  const length = w[w[H_INFO] + (last << INFO_SHIFT)];
  const first = last - length + 1;
  const end = (last + 1) >>> w[H_TERRITORY];
  const least = lowest(w, first);
  let start = end;
  while (start > least && firstOf(w, end) - firstOf(w, start - 1) <= most) start--;
  if (start === end) return false;
  unlinkRun(w, lane, last, length);
  const from = firstOf(w, start);
  const to = firstOf(w, end);
  if (first < from) linkFree(w, lane, first, from - first);
  if (to <= last) linkFree(w, lane, to, last + 1 - to);
  have(w, lane, from - to);
  for (let t = start; t < end; t++) {
    setFree(w, firstOf(w, t));
    setFree(w, firstOf(w, t + 1) - 1);
    Atomics.store(w, w[H_OWN] + t, 0);
  }
  if (start < w[H_HINT]) w[H_HINT] = start;
  return true;
}

/** Pages that are in no use become a run of the lane's. */
export function linkFree(w: Int32Array, lane: number, first: number, pages: number): void {
  setFree(w, first);
  setFree(w, first + pages - 1);
  linkRun(w, lane, first + pages - 1, pages);
}

/** A page that begins or ends a run says that it is free. */
export function setFree(w: Int32Array, page: number): void {
  if (!isFree(w[TABLE + page])) w[TABLE + page] = E_FREE;
}
