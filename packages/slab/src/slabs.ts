/**
 * Slabs, and the two places that a class allocates from: the cursor, which is one bitmap word of one slab, and the stack of
 * the blocks that were freed last. A set bit is a free block, on the stack or not.
 *
 *     class line    word ─▶ ┌ bitmap of the cursor's slab ┐       list ──▶ slab ◀──▶ slab ◀──▶ …
 *                           │ …111 …111 …111  0110…  0  0 │                with blocks to offer, in no order
 *                           └──────────────────▲──────────┘
 *                   top ──▶ ┌ offset, bit │ offset, bit │ … ┐     a 0 below the lowest
 *
 * Bitmaps are good where free blocks lie side by side, as after a burst; a stack where they are scattered over slabs that are
 * full, as in a program that replaces its blocks one by one. So `allocate` takes from the cursor's word; where that is dry,
 * from the stack; and only where both are, the cursor moves. `free` puts a block on the stack, unless it is in the cursor's
 * word, or the stack is full: then it is *offered*, its word gets its summary bit, and its slab is listed.
 *
 *     summary bit i = 1  ⇔  bitmap word i has a free block that is not on the stack, or the cursor is on it
 *     slab on its class's list  ⇔  summary ≠ 0, and the cursor is not in it
 *     no block of the cursor's word is on the stack: it was empty when the cursor came, and these are not put on it
 *
 * So no bit has to say which blocks are on the stack, and the steps that touch summaries and lists are taken once a word.
 *
 * A bitmap ends where its slab ends: the last block is the last bit of the last page's words, the one before the bit before
 * that. Words count from the last one back.
 */
import { linkPage, unlinkPage } from "./page-list.ts";
import { giveRun, takeRun } from "./page-pool.ts";
import { slabPages } from "./size-class.ts";

// layout.ts's: see page-pool.ts.
const H_BASE = 2;
const H_INFO = 7;
const H_BITS = 8;
const H_REMOTE = 9;
const H_PAGES = 16;
const H_USED = 17;
const H_TRIM = 20;
const H_NAME = 21;
const H_LATE = 25;
const TRIM_LEAST = 32;
const H_ZERO = 31;
const LINES = 32;
const LINE_SHIFT = 3;
const LINE_WORDS = 8;
const C_TOP = 4;
const C_WORD = 0;
const C_BASE = 1;
const C_SIZE = 2;
const C_BOTTOM = 5;
const C_LIST = 6;
const C_PAGES = 7;
const TABLE = 600;
const ENTRY_SHIFT = 7;
const ENTRY_LINE = 127;
const E_WAS_SLAB = 0xc0000000 | 0;
const INFO_SHIFT = 2;
const P_SUMMARY = 0;
const P_SHAPE = 3;
const SHAPE_BLOCKS = 8;
const SHAPE_PAGES = 255;
const BITS_SHIFT = 3;
const PAGE_SHIFT = 12;
const PAGE_SIZE = 4096;

/** A free block of a class, be it that its cursor moves, or that it gets a new slab: its offset, as a signed number; 0 = none. */
export function takeBlock(w: Int32Array, lane: number, line: number): number {
  if (w[w[line + C_WORD]] === 0 && w[w[line + C_TOP]] === 0 && !refill(w, lane, line)) return 0;
  const word = w[line + C_WORD];
  const bits = w[word];
  if (bits !== 0) {
    w[word] = bits & (bits - 1);
    return (w[line + C_BASE] + Math.imul(31 - Math.clz32(bits & -bits), w[line + C_SIZE])) | 0;
  }
  const top = w[line + C_TOP];
  const bit = w[top + 1];
  w[line + C_TOP] = top - 2;
  w[bit >>> 5] ^= 1 << bit;
  return w[top];
}

/** Moves a class's cursor off its dry word, the stack being empty; false where there is no page for a new slab. */
function refill(w: Int32Array, lane: number, line: number): boolean {
  let slab = cursorSlab(w, lane, line);
  let summary = 0;
  if (slab !== 0) {
    const info = w[H_INFO] + (slab << INFO_SHIFT) + P_SUMMARY;
    summary = w[info] & ~(1 << (lastWord(w, slab) - w[line + C_WORD]));
    w[info] = summary;
  }
  if (summary === 0) {
    leaveSlab(w, line);
    // Nothing listed, so pages are needed: are blocks free, or pages, that nobody offered?
    if (w[line + C_LIST] === 0) trimFor(w, lane, slabPages(w[line + C_SIZE], w[line + C_PAGES]));
    slab = w[line + C_LIST];
    if (slab !== 0) {
      unlink(w, line, slab);
    } else {
      slab = makeSlab(w, lane, line);
      if (slab === 0) return false;
    }
    summary = w[w[H_INFO] + (slab << INFO_SHIFT) + P_SUMMARY];
  }
  // The lowest offsets first, so the word furthest from the last.
  const i = 31 - Math.clz32(summary);
  w[line + C_WORD] = lastWord(w, slab) - i;
  w[line + C_BASE] = w[H_BASE] + ((slab + 1) << PAGE_SHIFT) - Math.imul((i + 1) << 5, w[line + C_SIZE]);
  return true;
}

/** The last bitmap word of a slab; word i of it lies i before. */
function lastWord(w: Int32Array, slab: number): number {
  return w[H_BITS] + (slab << BITS_SHIFT) + 7;
}

/** The last page of the slab that a class's cursor is in, or 0. */
function cursorSlab(w: Int32Array, lane: number, line: number): number {
  const word = w[line + C_WORD];
  return word === H_ZERO ? 0 : slabOf(w, lane, w[TABLE + ((word - w[H_BITS]) >>> BITS_SHIFT)]);
}

/** The last page of the slab with an entry, which is the lane's. */
function slabOf(w: Int32Array, lane: number, entry: number): number {
  return ((entry - w[lane + H_NAME]) >>> ENTRY_SHIFT) - 1;
}

/** Leaves a class without a slab to allocate from. */
function leaveSlab(w: Int32Array, line: number): void {
  w[line + C_WORD] = H_ZERO;
  w[line + C_BASE] = 0;
}

/**
 * Offers the free blocks of bitmap word `at` that are on no stack, and gives their slab back if it has no live block. Was it?
 * O(words of the slab).
 */
export function offer(w: Int32Array, lane: number, entry: number, at: number): boolean {
  const line = lane + ((entry & ENTRY_LINE) << LINE_SHIFT);
  const slab = slabOf(w, lane, entry);
  const info = w[H_INFO] + (slab << INFO_SHIFT) + P_SUMMARY;
  const i = lastWord(w, slab) - at;
  const summary = w[info];
  w[info] = summary | (1 << i);
  // The cursor's slab is on no list, and is kept, so that a class does not give up and take the same pages in turns.
  if (slab === cursorSlab(w, lane, line)) return false;
  if (summary === 0) linkPage(w, line + C_LIST, slab);
  if (w[at] !== fullWord(w, slab, i) || !isWhole(w, slab)) return false;
  retire(w, lane, line, slab);
  return true;
}

/** What word i of a slab's bitmap holds when all its blocks are free. */
function fullWord(w: Int32Array, slab: number, i: number): number {
  const blocks = (w[w[H_INFO] + (slab << INFO_SHIFT) + P_SHAPE] >>> SHAPE_BLOCKS) - (i << 5);
  return blocks >= 32 ? -1 : -1 << (32 - blocks);
}

/** Are all the blocks of a slab free? */
function isWhole(w: Int32Array, slab: number): boolean {
  const blocks = w[w[H_INFO] + (slab << INFO_SHIFT) + P_SHAPE] >>> SHAPE_BLOCKS;
  const last = lastWord(w, slab);
  for (let i = (blocks - 1) >>> 5; i >= 0; i--) if (w[last - i] !== fullWord(w, slab, i)) return false;
  return true;
}

/** Gives the pages of a listed slab back. Its bitmap is left as it is: a new slab writes its own. */
function retire(w: Int32Array, lane: number, line: number, slab: number): void {
  unlink(w, line, slab);
  const pages = w[w[H_INFO] + (slab << INFO_SHIFT) + P_SHAPE] & SHAPE_PAGES;
  const first = slab - pages + 1;
  forget(w, line, first, pages);
  w[line + C_PAGES] -= pages;
  const was = E_WAS_SLAB | (w[TABLE + slab] - w[lane + H_NAME]);
  for (let page = first; page <= slab; page++) w[TABLE + page] = was;
  giveRun(w, lane, first, pages);
}

/** Takes the blocks of so many pages off a class's stack. O(its entries). */
function forget(w: Int32Array, line: number, first: number, pages: number): void {
  const top = w[line + C_TOP];
  let to = w[line + C_BOTTOM];
  for (let from = to + 2; from <= top; from += 2) {
    if ((((w[from] - w[H_BASE]) >>> PAGE_SHIFT) - first) >>> 0 < pages) continue;
    to += 2;
    w[to] = w[from];
    w[to + 1] = w[from + 1];
  }
  w[line + C_TOP] = to;
}

/**
 * Empties the stacks, and retires every slab that has no live block, the cursors' too: for when pages are short. Did that
 * give any back? O(classes · entries).
 */
export function trim(w: Int32Array, lane: number): boolean {
  const used = w[lane + H_USED];
  for (let line = lane + LINES; line < lane + TABLE; line += LINE_WORDS) {
    if (w[line + C_PAGES] === 0) continue;
    for (let top = w[line + C_TOP]; w[top] !== 0; top = w[line + C_TOP]) {
      w[line + C_TOP] = top - 2;
      const word = w[top + 1] >>> 5;
      offer(w, lane, w[TABLE + ((word - w[H_BITS]) >>> BITS_SHIFT)], word);
    }
    const slab = cursorSlab(w, lane, line);
    if (slab !== 0 && isWhole(w, slab)) {
      leaveSlab(w, line);
      linkPage(w, line + C_LIST, slab);
      retire(w, lane, line, slab);
    }
  }
  return w[lane + H_USED] < used;
}

/** Trims before the heap takes so many pages, if it has grown by a thirty-second since it did last. */
export function trimFor(w: Int32Array, lane: number, pages: number): void {
  if (w[lane + H_USED] + pages <= w[lane + H_TRIM]) return;
  trim(w, lane);
  // What there is no room for says nothing of what is needed.
  const want = Math.min(w[lane + H_USED] + pages, w[lane + H_PAGES]);
  w[lane + H_TRIM] = Math.max(w[lane + H_TRIM], want + (want >>> 5) + TRIM_LEAST);
}

/** A new slab, every block free: a few words filled, whatever the number of blocks. On no list. */
function makeSlab(w: Int32Array, lane: number, line: number): number {
  const size = w[line + C_SIZE];
  let pages = slabPages(size, w[line + C_PAGES]);
  let first = takeRun(w, lane, pages, 1, 0);
  if (first === 0) {
    pages = slabPages(size, 0);
    first = takeRun(w, lane, pages, 1, 0);
    if (first === 0) return 0;
  }
  const slab = first + pages - 1;
  w[line + C_PAGES] += pages;
  const blocks = Math.floor((pages * PAGE_SIZE) / size);
  const words = (blocks + 31) >>> 5;
  const info = w[H_INFO] + (slab << INFO_SHIFT);
  w[info + P_SHAPE] = (blocks << SHAPE_BLOCKS) | pages;
  w[info + P_SUMMARY] = -1 >>> (32 - words);
  const last = lastWord(w, slab);
  for (let i = 0; i < words; i++) w[last - i] = fullWord(w, slab, i);
  if (w[H_REMOTE] !== 0) clearRemote(w, lane, last - words + 1, words);
  // The last of these makes it a slab, whoever asks: repair.ts.
  const entry = w[lane + H_NAME] | ((slab + 1) << ENTRY_SHIFT) | ((line - lane) >>> LINE_SHIFT);
  for (let page = first; page <= slab; page++) w[TABLE + page] = entry;
  return slab;
}

/** The remote words of a new slab. A bit there is of a block that was freed twice, before: it must not free one of this slab. */
function clearRemote(w: Int32Array, lane: number, first: number, words: number): void {
  const remote = w[H_REMOTE] - w[H_BITS];
  for (let at = first + remote; at < first + remote + words; at++) {
    if (w[at] !== 0 && Atomics.exchange(w, at, 0) !== 0) w[lane + H_LATE]++;
  }
}

function unlink(w: Int32Array, line: number, slab: number): void {
  const next = unlinkPage(w, slab);
  if (next >= 0) w[line + C_LIST] = next;
}
