/**
 * What a lane's pages are by what is true alone: the words that say whose a territory is, the pages' entries, the bitmaps. Who asks may find the words in
 * the midst of a change: it gets an answer then that it must not act on, and no endless walk.
 */
import * as H from "../layout.ts";
import { CLASS_SIZES, PAGE_SIZE } from "../size-class.ts";
import * as L from "./layout.ts";

/** Pages of the slab, or of the large block, live or freed by others, that begins at a page, and lies in territories of the lane; 0: the page is free. */
export function pagesAt(w: Int32Array, lane: number, page: number): number {
  const pages = slabPagesAt(w, lane, page) || largePagesAt(w, page);
  const last = (page + pages - 1) >>> w[L.H_TERRITORY];
  // A part of what has no live block may be another lane's by now: strip.ts.
  for (let t = (page >>> w[L.H_TERRITORY]) + 1; t <= last; t++) {
    if ((w[w[L.H_OWN] + t] & L.OWNER) !== w[lane + L.H_CODE]) return 0;
  }
  return pages;
}

/** Pages of a slab; 0 where not all of its pages say so. */
function slabPagesAt(w: Int32Array, lane: number, page: number): number {
  const entry = w[H.TABLE + page];
  if (entry >>> w[L.H_CODE_SHIFT] !== w[lane + L.H_CODE]) return 0;
  const bare = entry - w[lane + H.H_NAME];
  const pages = (bare >>> H.ENTRY_SHIFT) - page;
  const size = CLASS_SIZES[(bare & H.ENTRY_LINE) - (H.LINES >>> H.LINE_SHIFT)];
  const shape = (Math.floor((pages * PAGE_SIZE) / size) << H.SHAPE_BLOCKS) | pages;
  if (pages <= 0 || w[w[H.H_INFO] + ((page + pages - 1) << H.INFO_SHIFT) + H.P_SHAPE] !== shape) return 0;
  for (let i = 1; i < pages; i++) if (w[H.TABLE + page + i] !== entry) return 0;
  return pages;
}

function largePagesAt(w: Int32Array, page: number): number {
  const entry = w[H.TABLE + page];
  const is = (entry >= H.E_LARGE && entry < H.E_BODY) || (entry >= H.E_GIVEN && entry < H.E_WAS_SLAB);
  return is ? entry & H.E_PAGES : 0;
}

/** Has the slab, or large block, of so many pages a live block? */
export function isLiveAt(w: Int32Array, page: number, pages: number): boolean {
  const entry = w[H.TABLE + page];
  if (entry <= 0) return entry < H.E_BODY;
  const slab = page + pages - 1;
  const last = w[H.H_BITS] + (slab << H.BITS_SHIFT) + 7;
  const remote = w[H.H_REMOTE] - w[H.H_BITS];
  let blocks = w[w[H.H_INFO] + (slab << H.INFO_SHIFT) + H.P_SHAPE] >>> H.SHAPE_BLOCKS;
  for (let word = last; blocks > 0; word--, blocks -= 32) {
    const full = blocks >= 32 ? -1 : -1 << (32 - blocks);
    if ((w[word] | w[word + remote]) !== full) return true;
  }
  return false;
}
