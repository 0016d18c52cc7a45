/** Reading a heap with lanes. Exact where nobody changes it meanwhile; a lane's own part to its thread always. */
import { type AllocatorStats, type ClassStats, CorruptionError } from "@ariax/allocator";
import { makeStats } from "@ariax/allocator/implement";
import type { Extent } from "../inspect.ts";
import * as H from "../layout.ts";
import { isFree } from "../run-list.ts";
import { CLASS_SIZES, CLASSES, PAGE_SIZE } from "../size-class.ts";
import { verifyPart } from "../verify.ts";
import * as L from "./layout.ts";
import { firstOf } from "./territory.ts";
import { pagesAt } from "./truth.ts";

/** What a lane has, in the order of its pages. */
function* laneExtents(w: Int32Array, lane: number): Generator<Extent> {
  const code = w[lane + L.H_CODE];
  const stripped = isStripped(w, lane);
  const territories = w[H.H_PAGES] >>> w[L.H_TERRITORY];
  for (let t = 0, page = 0; t < territories; t++) {
    if ((w[w[L.H_OWN] + t] & L.OWNER) !== code) continue;
    // What the one before ends with may reach into it.
    for (page = Math.max(page, firstOf(w, t)); page < firstOf(w, t + 1); ) {
      const extent = stripped && pagesAt(w, lane, page) === 0 ? freePage(page) : extentAt(w, lane, page);
      yield extent;
      page += Math.max(1, extent.pages);
    }
  }
}

/** The free runs of a stripped lane have no lengths that could be believed. */
function freePage(page: number): Extent {
  return { kind: "free", page, pages: 1, cls: -1 };
}

function isStripped(w: Int32Array, lane: number): boolean {
  return (w[w[lane + L.H_MAIL] + L.M_STATE] & L.STATE) === L.STRIPPED;
}

function extentAt(w: Int32Array, lane: number, page: number): Extent {
  const entry = w[H.TABLE + page];
  // Another lane's by now? Only where others change the heap meanwhile.
  if (entry > 0 && entry >>> w[L.H_CODE_SHIFT] !== w[lane + L.H_CODE]) return freePage(page);
  if (entry > 0) {
    const bare = entry - w[lane + H.H_NAME];
    const cls = (bare & H.ENTRY_LINE) - (H.LINES >>> H.LINE_SHIFT);
    return { kind: "slab", page, pages: (bare >>> H.ENTRY_SHIFT) - page, cls };
  }
  if (isFree(entry)) return { kind: "free", page, pages: w[w[H.H_INFO] + (page << H.INFO_SHIFT)], cls: -1 };
  return { kind: "large", page, pages: entry & H.E_PAGES, cls: -1 };
}

/** Every live block of a lane, and its usable bytes; what others freed, and it has not collected yet, is not live. */
export function* laneBlocks(
  w: Int32Array,
  lane: number,
): Generator<{ readonly offset: number; readonly size: number; readonly cls: number }> {
  const base = w[H.H_BASE] >>> 0;
  for (const extent of laneExtents(w, lane)) {
    const start = base + extent.page * PAGE_SIZE;
    if (extent.kind === "large" && w[H.TABLE + extent.page] < H.E_BODY) {
      yield { offset: start, size: extent.pages * PAGE_SIZE, cls: -1 };
    }
    if (extent.kind !== "slab") continue;
    const size = CLASS_SIZES[extent.cls];
    const end = start + extent.pages * PAGE_SIZE;
    const last = w[H.H_BITS] + ((extent.page + extent.pages) << H.BITS_SHIFT);
    for (let n = Math.floor((extent.pages * PAGE_SIZE) / size); n > 0; n--) {
      const bit = (last << 5) - n;
      if (((w[bit >>> 5] | w[(bit >>> 5) + w[H.H_REMOTE] - w[H.H_BITS]]) & (1 << bit)) === 0) {
        yield { offset: end - n * size, size, cls: extent.cls };
      }
    }
  }
}

/** What the lanes hold, all together; the largest free run is the largest that `caller` can have. O(pages + blocks). */
export function sharedStats(w: Int32Array, caller: number): AllocatorStats {
  const blocksOf = new Array<number>(CLASSES).fill(0);
  const pagesOf = new Array<number>(CLASSES).fill(0);
  const territories = w[H.H_PAGES] >>> w[L.H_TERRITORY];
  const all = w[H.H_PAGES] - w[H.H_FIRST];
  let [used, peak, live, blocks] = [0, 0, 0, 0];
  const runs: Run[] = [];
  for (let i = 0; i < w[H.H_LANES]; i++) {
    const lane = L.laneAt(w, i);
    peak += w[lane + H.H_PEAK];
    for (const { kind, page, pages, cls } of laneExtents(w, lane)) {
      if (kind === "slab") pagesOf[cls] += pages;
      if (kind !== "free") used += pages;
      else if (lane === caller) runs.push({ page, pages });
    }
    for (const { size, cls } of laneBlocks(w, lane)) {
      live += size;
      blocks++;
      if (cls >= 0) blocksOf[cls]++;
    }
  }
  for (let t = 0; t < territories; t++) {
    if (w[w[L.H_OWN] + t] !== 0) continue;
    const page = firstOf(w, t);
    runs.push({ page, pages: firstOf(w, t + 1) - page });
  }
  // Pages that went from lane to lane meanwhile may have been counted in both.
  used = Math.min(used, all);
  const classes: ClassStats[] = [];
  for (let c = 0; c < CLASSES; c++) {
    if (pagesOf[c] === 0) continue;
    classes.push({ size: CLASS_SIZES[c], blocks: blocksOf[c], reserved: pagesOf[c] * PAGE_SIZE });
  }
  return makeStats(
    {
      committed: w[H.H_PAGES] * PAGE_SIZE,
      overhead: w[H.H_FIRST] * PAGE_SIZE,
      reserved: used * PAGE_SIZE,
      peakReserved: Math.max(used, Math.min(peak, all)) * PAGE_SIZE,
      live,
      free: (all - used) * PAGE_SIZE,
      largestFree: longest(runs) * PAGE_SIZE,
      blocks,
    },
    classes,
  );
}

interface Run {
  readonly page: number;
  readonly pages: number;
}

/** Pages of the longest run, where those that touch are one. */
function longest(runs: Run[]): number {
  let [most, length, end] = [0, 0, 0];
  for (const { page, pages } of runs.sort((a, b) => a.page - b.page)) {
    length = page === end ? length + pages : pages;
    end = page + pages;
    most = Math.max(most, length);
  }
  return most;
}

/** Throws `CorruptionError` naming the first invariant of a lane's part that is broken. */
export function verifyLane(w: Int32Array, lane: number): void {
  const [pages, used, peak] = [w[lane + H.H_PAGES], w[lane + H.H_USED], w[lane + H.H_PEAK]];
  const name = `lane ${w[lane + L.H_CODE] - 1}`;
  let own = 0;
  for (let t = 0; t < w[H.H_PAGES] >>> w[L.H_TERRITORY]; t++) {
    if ((w[w[L.H_OWN] + t] & L.OWNER) === w[lane + L.H_CODE]) own += firstOf(w, t + 1) - firstOf(w, t);
  }
  expect(own === pages, () => `${name} has ${pages} pages, ${own} found`);
  expect(w[lane + H.H_CHECK] === (pages ^ peak ^ H.MAGIC), () => `check word of ${name} is ${w[lane + H.H_CHECK]}`);
  expect(
    used >= 0 && used <= pages && used <= peak,
    () => `${name} uses ${used} of ${pages} pages, ${peak} at the peak`,
  );
  verifyPart(w, lane, laneExtents(w, lane));
}

/** The same of all lanes, of what is nobody's, and of the header; for when no thread changes the heap. */
export function verifyShared(w: Int32Array): void {
  L.checkFixed(w);
  const { first, territory } = L.laneLayoutOf(w[H.H_LIMIT], w[H.H_LANES]);
  const pages = w[H.H_PAGES];
  expect(pages > first && pages <= w[H.H_LIMIT] && pages % (1 << territory) === 0, () => `${pages} pages`);
  expect(w[H.TABLE + first - 1] === H.E_CONTROL, () => `page ${first - 1} has entry ${w[H.TABLE + first - 1]}`);
  for (let t = 0; t < w[H.H_LIMIT] >>> territory; t++) {
    const owner = w[w[L.H_OWN] + t];
    const isLane = owner >= 0 && (owner & L.OWNER) <= w[H.H_LANES] && owner >>> L.MARK_SHIFT <= w[H.H_LANES];
    const right = t < first >>> territory ? owner === L.CONTROL : isLane;
    expect(right && (owner <= 0 || t < pages >>> territory), () => `territory ${t} is lane ${owner - 1}'s`);
    if (owner === 0) verifyPool(w, t);
  }
  for (let i = 0; i < w[H.H_LANES]; i++) {
    // What a stripped lane's lists say is not believed by who gets it.
    if (!isStripped(w, L.laneAt(w, i))) verifyLane(w, L.laneAt(w, i));
  }
}

/** Nothing begins in a territory of the pool, and its ends say that they are free. */
function verifyPool(w: Int32Array, territory: number): void {
  const [first, end] = [firstOf(w, territory), firstOf(w, territory + 1)];
  for (let page = first; page < end; page++) {
    const entry = w[H.TABLE + page];
    const right = isFree(entry) || (entry === H.E_BODY && page > first && page < end - 1);
    expect(right, () => `page ${page} of the pool has entry ${entry}`);
  }
}

function expect(holds: boolean, what: () => string): void {
  if (!holds) throw new CorruptionError(what());
}
