/** Slabs: what happens when a class's bitmap word runs dry, when a full word gets a block back, when a slab empties. */
import {
  BITS_SHIFT,
  BITS_WORDS,
  E_FREE_MIN,
  E_WAS_SLAB,
  H_BITS,
  H_INFO,
  H_LINES,
  H_TABLE,
  H_ZERO,
  INFO_SHIFT,
  L_BASE,
  L_COUNT,
  L_LAST,
  L_LIST,
  L_SIZE,
  L_SLAB,
  L_WORD,
  LINE_SHIFT,
  P_NEXT,
  P_OWNER,
  P_PREV,
  P_SUMMARY,
  PAGE_SHIFT,
  H_BASE,
} from "./layout.ts";
import { giveRun, takeRun } from "./page-pool.ts";
import { slabPages } from "./size-class.ts";

/** Points a class at its next word with a free block; false where memory has run out. */
export function refill(w: Int32Array, line: number): boolean {
  const info = w[H_INFO];
  let slab = w[line + L_SLAB];
  if (slab !== 0) {
    // The word has run dry: only now is its summary bit cleared.
    const at = info + (slab << INFO_SHIFT);
    const summary = w[at] & ~(1 << (w[line + L_WORD] - w[H_BITS] - (slab << BITS_SHIFT)));
    w[at] = summary;
    if (summary !== 0) {
      drain(w, line, slab, summary);
      return true;
    }
  }
  slab = w[line + L_LIST];
  if (slab !== 0) {
    const at = info + (slab << INFO_SHIFT);
    const next = w[at + P_NEXT];
    w[line + L_LIST] = next;
    if (next !== 0) w[info + (next << INFO_SHIFT) + P_PREV] = 0;
    drain(w, line, slab, w[at]);
    return true;
  }
  slab = makeSlab(w, line);
  if (slab === 0) {
    w[line + L_SLAB] = 0;
    w[line + L_WORD] = H_ZERO;
    return false;
  }
  drain(w, line, slab, w[info + (slab << INFO_SHIFT)]);
  return true;
}

/** Makes `slab` the one being drained, from the lowest word its summary tells. */
function drain(w: Int32Array, line: number, slab: number, summary: number): void {
  const word = 31 - Math.clz32(summary & -summary);
  w[line + L_SLAB] = slab;
  w[line + L_WORD] = w[H_BITS] + (slab << BITS_SHIFT) + word;
  w[line + L_BASE] = w[H_BASE] + (slab << PAGE_SHIFT) + Math.imul(word << 5, w[line + L_SIZE]);
}

/** A new slab, every block free: a few words filled, whatever the number of blocks. */
function makeSlab(w: Int32Array, line: number): number {
  const pages = slabPages((line - w[H_LINES]) >>> LINE_SHIFT);
  const slab = takeRun(w, pages, 1, 0);
  if (slab === 0) return 0;
  const table = w[H_TABLE] + slab;
  for (let i = 0; i < pages; i++) w[table + i] = (i << 16) | line;
  const bits = w[H_BITS] + (slab << BITS_SHIFT);
  const words = (w[line + L_COUNT] + 31) >>> 5;
  for (let i = 0; i < words - 1; i++) w[bits + i] = -1;
  w[bits + words - 1] = w[line + L_LAST];
  const at = w[H_INFO] + (slab << INFO_SHIFT);
  w[at + P_SUMMARY] = words === 32 ? -1 : (1 << words) - 1;
  w[at + P_OWNER] = 0;
  return slab;
}

/** A word without a free block got one back. */
export function refilled(w: Int32Array, line: number, slab: number, word: number): void {
  const at = w[H_INFO] + (slab << INFO_SHIFT);
  const summary = w[at];
  w[at] = summary | (1 << word);
  // Was the slab full, and so on no list?
  if (summary === 0) {
    const next = w[line + L_LIST];
    w[at + P_NEXT] = next;
    w[at + P_PREV] = 0;
    if (next !== 0) w[w[H_INFO] + (next << INFO_SHIFT) + P_PREV] = slab;
    w[line + L_LIST] = slab;
  }
}

/** A word became wholly free: gives the slab's pages back if all are, and it is not the one being drained. */
export function retireIfEmpty(w: Int32Array, line: number, slab: number): void {
  const bits = w[H_BITS] + (slab << BITS_SHIFT);
  const words = (w[line + L_COUNT] + 31) >>> 5;
  if (w[bits + words - 1] !== w[line + L_LAST]) return;
  for (let i = words - 2; i >= 0; i--) if (w[bits + i] !== -1) return;
  const info = w[H_INFO];
  const at = info + (slab << INFO_SHIFT);
  const next = w[at + P_NEXT];
  const prev = w[at + P_PREV];
  if (next !== 0) w[info + (next << INFO_SHIFT) + P_PREV] = prev;
  if (prev !== 0) w[info + (prev << INFO_SHIFT) + P_NEXT] = next;
  else w[line + L_LIST] = next;
  const pages = slabPages((line - w[H_LINES]) >>> LINE_SHIFT);
  const table = w[H_TABLE] + slab;
  for (let i = 0; i < pages; i++) w[table + i] |= E_WAS_SLAB;
  giveRun(w, slab, pages);
}

export { BITS_WORDS, E_FREE_MIN };
