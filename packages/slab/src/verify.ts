/** Every invariant of the control block, walked. What each says is drawn in ../LAYOUT.md. */
import { CorruptionError } from "@ariax/allocator";
import { binOf, EXACT_BINS } from "./bins.ts";
import { checkFixed } from "./fixed.ts";
import { type Extent, extents } from "./inspect.ts";
import * as L from "./layout.ts";
import { isOwn } from "./page-pool.ts";
import { isFree } from "./run-list.ts";
import { CLASSES, MOST_BLOCKS, PAGE_SHIFT, PAGE_SIZE } from "./size-class.ts";

/**
 * Changes nothing. O(pages).
 *
 * @throws `CorruptionError` naming the first invariant that is broken.
 */
export function verifyHeap(w: Int32Array): void {
  checkFixed(w);
  verifyHeader(w);
  verifyPart(w, 0, extents(w));
}

/** The invariants of what one thread works with: all of a heap, or a lane of one. */
export function verifyPart(w: Int32Array, lane: number, found: Iterable<Extent>): void {
  const slabs = new Map<number, Extent>();
  const runs = new Map<number, Extent>();
  let used = 0;
  for (const extent of found) {
    verifyExtent(w, lane, extent);
    if (extent.kind !== "free") used += extent.pages;
    // A slab is known by its last page.
    if (extent.kind === "slab") slabs.set(extent.page + extent.pages - 1, extent);
    if (extent.kind === "free") runs.set(extent.page, extent);
  }
  expect(used === w[lane + L.H_USED], () => `${w[lane + L.H_USED]} pages used, ${used} found`);
  verifyBins(w, lane, runs);
  for (let c = 0; c < CLASSES; c++) verifyClass(w, lane, c, slabs);
}

function verifyHeader(w: Int32Array): void {
  const [pages, limit, used, peak] = [w[L.H_PAGES], w[L.H_LIMIT], w[L.H_USED], w[L.H_PEAK]];
  expect(w[L.H_CHECK] === (pages ^ peak ^ L.MAGIC), () => `header check word is ${w[L.H_CHECK]}`);
  expect(pages > w[L.H_FIRST] && pages <= limit, () => `${pages} pages of at most ${limit}`);
  expect(used >= 0 && used <= peak && peak <= pages, () => `${used} pages used, ${peak} at the peak, of ${pages}`);
  for (let page = 0; page < w[L.H_FIRST]; page++) {
    const right = page === w[L.H_FIRST] - 1 ? L.E_CONTROL : L.E_FREE;
    expect(w[L.TABLE + page] === right, () => `page ${page} of the control block has entry ${w[L.TABLE + page]}`);
  }
  for (let page = pages; page < limit; page++) {
    expect(w[L.TABLE + page] === L.E_FREE, () => `page ${page} beyond the end has entry ${w[L.TABLE + page]}`);
  }
}

/** One slab, large block or free run: does it fit in the heap, and do its pages say so? */
function verifyExtent(w: Int32Array, lane: number, { kind, page, pages, cls }: Extent): void {
  const entry = w[L.TABLE + page];
  const fits = pages > 0 && page + pages <= w[L.H_PAGES];
  expect(fits, () => `the ${kind} at page ${page} is ${pages} pages long`);
  if (kind === "slab") {
    expect(cls >= 0 && cls < CLASSES, () => `page ${page} has entry ${entry}`);
    for (let i = 1; i < pages; i++) {
      expect(w[L.TABLE + page + i] === entry, () => `page ${page + i} of the slab at ${page} is not its`);
    }
  } else if (kind === "large") {
    // In a heap with lanes, another lane may have freed it.
    const isIt = entry === (L.E_LARGE | pages) || (lane !== 0 && entry === (L.E_GIVEN | pages));
    expect(isIt, () => `page ${page} has entry ${entry}`);
    const last = page + pages - 1;
    for (let i = page + 1; i <= last; i++) {
      const own = w[L.TABLE + i] === L.E_BODY || (i < last && isFree(w[L.TABLE + i]));
      expect(own, () => `page ${i} of the block at page ${page} is not its`);
    }
  } else {
    const last = page + pages - 1;
    const length = w[w[L.H_INFO] + (last << L.INFO_SHIFT) + L.P_LENGTH];
    expect(
      length === pages,
      () => `the free run at page ${page} is ${pages} pages long at its start, ${length} at its end`,
    );
    for (let i = page; i <= last; i++) {
      const inside = isFree(w[L.TABLE + i]) || (i > page && i < last && w[L.TABLE + i] === L.E_BODY);
      expect(inside, () => `page ${i} of the free run at page ${page} has entry ${w[L.TABLE + i]}`);
    }
    const next = page + pages;
    const merged = next >= w[L.H_PAGES] || !isFree(w[L.TABLE + next]) || !isOwn(w, lane, next);
    expect(merged, () => `the free runs at pages ${page} and ${next} are not merged`);
  }
}

/** Every free run is in the bin of its length, once, and nothing else is; the summaries agree. */
function verifyBins(w: Int32Array, lane: number, runs: Map<number, Extent>): void {
  const heads = w[lane + L.H_HEADS];
  const bins = w[lane + L.H_BINS];
  const words = heads - bins - 1;
  // Behind the last one too, up to what follows: those are 0.
  const end = lane === 0 ? w[L.H_INFO] : w[lane + L.H_STACKS];
  for (let bin = 0; heads + bin < end && bin < words * 32; bin++) {
    const bit = (w[bins + 1 + (bin >>> 5)] >>> (bin & 31)) & 1;
    expect(bit === (w[heads + bin] === 0 ? 0 : 1), () => `bin ${bin} and its bit disagree`);
    for (const [run, inOrder] of binList(w, lane, bin)) {
      const first = run - w[w[L.H_INFO] + (run << L.INFO_SHIFT) + L.P_LENGTH] + 1;
      const found = runs.get(first);
      runs.delete(first);
      const right = inOrder && found !== undefined && first + found.pages - 1 === run && binOf(found.pages) === bin;
      expect(right, () => `page ${run} is in bin ${bin}`);
    }
  }
  for (let i = 0; i < words; i++) {
    const bit = (w[bins] >>> i) & 1;
    expect(bit === (w[bins + 1 + i] === 0 ? 0 : 1), () => `word ${i} of the bins and its bit disagree`);
  }
  expect(w[bins] >>> words === 0, () => `the bins' summary is ${w[bins]}`);
  for (const page of runs.keys()) throw new CorruptionError(`the free run at page ${page} is in no bin`);
}

/** The runs of a bin, each link checked in both directions, and whether its length is in order. */
function* binList(w: Int32Array, lane: number, bin: number): Generator<readonly [last: number, inOrder: boolean]> {
  const infoOf = (page: number) => w[L.H_INFO] + (page << L.INFO_SHIFT);
  let shorter = 0;
  for (let word = w[lane + L.H_HEADS] + bin, first = w[word]; first !== 0; ) {
    const at = infoOf(first);
    const length = w[at + L.P_LENGTH];
    for (let last = first; last !== 0; last = w[word]) {
      const inside = last >= w[L.H_FIRST] && last < w[L.H_PAGES];
      expect(inside, () => `the list of bin ${bin} leads to page ${last}`);
      // Of each page one word only can say this: so the walk ends.
      expect(w[infoOf(last) + L.P_PREV] === word, () => `the list of bin ${bin} is broken at page ${last}`);
      yield [last, length > shorter && w[infoOf(last) + L.P_LENGTH] === length];
      word = infoOf(last) + L.P_NEXT;
    }
    shorter = length;
    word = at + L.P_LONGER;
    first = length < EXACT_BINS ? 0 : w[word];
  }
}

/** Each slab is the cursor's, or listed, or has nothing to offer; bitmaps, summaries, cursor and stack agree. */
function verifyClass(w: Int32Array, lane: number, c: number, slabs: Map<number, Extent>): void {
  const line = lane + L.LINES + (c << L.LINE_SHIFT);
  const size = w[line + L.C_SIZE];
  const listed = new Set(list(w, w[line + L.C_LIST], `class ${c}`));
  for (const page of listed) expect(slabs.get(page)?.cls === c, () => `page ${page} is listed by class ${c}`);
  const word = w[line + L.C_WORD];
  let drained = word === L.H_ZERO && w[line + L.C_BASE] === 0;
  const stacked = verifyStack(w, lane, c, slabs);
  let have = 0;
  for (const [page, { cls, pages }] of slabs) {
    if (cls !== c) continue;
    have += pages;
    const at = w[L.H_INFO] + (page << L.INFO_SHIFT);
    const summary = w[at + L.P_SUMMARY];
    const blocks = Math.floor((pages * PAGE_SIZE) / size);
    const words = Math.ceil(blocks / 32);
    const shape = (blocks << L.SHAPE_BLOCKS) | pages;
    expect(
      pages <= 255 && blocks <= MOST_BLOCKS && w[at + L.P_SHAPE] === shape,
      () => `the slab at page ${page} has shape ${w[at + L.P_SHAPE]}`,
    );
    expect(summary >>> words === 0, () => `the slab at page ${page} has summary ${summary}`);
    const last = w[L.H_BITS] + (page << L.BITS_SHIFT) + 7;
    for (let i = 0; i < words; i++) {
      const bits = w[last - i];
      const some = blocks - 32 * i;
      expect(some >= 32 || bits << some === 0, () => `word ${i} of the slab at page ${page} is ${bits}`);
      const isCursor = word === last - i;
      if (isCursor) {
        const base = (w[L.H_BASE] + ((page + 1) << PAGE_SHIFT) - Math.imul(32 * (i + 1), size)) | 0;
        expect(w[line + L.C_BASE] === base, () => `class ${c} drains word ${i} at ${w[line + L.C_BASE]}`);
        drained = true;
      }
      const offers = (bits & ~(stacked.get(last - i) ?? 0)) !== 0 || isCursor;
      expect(
        ((summary >>> i) & 1) === (offers ? 1 : 0),
        () => `word ${i} of the slab at page ${page} and its bit disagree`,
      );
    }
    const open = summary !== 0 && !(word <= last && word > last - words);
    expect(listed.has(page) === open, () => `the slab at page ${page} is ${open ? "on no list" : "listed"}`);
  }
  expect(drained, () => `class ${c} drains word ${word}`);
  expect(have === w[line + L.C_PAGES], () => `class ${c} has ${have} pages, not ${w[line + L.C_PAGES]}`);
}

/** The stack of a class has free blocks of its slabs, each once, none of the cursor's word; by bitmap word, their bits. */
function verifyStack(w: Int32Array, lane: number, c: number, slabs: Map<number, Extent>): Map<number, number> {
  const line = lane + L.LINES + (c << L.LINE_SHIFT);
  const size = w[line + L.C_SIZE];
  const bottom = w[line + L.C_BOTTOM];
  const top = w[line + L.C_TOP];
  const inside = top >= bottom && top <= bottom + 2 * L.stackEntries(size, w[L.H_DEPTH]) && (top - bottom) % 2 === 0;
  expect(inside && w[bottom] === 0, () => `the stack of class ${c} is at word ${top}, or word ${bottom} is not 0`);
  const stacked = new Map<number, number>();
  for (let at = bottom + 2; at <= top; at += 2) {
    const [offset, bit] = [w[at] >>> 0, w[at + 1]];
    const entry = w[L.TABLE + ((offset - w[L.H_BASE]) >>> PAGE_SHIFT)];
    const slab = ((entry - w[lane + L.H_NAME]) >>> L.ENTRY_SHIFT) - 1;
    const extent = slabs.get(slab);
    const number = ((w[L.H_BITS] + 8 + (slab << L.BITS_SHIFT)) << 5) - bit;
    const blocks = Math.floor(((extent?.pages ?? 0) * PAGE_SIZE) / size);
    const mask = 1 << bit;
    const before = stacked.get(bit >>> 5) ?? 0;
    const right =
      extent?.cls === c &&
      number >= 1 &&
      number <= blocks &&
      bit >>> 5 !== w[line + L.C_WORD] &&
      offset === (w[L.H_BASE] + ((slab + 1) << PAGE_SHIFT) - number * size) >>> 0 &&
      (w[bit >>> 5] & mask & ~before) !== 0;
    expect(right, () => `the stack of class ${c} has block ${offset}, bit ${bit}`);
    stacked.set(bit >>> 5, before | mask);
  }
  return stacked;
}

/** The pages of a doubly linked list, each link checked in both directions. */
function list(w: Int32Array, first: number, name: string): number[] {
  const pages: number[] = [];
  let prev = 0;
  for (let page = first; page !== 0; ) {
    const inside = page >= w[L.H_FIRST] && page < w[L.H_PAGES] && pages.length < w[L.H_PAGES];
    expect(inside, () => `the list of ${name} leads to page ${page}`);
    const at = w[L.H_INFO] + (page << L.INFO_SHIFT);
    expect(w[at + L.P_PREV] === prev, () => `the list of ${name} is broken at page ${page}`);
    pages.push(page);
    prev = page;
    page = w[at + L.P_NEXT];
  }
  return pages;
}

function expect(holds: boolean, what: () => string): void {
  if (!holds) throw new CorruptionError(what());
}
