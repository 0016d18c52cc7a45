/** Large blocks: runs of pages of their own, one page table entry a page. */
import { giveRun, takeRun, takeRunAt } from "./page-pool.ts";

// layout.ts's: see page-pool.ts.
const TABLE = 344;
const E_FREE = 0;
const E_LARGE = 0x80000000 | 0;
const E_BODY = 0x90000000 | 0;
const E_WAS_LARGE = 0xe0000000 | 0;

/** The first page of a new large block, or 0. `align` in pages; for `bias` see takeRun. */
export function makeLarge(w: Int32Array, pages: number, align: number, bias: number): number {
  const page = takeRun(w, pages, align, bias);
  if (page === 0) return 0;
  w[TABLE + page] = E_LARGE | pages;
  fillBody(w, TABLE + page + 1, TABLE + page + pages);
  return page;
}

/** Gives a large block's pages back; its first entry remembers that it was one, for a double free to be told. */
export function freeLarge(w: Int32Array, page: number, pages: number): void {
  w[TABLE + page] = E_WAS_LARGE | pages;
  giveRun(w, page, pages);
}

/** Makes a large block longer or shorter in place. */
export function resizeLarge(w: Int32Array, page: number, pages: number, want: number): boolean {
  const at = TABLE + page;
  if (want > pages) {
    if (!takeRunAt(w, page + pages, want - pages)) return false;
    fillBody(w, at + pages, at + want);
  } else if (want < pages) {
    w[at + want] = E_FREE;
    giveRun(w, page + want, pages - want);
  }
  w[at] = E_LARGE | want;
  return true;
}

function fillBody(w: Int32Array, from: number, to: number): void {
  // The call costs more than a short loop.
  if (to - from > 64) w.fill(E_BODY, from, to);
  else for (let i = from; i < to; i++) w[i] = E_BODY;
}
