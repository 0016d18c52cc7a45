/** Every invariant of the control block, walked. What each says is drawn in ../LAYOUT.md. */
import { CorruptionError } from "@ariax/allocator";
import { binOf, EXACT_BINS } from "./bins.ts";
import { checkFixed } from "./fixed.ts";
import { type Extent, extents } from "./inspect.ts";
import * as L from "./layout.ts";
import { isFree } from "./run-list.ts";
import { CLASSES, PAGE_SHIFT } from "./size-class.ts";

/** Throws `CorruptionError` naming the first invariant that is broken. Changes nothing. O(pages). */
export function verifyHeap(w: Int32Array): void {
  checkFixed(w);
  verifyHeader(w);
  const slabs = new Map<number, Extent>();
  const runs = new Map<number, Extent>();
  let used = 0;
  for (const extent of extents(w)) {
    verifyExtent(w, extent);
    if (extent.kind !== "free") used += extent.pages;
    if (extent.kind !== "large") (extent.kind === "slab" ? slabs : runs).set(extent.page, extent);
  }
  expect(used === w[L.H_USED], () => `${w[L.H_USED]} pages used, ${used} found`);
  verifyBins(w, runs);
  for (let c = 0; c < CLASSES; c++) verifyClass(w, c, slabs);
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
function verifyExtent(w: Int32Array, { kind, page, pages }: Extent): void {
  const entry = w[L.TABLE + page];
  const fits = pages > 0 && page + pages <= w[L.H_PAGES];
  expect(fits, () => `the ${kind} at page ${page} is ${pages} pages long`);
  if (kind === "slab") {
    const line = entry & L.ENTRY_LINE;
    const known = line >= L.LINES && line < L.TABLE && (line & (L.LINE_WORDS - 1)) === 0;
    expect(known && entry >>> L.ENTRY_SHIFT === page, () => `page ${page} has entry ${entry}`);
    for (let i = 1; i < pages; i++) {
      expect(w[L.TABLE + page + i] === entry, () => `page ${page + i} of the slab at ${page} is not its`);
    }
  } else if (kind === "large") {
    expect(entry === (L.E_LARGE | pages), () => `page ${page} has entry ${entry}`);
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
    const merged = next >= w[L.H_PAGES] || !isFree(w[L.TABLE + next]);
    expect(merged, () => `the free runs at pages ${page} and ${next} are not merged`);
  }
}

/** Every free run is in the bin of its length, once, and nothing else is; the summaries agree. */
function verifyBins(w: Int32Array, runs: Map<number, Extent>): void {
  const heads = w[L.H_HEADS];
  const words = heads - w[L.H_BINS] - 1;
  for (let bin = 0; heads + bin < w[L.H_INFO]; bin++) {
    if (bin >= words * 32) break;
    const bit = (w[w[L.H_BINS] + 1 + (bin >>> 5)] >>> (bin & 31)) & 1;
    expect(bit === (w[heads + bin] === 0 ? 0 : 1), () => `bin ${bin} and its bit disagree`);
    for (const [run, inOrder] of binList(w, bin)) {
      const first = run - w[w[L.H_INFO] + (run << L.INFO_SHIFT) + L.P_LENGTH] + 1;
      const found = runs.get(first);
      runs.delete(first);
      const right = inOrder && found !== undefined && first + found.pages - 1 === run && binOf(found.pages) === bin;
      expect(right, () => `page ${run} is in bin ${bin}`);
    }
  }
  for (let i = 0; i < words; i++) {
    const bit = (w[w[L.H_BINS]] >>> i) & 1;
    expect(bit === (w[w[L.H_BINS] + 1 + i] === 0 ? 0 : 1), () => `word ${i} of the bins and its bit disagree`);
  }
  expect(w[w[L.H_BINS]] >>> words === 0, () => `the bins' summary is ${w[w[L.H_BINS]]}`);
  for (const page of runs.keys()) throw new CorruptionError(`the free run at page ${page} is in no bin`);
}

/** The runs of a bin, each link checked in both directions, and whether its length is in order. */
function* binList(w: Int32Array, bin: number): Generator<readonly [last: number, inOrder: boolean]> {
  const infoOf = (page: number) => w[L.H_INFO] + (page << L.INFO_SHIFT);
  let shorter = 0;
  for (let word = w[L.H_HEADS] + bin, first = w[word]; first !== 0; ) {
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

/** Each slab is the cursor's, or listed, or full; bitmaps, summaries and the cursor agree. */
function verifyClass(w: Int32Array, c: number, slabs: Map<number, Extent>): void {
  const line = L.LINES + (c << L.LINE_SHIFT);
  const current = w[line + L.C_SLAB];
  const listed = new Set(list(w, w[line + L.C_LIST], `class ${c}`));
  for (const page of listed) expect(slabs.get(page)?.cls === c, () => `page ${page} is listed by class ${c}`);
  if (current === 0) {
    expect(
      w[line + L.C_WORD] === L.H_ZERO && w[line + L.C_BASE] === 0,
      () => `class ${c} has no slab, but a cursor at word ${w[line + L.C_WORD]}`,
    );
  } else {
    expect(slabs.get(current)?.cls === c && !listed.has(current), () => `class ${c} drains page ${current}`);
  }
  const words = w[line + L.C_SHAPE] >>> 16;
  const cursor = current === 0 ? -1 : w[line + L.C_WORD] - w[L.H_BITS] - (current << L.BITS_SHIFT);
  if (current !== 0) {
    const base = (w[L.H_BASE] + (current << PAGE_SHIFT) + Math.imul(cursor << 5, w[line + L.C_SIZE])) | 0;
    const agree = cursor >= 0 && cursor < words && w[line + L.C_BASE] === base;
    expect(agree, () => `class ${c} drains word ${cursor} of ${words} at ${w[line + L.C_BASE]}`);
  }
  for (const { page, cls } of slabs.values()) {
    if (cls !== c) continue;
    const at = w[L.H_INFO] + (page << L.INFO_SHIFT);
    const summary = w[at + L.P_SUMMARY];
    expect(w[at + L.P_OWNER] === 0, () => `the slab at page ${page} is owned by lane ${w[at + L.P_OWNER]}`);
    expect(words === 32 || summary >>> words === 0, () => `the slab at page ${page} has summary ${summary}`);
    for (let i = 0; i < words; i++) {
      const bits = w[w[L.H_BITS] + (page << L.BITS_SHIFT) + i];
      expect((bits & ~w[line + L.C_FULL]) === 0, () => `word ${i} of the slab at page ${page} is ${bits}`);
      const free = bits !== 0 || (page === current && i === cursor);
      expect(
        ((summary >>> i) & 1) === (free ? 1 : 0),
        () => `word ${i} of the slab at page ${page} and its bit disagree`,
      );
    }
    const open = summary !== 0 && page !== current;
    expect(listed.has(page) === open, () => `the slab at page ${page} is ${open ? "on no list" : "listed"}`);
  }
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
