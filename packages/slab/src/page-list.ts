/**
 * Lists of pages, doubly linked through the page infos: of a class's slabs with free blocks.
 *
 *     head ──▶ page ◀──▶ page ◀──▶ page ──▶ 0        the newest first; its prev is 0, as page 0 is never on a list
 */

// layout.ts's: see page-pool.ts.
const H_INFO = 7;
const INFO_SHIFT = 2;
const P_NEXT = 1;
const P_PREV = 2;

/** Puts a page first; `head` is the word that says which is. The one that was, or 0. */
export function linkPage(w: Int32Array, head: number, page: number): number {
  const info = w[H_INFO];
  const at = info + (page << INFO_SHIFT);
  const next = w[head];
  w[at + P_NEXT] = next;
  w[at + P_PREV] = 0;
  if (next !== 0) w[info + (next << INFO_SHIFT) + P_PREV] = page;
  w[head] = page;
  return next;
}

/** Takes a page out. Was it the first? Then the head is still to be set, to the page this returns, or 0; else −1. */
export function unlinkPage(w: Int32Array, page: number): number {
  const info = w[H_INFO];
  const at = info + (page << INFO_SHIFT);
  const next = w[at + P_NEXT];
  const prev = w[at + P_PREV];
  if (next !== 0) w[info + (next << INFO_SHIFT) + P_PREV] = prev;
  if (prev === 0) return next;
  w[info + (prev << INFO_SHIFT) + P_NEXT] = next;
  return -1;
}
