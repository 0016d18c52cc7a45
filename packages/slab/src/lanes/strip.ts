/**
 * Taking territories without a live block from a lane that nobody holds, without holding it: whoever comes for that lane meanwhile gets it at once. So no
 * thread has a second lane for want of room, and as many threads as there are lanes always have one each.
 *
 *     state   parked, orphaned ──▶ stripped         from here on, who gets the lane makes all words marks of its own again, and repairs it
 *     own     X ──▶ A marks X                       of territories that seem to have no live block
 *     state   still stripped?                       so who comes from now on finds the marks, before it changes anything
 *     own     A marks X ──▶ A                       of those marked that have none; or X again
 *
 * Each arrow is one compare-exchange. The last one fails where the lane's new thread was there: what was looked at, by plain loads, is of no use
 * then. Nothing else of the lane is written; its lists lack what was taken, and so are not believed. A thread that is killed leaves marks, which count
 * as the owner's word, or pages of its own lane that hold nothing.
 */
import * as H from "../layout.ts";
import { addRun } from "../page-pool.ts";
import { isFree } from "../run-list.ts";
import { takeWord } from "./collect.ts";
import * as L from "./layout.ts";
import { makeStripped } from "./state.ts";
import { announceAgain, firstOf, have } from "./territory.ts";
import { isLiveAt, pagesAt } from "./truth.ts";

/** Of what has no live block: is there some? */
export const LOOK = 0;
/** It gets the lane's mark. */
const MARK = 1;
/** What has it becomes the lane's. */
export const TAKE = 2;

/** Takes all that has no live block of a lane that is stripped. */
export function takeFrom(w: Int32Array, lane: number, other: number): void {
  if (strip(w, lane, other, MARK) && makeStripped(w, other)) strip(w, lane, other, TAKE);
}

/** Does one of these with the territories of another lane that have no live block; was there one? O(pages of the other lane). */
export function strip(w: Int32Array, lane: number, other: number, act: number): boolean {
  const own = w[L.H_OWN];
  const code = w[other + L.H_CODE];
  const mark = code | (w[lane + L.H_CODE] << L.MARK_SHIFT);
  let some = false;
  // The page behind the last slab or block, and behind the last live one.
  let end = 0;
  let live = 0;
  for (let t = 0; t < w[H.H_PAGES] >>> w[L.H_TERRITORY]; t++) {
    const owner = w[own + t];
    if ((owner & L.OWNER) !== code) continue;
    const first = firstOf(w, t);
    for (end = Math.max(end, first); end < firstOf(w, t + 1); ) {
      const pages = pagesAt(w, other, end);
      if (pages > 0 && isLiveAt(w, end, pages)) live = end + pages;
      end += Math.max(1, pages);
    }
    if (act === TAKE && owner === mark) {
      const to = live > first ? code : w[lane + L.H_CODE];
      if (Atomics.compareExchange(w, own + t, mark, to) === mark && live <= first) {
        takeTerritory(w, lane, t, w[other + H.H_NAME]);
        some = true;
      }
    } else if (act !== TAKE && live <= first) {
      if (act === LOOK) return true;
      // Over another's mark: of two who want it the last one can have it.
      if (Atomics.compareExchange(w, own + t, owner, mark) === owner) some = true;
    }
  }
  return some;
}

/** A territory that was another lane's, of this name, and has no live block. */
function takeTerritory(w: Int32Array, lane: number, territory: number, name: number): void {
  const first = firstOf(w, territory);
  const end = firstOf(w, territory + 1);
  const remote = w[H.H_REMOTE] - w[H.H_BITS];
  for (let page = first; page < end; page++) {
    const entry = w[H.TABLE + page];
    for (let i = 0; i < 1 << H.BITS_SHIFT; i++) {
      const word = w[H.H_BITS] + (page << H.BITS_SHIFT) + i;
      if (w[word + remote] !== 0) takeWord(w, lane, word, word + remote, entry > 0);
    }
    if (entry > 0) w[H.TABLE + page] = H.E_WAS_SLAB | (entry - name);
    else if (entry >= H.E_GIVEN && entry < H.E_WAS_SLAB) w[H.TABLE + page] = H.E_WAS_LARGE | (entry & H.E_PAGES);
    else if (!isFree(entry)) w[H.TABLE + page] = H.E_FREE;
  }
  announceAgain(w, lane, territory);
  have(w, lane, end - first);
  addRun(w, lane, first, end - first);
}
