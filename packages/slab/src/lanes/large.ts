/**
 * A lane's own large blocks. Their first entry is changed by compare-exchange alone, as other lanes free them so: of two that free one
 * block, or of one that frees and one that resizes it, one finds that it came late.
 */
import { cutRun, freeAt, giveRun } from "../page-pool.ts";

// layout.ts's: see page-pool.ts.
const TABLE = 600;
const E_FREE = 0;
const E_LARGE = 0x80000000 | 0;
const E_BODY = 0x90000000 | 0;
const E_WAS_LARGE = 0xe0000000 | 0;

/** Gives a block's pages back; false, and nothing changed, where another lane has freed it. */
export function freeOwn(w: Int32Array, lane: number, page: number, pages: number): boolean {
  if (!change(w, page, E_LARGE | pages, E_WAS_LARGE | pages)) return false;
  if (pages > 1) w[TABLE + page + pages - 1] = E_FREE;
  giveRun(w, lane, page, pages);
  return true;
}

/** Makes a block longer or shorter in place; false, and nothing changed, where too few pages behind it are free, or another lane has freed it. */
export function resizeOwn(w: Int32Array, lane: number, page: number, pages: number, want: number): boolean {
  const end = page + pages;
  const more = want - pages;
  if (more > 0) {
    const free = freeAt(w, lane, end);
    if (free < more) return false;
    cutRun(w, lane, end + free - 1, more, 1, 0);
  }
  // Before the block has its new length: a last page that says that it is free would be merged with the pages behind it.
  if (want > 1) w[TABLE + page + want - 1] = E_BODY;
  if (!change(w, page, E_LARGE | pages, E_LARGE | want)) {
    if (more > 0) giveBack(w, lane, end, more);
    return false;
  }
  if (more < 0) giveBack(w, lane, page + want, -more);
  return true;
}

function giveBack(w: Int32Array, lane: number, page: number, pages: number): void {
  w[TABLE + page + pages - 1] = E_FREE;
  w[TABLE + page] = E_FREE;
  giveRun(w, lane, page, pages);
}

function change(w: Int32Array, page: number, from: number, to: number): boolean {
  return Atomics.compareExchange(w, TABLE + page, from, to) === from;
}
