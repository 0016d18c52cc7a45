/**
 * Repairing a lane whose thread was killed, anywhere in a call, while the others go on. Only what is true is believed:
 *
 *     own words     which territories are the lane's         each is changed by one store, whose moment decides: it was there, or not
 *     page entries  slabs and large blocks in them
 *     bitmaps       which blocks are free, by the owner or by others
 *
 * Lists, bins, summaries, cursors, stacks and counters follow from these, and are made anew. What a slab's pages say that was being made,
 * or given back, is no slab: not all of them say the same. All of it can be done again: one that is killed in a repair leaves one to do.
 */
import { NULL, type Offset } from "@ariax/allocator";
import * as H from "../layout.ts";
import { bitOf, largeAt } from "../lookup.ts";
import { linkPage } from "../page-list.ts";
import { CLASSES, PAGE_SIZE } from "../size-class.ts";
import { takeRemote } from "./collect.ts";
import { laneBlocks } from "./inspect.ts";
import * as L from "./layout.ts";
import { announceLast } from "./remote.ts";
import { firstOf, giveBack, linkFree, setFree } from "./territory.ts";
import { pagesAt } from "./truth.ts";

/** What a thread that was killed leaves behind. */
export interface Lost {
  /** Lanes that it held. */
  readonly lanes: number;
  /** Pages of blocks that are live there: a later holder of the lane goes on with the rest of them. */
  readonly pages: number;
  /** Blocks that are live there, whoever knows of them: they can be freed by any thread. One may be of a call that was not done. */
  readonly blocks: number;
  /** The block of another lane that it freed last, or was freeing: that one may be free or not. `NULL` = none. */
  readonly inFlight: Offset;
}

/** Makes a lane anew from what is true; gives what is free back to the pool. O(pages of the lane). */
export function repair(w: Int32Array, lane: number): Lost {
  const code = w[lane + L.H_CODE];
  for (let t = 0; t < w[H.H_PAGES] >>> w[L.H_TERRITORY]; t++) unmark(w, w[L.H_OWN] + t, code);
  forgetAll(w, lane);
  let free = 0;
  let blocks = 0;
  let end = 0;
  const endRun = () => {
    if (free > 0) linkFree(w, lane, end - free, free);
    free = 0;
  };
  for (let t = 0; t < w[H.H_PAGES] >>> w[L.H_TERRITORY]; t++) {
    if ((w[w[L.H_OWN] + t] & L.OWNER) !== code) continue;
    const first = firstOf(w, t);
    w[lane + H.H_PAGES] += firstOf(w, t + 1) - first;
    // Not where the last one ended? Or does a slab, or a large block, reach into it?
    if (end < first) {
      endRun();
      end = first;
    }
    while (end < firstOf(w, t + 1)) {
      const pages = pagesAt(w, lane, end);
      const live = pages === 0 ? 0 : takeOver(w, lane, end, pages);
      if (live === 0) {
        if (pages === 0) makeFree(w, end);
        free += Math.max(1, pages);
      } else {
        endRun();
        w[lane + H.H_USED] += pages;
        blocks += live;
      }
      end += Math.max(1, pages);
    }
  }
  endRun();
  const used = w[lane + H.H_USED];
  const peak = Math.max(used, w[lane + H.H_PEAK]);
  w[lane + H.H_PEAK] = peak;
  w[lane + H.H_CHECK] = w[lane + H.H_PAGES] ^ peak ^ H.MAGIC;
  announceLast(w, lane);
  const inFlight = w[lane + L.H_OP] >>> 0 || NULL;
  giveBack(w, lane, 0);
  return { lanes: 1, pages: used, blocks, inFlight };
}

/** A territory of the lane is so without another's mark: what was looked at before is of no use to that. */
function unmark(w: Int32Array, at: number, code: number): void {
  for (let owner = Atomics.load(w, at); owner !== code && (owner & L.OWNER) === code; ) {
    const now = Atomics.compareExchange(w, at, owner, code);
    if (now === owner) return;
    owner = now;
  }
}

/** A page of no block. What others seem to have freed there is of none either: it is of a reset that was not done, or it was freed twice. */
function makeFree(w: Int32Array, page: number): void {
  setFree(w, page);
  const remote = w[H.H_REMOTE] + (page << H.BITS_SHIFT);
  for (let at = remote; at < remote + (1 << H.BITS_SHIFT); at++) if (w[at] !== 0) Atomics.store(w, at, 0);
}

/** What follows from the truth, as if there were none; what was announced, as all is looked at. */
export function forgetAll(w: Int32Array, lane: number): void {
  const mail = w[lane + L.H_MAIL];
  const inbox = ((w[H.H_LIMIT] >>> w[L.H_TERRITORY]) + 31) >>> 5;
  Atomics.store(w, mail + L.M_ROOT, 0);
  for (let i = 0; i < inbox; i++) Atomics.store(w, mail + L.M_INBOX + i, 0);
  for (let c = 0; c < CLASSES; c++) {
    const line = lane + H.LINES + (c << H.LINE_SHIFT);
    w[line + H.C_TOP] = w[line + H.C_BOTTOM];
    w[line + H.C_WORD] = H.H_ZERO;
    w[line + H.C_BASE] = w[line + H.C_LIST] = w[line + H.C_PAGES] = 0;
  }
  w.fill(0, w[lane + H.H_BINS], w[lane + H.H_STACKS]);
  w[lane + H.H_PAGES] = w[lane + H.H_USED] = 0;
  w[lane + H.H_TRIM] = H.TRIM_LEAST;
}

/** The live blocks of a slab, which is listed, or of a large block; where there are none, its pages are free. */
function takeOver(w: Int32Array, lane: number, page: number, pages: number): number {
  const at = H.TABLE + page;
  if (w[at] > 0) {
    const live = takeOverSlab(w, lane, page + pages - 1);
    const was = H.E_WAS_SLAB | (w[at] - w[lane + H.H_NAME]);
    for (let i = 0; live === 0 && i < pages; i++) w[at + i] = was;
    return live;
  }
  const entry = Atomics.load(w, at);
  if (entry < H.E_BODY) return 1;
  Atomics.store(w, at, H.E_WAS_LARGE | pages);
  if (pages > 1) w[at + pages - 1] = H.E_FREE;
  return 0;
}

function takeOverSlab(w: Int32Array, lane: number, slab: number): number {
  const line = lane + (((w[H.TABLE + slab] - w[lane + H.H_NAME]) & H.ENTRY_LINE) << H.LINE_SHIFT);
  const info = w[H.H_INFO] + (slab << H.INFO_SHIFT);
  const blocks = w[info + H.P_SHAPE] >>> H.SHAPE_BLOCKS;
  const last = w[H.H_BITS] + (slab << H.BITS_SHIFT) + 7;
  const remote = w[H.H_REMOTE] - w[H.H_BITS];
  let live = blocks;
  let summary = 0;
  for (let i = 0; i << 5 < blocks; i++) {
    // By Atomics: nothing has been exchanged for 0 that would order what others have set.
    if (Atomics.load(w, last - i + remote) !== 0) takeRemote(w, last - i, last - i + remote, true);
    if (w[last - i] !== 0) summary |= 1 << i;
    for (let bits = w[last - i]; bits !== 0; bits &= bits - 1) live--;
  }
  if (live === 0) return 0;
  w[info + H.P_SUMMARY] = summary;
  if (summary !== 0) linkPage(w, line + H.C_LIST, slab);
  w[line + H.C_PAGES] += w[info + H.P_SHAPE] & H.SHAPE_PAGES;
  return live;
}

/** Does somebody still know a block? */
export type Keep = (offset: Offset, size: number) => boolean;

/** Ends the blocks of a lane that nobody knows; what follows from that is yet to be made, by `repair`. Were there some? */
export function endBlocks(w: Int32Array, lane: number, keep: Keep): boolean {
  // All are asked before one is ended: where that throws, none is.
  const gone = [...laneBlocks(w, lane)].filter(({ offset, size }) => !keep(offset, size));
  for (const { offset, size } of gone) {
    const bit = bitOf(w, lane, offset);
    const page = largeAt(w, offset);
    if (bit >= 0) w[bit >>> 5] |= 1 << bit;
    else Atomics.store(w, H.TABLE + page, H.E_WAS_LARGE | (size / PAGE_SIZE));
  }
  return gone.length > 0;
}
