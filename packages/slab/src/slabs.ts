/**
 * Slabs, and the cursor each class allocates at: one bitmap word of one slab, drained from its lowest bit up. A set bit is
 * a free block.
 *
 *     class line    word ──▶ ┌ bitmap of the cursor's slab ┐       list ──▶ slab ◀──▶ slab ◀──▶ …
 *                            │ 0 0 0 0110…  111… 111… 111… │                with free blocks, in no order
 *                            └──────▲──────────────────────┘
 *
 * A slab's summary word has a bit for each bitmap word that has a free block. `free` sets it when a word gets its first
 * one; it is cleared only when the cursor moves on from a word that has run dry. So
 *
 *     summary bit i = 1  ⇔  bitmap word i ≠ 0, or the cursor is on it
 *     slab on its class's list  ⇔  summary ≠ 0, and the cursor is not in it
 */
import { linkPage, unlinkPage } from "./page-list.ts";
import { giveRun, takeRun } from "./page-pool.ts";

// layout.ts's: see page-pool.ts.
const H_BASE = 2;
const H_INFO = 7;
const H_BITS = 8;
const H_USED = 17;
const H_ZERO = 31;
const LINES = 32;
const LINE_WORDS = 8;
const C_WORD = 0;
const C_BASE = 1;
const C_SIZE = 2;
const C_FULL = 4;
const C_SLAB = 5;
const C_LIST = 6;
const C_SHAPE = 7;
const TABLE = 344;
const ENTRY_SHIFT = 9;
const ENTRY_LINE = 511;
const E_WAS_SLAB = 0xc0000000 | 0;
const INFO_SHIFT = 2;
const P_SUMMARY = 0;
const P_OWNER = 3;
const BITS_SHIFT = 3;
const PAGE_SHIFT = 12;

/** Moves a class's cursor off its dry word, to one with a free block; false where there is no page for a new slab. */
export function refill(w: Int32Array, line: number): boolean {
  let slab = w[line + C_SLAB];
  let summary = slab === 0 ? 0 : leaveWord(w, line, slab);
  if (summary === 0) {
    slab = w[line + C_LIST];
    if (slab === 0) {
      slab = makeSlab(w, line);
      if (slab === 0) {
        leaveSlab(w, line);
        return false;
      }
    } else {
      unlink(w, line, slab);
    }
    summary = w[w[H_INFO] + (slab << INFO_SHIFT) + P_SUMMARY];
  }
  enterWord(w, line, slab, 31 - Math.clz32(summary & -summary));
  return true;
}

/** Clears the summary bit of the cursor's dry word; the summary that is left. */
function leaveWord(w: Int32Array, line: number, slab: number): number {
  const at = w[H_INFO] + (slab << INFO_SHIFT) + P_SUMMARY;
  const summary = w[at] & ~(1 << (w[line + C_WORD] - w[H_BITS] - (slab << BITS_SHIFT)));
  w[at] = summary;
  return summary;
}

/** Leaves a class without a slab to allocate from. */
function leaveSlab(w: Int32Array, line: number): void {
  w[line + C_SLAB] = 0;
  w[line + C_WORD] = H_ZERO;
  w[line + C_BASE] = 0;
}

/** Puts the cursor on a word of a slab that is on no list. */
function enterWord(w: Int32Array, line: number, slab: number, word: number): void {
  w[line + C_SLAB] = slab;
  w[line + C_WORD] = w[H_BITS] + (slab << BITS_SHIFT) + word;
  w[line + C_BASE] = w[H_BASE] + (slab << PAGE_SHIFT) + Math.imul(word << 5, w[line + C_SIZE]);
}

/** What `free` leaves to do when a bitmap word got its first free block, or its last. Were pages given back? */
export function afterFree(w: Int32Array, entry: number, at: number, old: number): boolean {
  const line = entry & ENTRY_LINE;
  const slab = entry >>> ENTRY_SHIFT;
  if (old === 0) {
    const info = w[H_INFO] + (slab << INFO_SHIFT) + P_SUMMARY;
    const summary = w[info];
    const word = at - w[H_BITS] - (slab << BITS_SHIFT);
    w[info] = summary | (1 << word);
    // Was the slab full, and so on no list, nor the cursor's?
    if (summary === 0) linkPage(w, line + C_LIST, slab);
  }
  // Wholly free? The cursor's slab is kept, so that a class does not give up and take the same pages in turns.
  if (slab !== w[line + C_SLAB] && w[at] === w[line + C_FULL] && isWhole(w, line, slab)) {
    retire(w, line, slab);
    return true;
  }
  return false;
}

/** Are all the blocks of a slab free? */
function isWhole(w: Int32Array, line: number, slab: number): boolean {
  const bits = w[H_BITS] + (slab << BITS_SHIFT);
  const full = w[line + C_FULL];
  for (let i = (w[line + C_SHAPE] >>> 16) - 1; i >= 0; i--) if (w[bits + i] !== full) return false;
  return true;
}

/** Gives the pages of a listed slab back. Its bitmap is left as it is: a new slab writes its own. */
function retire(w: Int32Array, line: number, slab: number): void {
  unlink(w, line, slab);
  const pages = w[line + C_SHAPE] & 0xffff;
  for (let i = 0; i < pages; i++) w[TABLE + slab + i] |= E_WAS_SLAB;
  giveRun(w, slab, pages);
}

/** Retires every wholly free slab, the cursors' too: for when pages are short. Did that give any back? O(classes). */
export function trim(w: Int32Array): boolean {
  const used = w[H_USED];
  for (let line = LINES; line < TABLE; line += LINE_WORDS) {
    const slab = w[line + C_SLAB];
    if (slab !== 0 && isWhole(w, line, slab)) {
      leaveSlab(w, line);
      linkPage(w, line + C_LIST, slab);
      retire(w, line, slab);
    }
  }
  return w[H_USED] < used;
}

/** A new slab, every block free: a few words filled, whatever the number of blocks. On no list. */
function makeSlab(w: Int32Array, line: number): number {
  const shape = w[line + C_SHAPE];
  const pages = shape & 0xffff;
  const slab = takeRun(w, pages, 1, 0);
  if (slab === 0) return 0;
  const entry = (slab << ENTRY_SHIFT) | line;
  for (let i = 0; i < pages; i++) w[TABLE + slab + i] = entry;
  const bits = w[H_BITS] + (slab << BITS_SHIFT);
  const words = shape >>> 16;
  const full = w[line + C_FULL];
  for (let i = 0; i < words; i++) w[bits + i] = full;
  const info = w[H_INFO] + (slab << INFO_SHIFT);
  w[info + P_SUMMARY] = -1 >>> (32 - words);
  w[info + P_OWNER] = 0;
  return slab;
}

function unlink(w: Int32Array, line: number, slab: number): void {
  const next = unlinkPage(w, slab);
  if (next >= 0) w[line + C_LIST] = next;
}
