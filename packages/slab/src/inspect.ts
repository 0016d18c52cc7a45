/** Reading a heap without changing it: where the blocks are, and what is held. */
import type { AllocatorStats, ClassStats } from "@ariax/allocator";
import { makeStats } from "@ariax/allocator/implement";
import { binOf, EXACT_BINS } from "./bins.ts";
import * as L from "./layout.ts";
import { isFree } from "./run-list.ts";
import { CLASS_SIZES, CLASSES, PAGE_SIZE } from "./size-class.ts";

/** What a page begins, if it begins something: a slab, a large block or a free run; pages long. */
export interface Extent {
  readonly kind: "slab" | "large" | "free";
  readonly page: number;
  readonly pages: number;
  /** A slab's size class; −1 otherwise. */
  readonly cls: number;
}

/** Everything in the heap after the control block, in the order of its pages. */
export function* extents(w: Int32Array): Generator<Extent> {
  for (let page = w[L.H_FIRST]; page < w[L.H_PAGES]; ) {
    const entry = w[L.TABLE + page];
    let extent: Extent;
    if (entry > 0) {
      const cls = (entry & L.ENTRY_LINE) - (L.LINES >> L.LINE_SHIFT);
      extent = { kind: "slab", page, pages: (entry >>> L.ENTRY_SHIFT) - page, cls };
    } else if (isFree(entry)) {
      const pages = w[w[L.H_INFO] + (page << L.INFO_SHIFT) + L.P_LENGTH];
      extent = { kind: "free", page, pages, cls: -1 };
    } else {
      extent = { kind: "large", page, pages: entry & L.E_PAGES, cls: -1 };
    }
    yield extent;
    page += Math.max(1, extent.pages);
  }
}

/** The free runs of at least `least` pages, from short to long: O(their number), for it is the bins that are walked. */
export function* freeRuns(w: Int32Array, least: number): Generator<Extent> {
  const heads = w[L.H_HEADS];
  for (let at = heads + binOf(least); at < w[L.H_INFO]; at++) {
    for (let first = w[at]; first !== 0; ) {
      const info = w[L.H_INFO] + (first << L.INFO_SHIFT);
      const pages = w[info + L.P_LENGTH];
      const longer = pages < EXACT_BINS ? 0 : w[info + L.P_LONGER];
      for (let last = first; pages >= least && last !== 0; ) {
        const next = w[w[L.H_INFO] + (last << L.INFO_SHIFT) + L.P_NEXT];
        yield { kind: "free", page: last - pages + 1, pages, cls: -1 };
        last = next;
      }
      first = longer;
    }
  }
}

/** Every live block, in the order of their offsets, and its usable bytes. O(pages + blocks). */
export function* liveBlocks(w: Int32Array): Generator<{ readonly offset: number; readonly size: number }> {
  const base = w[L.H_BASE] >>> 0;
  for (const extent of extents(w)) {
    const start = base + extent.page * PAGE_SIZE;
    if (extent.kind === "large") yield { offset: start, size: extent.pages * PAGE_SIZE };
    if (extent.kind !== "slab") continue;
    const size = CLASS_SIZES[extent.cls];
    const end = start + extent.pages * PAGE_SIZE;
    const last = lastBit(w, extent);
    for (let n = Math.floor((extent.pages * PAGE_SIZE) / size); n > 0; n--) {
      const bit = last + 1 - n;
      if ((w[bit >>> 5] & (1 << bit)) === 0) yield { offset: end - n * size, size };
    }
  }
}

/** The bit of a slab's last block: its bitmap word << 5 | 31. */
function lastBit(w: Int32Array, { page, pages }: Extent): number {
  return ((w[L.H_BITS] + ((page + pages) << L.BITS_SHIFT)) << 5) - 1;
}

/** Set bits of a word. */
function popcount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Live blocks of a slab. */
function liveIn(w: Int32Array, slab: Extent): number {
  const blocks = Math.floor((slab.pages * PAGE_SIZE) / CLASS_SIZES[slab.cls]);
  const last = lastBit(w, slab) >>> 5;
  let live = blocks;
  for (let i = (blocks - 1) >>> 5; i >= 0; i--) live -= popcount(w[last - i]);
  return live;
}

/**
 * O(pages).
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function heapStats(w: Int32Array): AllocatorStats {
  const blocksOf = new Array<number>(CLASSES).fill(0);
  const pagesOf = new Array<number>(CLASSES).fill(0);
  let [large, largePages, free, largestFree] = [0, 0, 0, 0];
  for (const extent of extents(w)) {
    if (extent.kind === "slab") {
      blocksOf[extent.cls] += liveIn(w, extent);
      pagesOf[extent.cls] += extent.pages;
    } else if (extent.kind === "large") {
      large++;
      largePages += extent.pages;
    } else {
      free += extent.pages;
      largestFree = Math.max(largestFree, extent.pages);
    }
  }
  const classes: ClassStats[] = [];
  let live = largePages * PAGE_SIZE;
  let blocks = large;
  for (let c = 0; c < CLASSES; c++) {
    if (pagesOf[c] === 0) continue;
    classes.push({ size: CLASS_SIZES[c], blocks: blocksOf[c], reserved: pagesOf[c] * PAGE_SIZE });
    live += blocksOf[c] * CLASS_SIZES[c];
    blocks += blocksOf[c];
  }
  return makeStats(
    {
      committed: w[L.H_PAGES] * PAGE_SIZE,
      overhead: w[L.H_FIRST] * PAGE_SIZE,
      reserved: w[L.H_USED] * PAGE_SIZE,
      peakReserved: w[L.H_PEAK] * PAGE_SIZE,
      live,
      free: free * PAGE_SIZE,
      largestFree: largestFree * PAGE_SIZE,
      blocks,
    },
    classes,
  );
}
