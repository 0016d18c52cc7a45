/** Heaps in use with one thing wrong, for verify to name: one mutant or more for each thing it says. */
import { SlabAllocator } from "../src/index.ts";
import { type Extent, extents } from "../src/inspect.ts";
import * as L from "../src/layout.ts";
import { classOf } from "../src/size-class.ts";

/** A heap with what mutants need, and where it is. */
export interface Subject {
  readonly w: Int32Array;
  /**
   * Last pages of the cursor's slab, of two that are listed, of one whose free blocks are all on the stack, which is full, and of
   * one without any, all of 64-byte blocks, a page long; of one of two pages.
   */
  readonly current: number;
  readonly open: number;
  readonly open2: number;
  readonly stacked: number;
  readonly full: number;
  readonly other: number;
  /** Their class's line. */
  readonly line: number;
  /** A large block, of 5 pages; two free runs of 6 pages, of one bin, the first and second in its list: first pages. */
  readonly large: number;
  readonly run: number;
  readonly run2: number;
}

const RUN = 6;

export function subject(): Subject {
  const heap = new SlabAllocator({ capacity: 1 << 20 });
  const w = heap.words;
  const pageOf = (p: number) => p >>> 12;
  const line = L.LINES + (classOf(64) << L.LINE_SHIFT);
  const slabOf = (p: number) => (w[L.TABLE + pageOf(p)] >>> L.ENTRY_SHIFT) - 1;
  const blocks: number[] = [];
  while (new Set(blocks.map(slabOf)).size < 5) blocks.push(heap.allocate(64));
  const slabs = [...new Set(blocks.map(slabOf))];
  const inSlab = (slab: number) => blocks.filter((p) => slabOf(p) === slab);
  const other = heap.allocate(5000);
  const large = heap.allocate(5 * 4096);
  const runs = [0, 1].map(() => {
    const p = heap.allocate(RUN * 4096);
    heap.allocate(5 * 4096);
    return p;
  });
  for (const p of runs) heap.free(p);
  // The stack gets blocks of word 1 of a slab until it is full.
  for (const p of inSlab(slabs[3]).slice(0, L.stackEntries(64, w[L.H_DEPTH]))) heap.free(p);
  // Then word 1 of two others gets a free block each: they are listed. One stays full.
  heap.free(inSlab(slabs[1])[10]);
  heap.free(inSlab(slabs[2])[10]);
  heap.verify();
  return {
    w,
    current: slabs[4],
    open: w[line + L.C_LIST],
    open2: w[info(w, w[line + L.C_LIST]) + L.P_NEXT],
    stacked: slabs[3],
    full: slabs[0],
    other: slabOf(other),
    line,
    large: pageOf(large),
    run: pageOf(runs[1]),
    run2: pageOf(runs[0]),
  };
}

const info = (w: Int32Array, page: number) => w[L.H_INFO] + (page << L.INFO_SHIFT);
/** Word 0 of a slab's bitmap; word 1 lies before it. */
const lastWord = (w: Int32Array, slab: number) => w[L.H_BITS] + (slab << L.BITS_SHIFT) + 7;
const head = (w: Int32Array, bin: number) => w[L.H_HEADS] + bin;
/** The last free run. */
function lastRun(w: Int32Array): Extent {
  return [...extents(w)].filter(({ kind }) => kind === "free").at(-1)!;
}

const STACK = /^the stack of class 6 is at word \d+, or word \d+ is not 0$/;
const ENTRY = /^the stack of class 6 has block \d+, bit \d+$/;

/** What is damaged, and what verify says then: word for word but for numbers that depend on the tables. */
export const MUTANTS: readonly (readonly [string, (s: Subject) => void, RegExp])[] = [
  ["the magic number", ({ w }) => w[L.H_MAGIC]++, /^header word 0 is 1480675906, must be 1480675905$/],
  ["the word that is always 0", ({ w }) => w[L.H_ZERO]++, /^header word 31 is 1, must be 0$/],
  ["the size of a class", ({ w }) => w[L.LINES + L.C_SIZE]++, /^header word 34 is 17, must be 16$/],
  ["the check word", ({ w }) => (w[L.H_CHECK] ^= 4), /^header check word is -?\d+$/],
  ["the peak", ({ w }) => w[L.H_PEAK]++, /^header check word is -?\d+$/],
  ["no pages", ({ w }) => check(w, (w[L.H_PAGES] = 0)), /^0 pages of at most 256$/],
  ["too many pages", ({ w }) => check(w, (w[L.H_PAGES] = 257)), /^257 pages of at most 256$/],
  ["the used count", ({ w }) => w[L.H_USED]--, /^\d+ pages used, \d+ found$/],
  ["used below zero", ({ w }) => (w[L.H_USED] = -1), /^-1 pages used, \d+ at the peak, of 256$/],
  ["a peak below what is used", ({ w }) => check(w, (w[L.H_PEAK] = 3)), /^\d+ pages used, 3 at the peak, of 256$/],
  ["a peak above all", ({ w }) => check(w, (w[L.H_PEAK] = 999)), /^\d+ pages used, 999 at the peak, of 256$/],
  [
    "the control block's entry",
    ({ w }) => (w[L.TABLE + w[L.H_FIRST] - 1] = 0),
    /^page \d+ of the control block has entry 0$/,
  ],
  ["an entry in the control block", ({ w }) => (w[L.TABLE + 1] = 9), /^page 1 of the control block has entry 9$/],
  ["an entry beyond the end", ({ w }) => shorten(w), /^page 255 beyond the end has entry 77$/],

  ["a slab out of the heap", ({ w }) => slabAtTheEnd(w), /^the slab at page 255 is 3 pages long$/],
  [
    "a large block too long",
    ({ w, large }) => (w[L.TABLE + large] = L.E_LARGE | 999),
    /^the large at page \d+ is 999 pages long$/,
  ],
  [
    "a large block of no page",
    ({ w, large }) => (w[L.TABLE + large] = L.E_LARGE),
    /^the large at page \d+ is 0 pages long$/,
  ],
  ["a free run of no page", ({ w, run }) => (w[info(w, run)] = 0), /^the free at page \d+ is 0 pages long$/],
  ["an entry of no class", ({ w, full }) => (w[L.TABLE + full] |= L.ENTRY_LINE), /^page \d+ has entry \d+$/],
  ["an entry of another class", ({ w, full }) => (w[L.TABLE + full] ^= 1), /^class 6 has 4 pages, not 5$/],
  [
    "another slab's entry",
    ({ w, full }) => (w[L.TABLE + full] += 2 << L.ENTRY_SHIFT),
    /^page \d+ of the slab at \d+ is not its$/,
  ],
  ["a slab's last page", ({ w, other }) => (w[L.TABLE + other] = 0), /^page \d+ of the slab at \d+ is not its$/],
  ["a large block's entry", ({ w, large }) => (w[L.TABLE + large] |= 1 << 20), /^page \d+ has entry -\d+$/],
  [
    "a large block's last page",
    ({ w, large }) => (w[L.TABLE + large + 4] = 0),
    /^page \d+ of the block at page \d+ is not its$/,
  ],
  [
    "a large block's middle",
    ({ w, large }) => (w[L.TABLE + large + 2] = L.E_CONTROL),
    /^page \d+ of the block at page \d+ is not its$/,
  ],
  [
    "a free run's length at its end",
    ({ w, run }) => w[info(w, run + RUN - 1)]--,
    /^the free run at page \d+ is 6 pages long at its start, 5 at its end$/,
  ],
  [
    "a free run's middle",
    ({ w, run }) => (w[L.TABLE + run + 2] = L.E_CONTROL),
    /^page \d+ of the free run at page \d+ has entry -1610612736$/,
  ],
  ["two runs side by side", ({ w }) => split(w), /^the free runs at pages \d+ and \d+ are not merged$/],

  ["a bin's bit", ({ w }) => (w[w[L.H_BINS] + 1] ^= 1 << RUN), /^bin 6 and its bit disagree$/],
  ["a head behind the last bin's", ({ w }) => (w[w[L.H_INFO] - 1] = 1), /^bin 129 and its bit disagree$/],
  ["an empty bin's bit", ({ w }) => (w[w[L.H_BINS] + 1] ^= 1 << 2), /^bin 2 and its bit disagree$/],
  ["a bit of the bins' summary", ({ w }) => (w[w[L.H_BINS]] ^= 1), /^word 0 of the bins and its bit disagree$/],
  ["a bit above the bins' summary", ({ w }) => (w[w[L.H_BINS]] |= 1 << 9), /^the bins' summary is \d+$/],
  [
    "a bin's first run",
    ({ w, full }) => (w[head(w, RUN)] = full),
    /^(the list of bin 6 is broken at page \d+|page \d+ is in bin 6)$/,
  ],
  ["a bin's list that leads out", ({ w }) => (w[head(w, RUN)] = 300), /^the list of bin 6 leads to page 300$/],
  ["a bin's list that leads in", ({ w }) => (w[head(w, RUN)] = 1), /^the list of bin 6 leads to page 1$/],
  [
    "a run's link back",
    ({ w, run2 }) => (w[info(w, run2 + RUN - 1) + L.P_PREV] = 9),
    /^the list of bin 6 is broken at page \d+$/,
  ],
  [
    "a run's link on",
    ({ w, run }) => (w[info(w, run + RUN - 1) + L.P_NEXT] = 0),
    /^the free run at page \d+ is in no bin$/,
  ],
  [
    "a bin's list in a circle",
    ({ w, run }) => (w[info(w, run + RUN - 1) + L.P_NEXT] = run + RUN - 1),
    /^the list of bin 6 is broken at page \d+$/,
  ],
  ["a run in the wrong bin", ({ w }) => wrongBin(w), /^page \d+ is in bin 7$/],

  ["a cursor without a slab", ({ w }) => (w[line(16) + L.C_WORD] = 5), /^class 0 drains word 5$/],
  ["a cursor that is lost", (s) => (s.w[s.line + L.C_WORD] = L.H_ZERO), /^the slab at page \d+ is on no list$/],
  ["a base without a cursor", ({ w }) => (w[line(16) + L.C_BASE] = 4096), /^class 0 drains word 31$/],
  [
    "a cursor in no slab",
    (s) => (s.w[s.line + L.C_WORD] = lastWord(s.w, s.large)),
    /^the slab at page \d+ is on no list$/,
  ],
  [
    "a cursor in a listed slab",
    (s) => (s.w[s.line + L.C_WORD] = lastWord(s.w, s.open) - 1),
    /^class 6 drains word 1 at \d+$/,
  ],
  ["a cursor in another word", (s) => s.w[s.line + L.C_WORD]++, /^class 6 drains word 0 at \d+$/],
  ["a cursor before its slab", (s) => (s.w[s.line + L.C_WORD] -= 40), /^the slab at page \d+ is on no list$/],
  ["a cursor behind its slab", (s) => (s.w[s.line + L.C_WORD] += 32), /^the slab at page \d+ is on no list$/],
  ["a cursor's base", (s) => (s.w[s.line + L.C_BASE] += 64), /^class 6 drains word 1 at \d+$/],
  ["a class's pages", (s) => s.w[s.line + L.C_PAGES]++, /^class 6 has 5 pages, not 6$/],
  ["a class's list", (s) => (s.w[s.line + L.C_LIST] = s.other), /^page \d+ is listed by class 6$/],
  ["a class's list that leads out", (s) => (s.w[s.line + L.C_LIST] = -8), /^the list of class 6 leads to page -8$/],
  [
    "a slab's link back",
    (s) => (s.w[info(s.w, s.open) + L.P_PREV] = s.open2),
    /^the list of class 6 is broken at page \d+$/,
  ],
  ["a slab's link on", (s) => (s.w[info(s.w, s.open) + L.P_NEXT] = 0), /^the slab at page \d+ is on no list$/],
  ["a full slab that is listed", (s) => list(s, s.full), /^the slab at page \d+ is listed$/],
  [
    "a slab all of whose free blocks are stacked, listed",
    (s) => list(s, s.stacked),
    /^the slab at page \d+ is listed$/,
  ],
  [
    "a slab's owner",
    ({ w, full }) => (w[info(w, full) + L.P_SHAPE] |= 1 << 24),
    /^the slab at page \d+ has shape 16793601$/,
  ],
  ["a slab's pages", ({ w, full }) => w[info(w, full) + L.P_SHAPE]++, /^the slab at page \d+ has shape 16386$/],
  [
    "a slab's blocks",
    ({ w, full }) => (w[info(w, full) + L.P_SHAPE] -= 1 << L.SHAPE_BLOCKS),
    /^the slab at page \d+ has shape 16129$/,
  ],
  ["a summary too long", ({ w, open }) => (w[info(w, open)] |= 1 << 31), /^the slab at page \d+ has summary -?\d+$/],
  [
    "a summary bit missing",
    ({ w, open }) => (w[info(w, open)] = 0),
    /^word 1 of the slab at page \d+ and its bit disagree$/,
  ],
  [
    "the summary bit of the cursor's word missing",
    ({ w, current }) => (w[info(w, current)] &= ~2),
    /^word 1 of the slab at page \d+ and its bit disagree$/,
  ],
  [
    "a summary bit too many",
    ({ w, full }) => (w[info(w, full)] = 1),
    /^word 0 of the slab at page \d+ and its bit disagree$/,
  ],
  [
    "the summary bit of a word all of whose free blocks are stacked",
    ({ w, stacked }) => (w[info(w, stacked)] = 2),
    /^word 1 of the slab at page \d+ and its bit disagree$/,
  ],
  [
    "a block free, its word not listed",
    ({ w, full }) => (w[lastWord(w, full)] = 2),
    /^word 0 of the slab at page \d+ and its bit disagree$/,
  ],
  [
    "a block free beside stacked ones, its word not listed",
    ({ w, stacked }) => (w[lastWord(w, stacked)] = 2),
    /^word 0 of the slab at page \d+ and its bit disagree$/,
  ],
  [
    "a block that is not there",
    ({ w, other }) => (w[lastWord(w, other)] |= 1),
    /^word 0 of the slab at page \d+ is 1$/,
  ],

  ["a stack's end that is no 0", (s) => (s.w[s.w[s.line + L.C_BOTTOM]] = 1), STACK],
  ["a stack with half an entry", (s) => s.w[s.line + L.C_TOP]--, STACK],
  ["a stack below its end", (s) => (s.w[s.line + L.C_TOP] = s.w[s.line + L.C_BOTTOM] - 2), STACK],
  ["a stack beyond its words", (s) => (s.w[s.line + L.C_TOP] += 2), STACK],
  ["a stacked block's offset", (s) => (s.w[s.w[s.line + L.C_TOP]] += 64), ENTRY],
  ["a stacked block's offset, of no block", (s) => (s.w[s.w[s.line + L.C_TOP]] += 8), ENTRY],
  ["a stacked block out of the heap", (s) => (s.w[s.w[s.line + L.C_TOP]] = -4096), ENTRY],
  ["a stacked block's bit", (s) => s.w[s.w[s.line + L.C_TOP] + 1]++, ENTRY],
  ["a block that is stacked twice", (s) => copyEntry(s, 0, 2), ENTRY],
  ["a stacked block that is live", (s) => (s.w[lastWord(s.w, s.stacked) - 1] = 0), ENTRY],
  ["a stacked block of another class", (s) => stack(s, s.other, 1), ENTRY],
  ["a stacked block before its slab's first", (s) => stack(s, s.stacked, 65), ENTRY],
  ["a stacked block of the cursor's word", (s) => stack(s, s.current, 40), ENTRY],
];

function line(size: number): number {
  return L.LINES + (classOf(size) << L.LINE_SHIFT);
}

/** Keeps the check word right, so that what it covers is looked at. */
function check(w: Int32Array, _changed: number): void {
  w[L.H_CHECK] = w[L.H_PAGES] ^ w[L.H_PEAK] ^ L.MAGIC;
}

/** One page less, and an entry left there. */
function shorten(w: Int32Array): void {
  check(w, w[L.H_PAGES]--);
  w[L.TABLE + 255] = 77;
}

/** The last page, of a free run, as the first of a slab of more pages. */
function slabAtTheEnd(w: Int32Array): void {
  const { page, pages } = lastRun(w);
  w[L.TABLE + 254] = 0;
  w[info(w, page)] = w[info(w, 254)] = pages - 1;
  w[L.TABLE + 255] = (258 << L.ENTRY_SHIFT) | (line(12288) >>> L.LINE_SHIFT);
}

/** The last run as two. */
function split(w: Int32Array): void {
  const { page, pages } = lastRun(w);
  w[L.TABLE + page + 3] = w[L.TABLE + page + 4] = 0;
  w[info(w, page)] = w[info(w, page + 3)] = 4;
  w[info(w, page + 4)] = w[info(w, page + pages - 1)] = pages - 4;
}

/** The runs of bin 6 in bin 7. */
function wrongBin(w: Int32Array): void {
  w[head(w, 7)] = w[head(w, RUN)];
  w[info(w, w[head(w, 7)]) + L.P_PREV] = head(w, 7);
  w[head(w, RUN)] = 0;
  w[w[L.H_BINS] + 1] ^= 3 << RUN;
}

/** `slab` first in its class's list. */
function list({ w, line, open }: Subject, slab: number): void {
  w[info(w, slab) + L.P_NEXT] = open;
  w[info(w, slab) + L.P_PREV] = 0;
  w[info(w, open) + L.P_PREV] = slab;
  w[line + L.C_LIST] = slab;
}

/** The entry that is `to` entries below the topmost becomes the one that is `from` below it. */
function copyEntry({ w, line }: Subject, from: number, to: number): void {
  const top = w[line + L.C_TOP];
  w.copyWithin(top - 2 * to, top - 2 * from, top - 2 * from + 2);
}

/** Block `number` of a slab, counted from its end as one of 64 bytes, is the topmost entry, and free. */
function stack({ w, line }: Subject, slab: number, number: number): void {
  const bit = (lastWord(w, slab) + 1) * 32 - number;
  w[bit >>> 5] |= 1 << bit;
  w[w[line + L.C_TOP]] = (slab + 1) * 4096 - 64 * number;
  w[w[line + L.C_TOP] + 1] = bit;
}
