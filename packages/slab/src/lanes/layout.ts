/**
 * The control block of a heap with lanes (../../LAYOUT.md, version 3). What is the heap's is there once, and what a thread works with
 * alone, in a block of the same shape, once a lane:
 *
 *     ┌────────┬──────┬────────────┬──────────┬────────┬────────┬───┬───────────┬─────────┬────────┐
 *     │ header │  0   │ page table │ own      │ lane 0 │ lane 1 │ … │ page info │ bitmaps │ remote │ territory, territory, …
 *     │ 32     │ 568  │ 1 / page   │ 1 / terr │        │        │   │ 4 / page  │ 8 / page│ 8/page │
 *     └────────┴──────┴────────────┴──────────┴────────┴────────┴───┴───────────┴─────────┴────────┘
 *     lane   ┌────────┬─────────────┬──────┬────────┬──────────────────────────┐
 *            │ header │ class lines │ bins │ stacks │ mail: state, root, inbox │   the mail is all that others write
 *            └────────┴─────────────┴──────┴────────┴──────────────────────────┘
 *            0        32            600                                         stride
 *
 * A lane's first 600 words lie as a private heap's do, so that one code serves both: it is given the word its lane begins at, 0 in
 * a heap without lanes.
 */
import { CorruptionError } from "@ariax/allocator";
import { binCount } from "../bins.ts";
import {
  BITS_SHIFT,
  C_BOTTOM,
  C_INVERSE,
  C_SIZE,
  ENTRY_SHIFT,
  H_BASE,
  H_BINS,
  H_BITS,
  H_DEPTH,
  H_FIRST,
  H_HEADS,
  H_INFO,
  H_LANES,
  H_LIMIT,
  H_MAGIC,
  H_NAME,
  H_PAGES,
  H_REMOTE,
  H_STACKS,
  H_VERSION,
  INFO_SHIFT,
  LINE_SHIFT,
  LINES,
  layoutOf,
  stackBottom,
  TABLE,
} from "../layout.ts";
import { CLASS_SIZES, CLASSES, inverseOf, PAGE_SIZE } from "../size-class.ts";

export const VERSION = 3;

// Words of the header that heaps without lanes have not. Fixed:
export const H_OWN = 13; // the word the territories' owners begin at: 0 = the pool, else a lane's code
export const H_TERRITORY = 14; // log2 of a territory's pages
export const H_FIRST_LANE = 15; // the word of lane 0
export const H_STRIDE = 23; // words of a lane
export const H_CODE_SHIFT = 24; // a slab's entry >>> this = its lane's code
// Changing:
export const H_TOKEN = 25; // tickets drawn. Atomic
export const H_WANT = 26; // how often a lane had no room. Atomic; read plainly
export const H_HINT = 27; // a territory from which on to look for a free one; racy on purpose
export const H_ID = 28; // what lock files know the heap by: 0, or drawn once. Atomic; no engine asks

// Words of a lane's header that are not a heap's. Fixed:
export const H_CODE = 22; // its number + 1
export const H_MAIL = 23; // the word of its mail
// Changing, by its thread alone:
export const H_OP = 24; // the offset last freed to another lane, written before it was
export const H_LATE = 25; // double frees that were seen when blocks were collected
export const H_SEEN = 26; // the H_WANT that was answered
export const H_RECLAIMS = 27; // the ticket of a dead thread that its thread is reclaiming; 0 = none
export const H_HAVE = 16; // pages of its territories: its H_PAGES
// (H_USED, H_PEAK, H_CHECK, H_TRIM: of these, as in a heap)

// A lane's mail: the words that others write, all by atomic instructions.
export const M_STATE = 0; // ticket << 3 | state
export const M_ROOT = 1; // bit i: inbox words i, i + 32, … may not be 0
export const M_INBOX = 2; // a bit a territory: blocks there were freed by others

// States of a lane. The ticket is that of the thread that holds, held or repairs it.
export const FREE = 0; // was never held, or owns nothing
export const LIVE = 1; // a thread works with it
export const PARKED = 2; // its thread rests; another may go on with it
export const ORPHAN = 3; // its thread is gone, it is in order
export const DEAD = 4; // its thread was killed: to be repaired
export const REPAIR = 5; // somebody does
export const STRIPPED = 6; // nobody holds it, and others have taken of its territories: who gets it repairs it
export const STATE_BITS = 3;
export const STATE = 7; // of a state word
/** Tickets that can be drawn: as many as there is room for above the state. */
export const MOST_TICKETS = 0x0ffffffe;

/** Of a territory's word, who owns it; */
export const OWNER = 127;
/** and above that, the code of a lane that looks whether it can have it: lanes/strip.ts. */
export const MARK_SHIFT = 7;
/** The owner of a territory that is all control block. */
export const CONTROL: number = -1;

/** The most lanes of any heap. */
export const MOST_LANES = 63;

/** Where the parts of a heap with lanes lie. */
export interface LaneLayout {
  readonly own: number;
  readonly territory: number;
  readonly firstLane: number;
  readonly stride: number;
  readonly codeShift: number;
  readonly info: number;
  readonly bits: number;
  readonly remote: number;
  readonly depth: number;
  /** Words of the control block. */
  readonly words: number;
  /** The first page after it. */
  readonly first: number;
}

/** log2 of the pages of a territory: 32 KiB in heaps of up to 4 MiB, 64 up to 16, then 128 KiB. */
export function territoryShift(limit: number): number {
  return limit <= 1024 ? 3 : limit <= 4096 ? 4 : 5;
}

/** The bits below a lane's code in an entry: the page after a slab's last, which is `limit` at the most, and the class. */
function codeShift(limit: number): number {
  return 32 - Math.clz32(limit) + ENTRY_SHIFT;
}

/** The most lanes of a heap of `limit` pages: 15 of up to 4 GiB, 31 of less than 2, 63 of less than 1. */
export function mostLanes(limit: number): number {
  return Math.min(MOST_LANES, (1 << (31 - codeShift(limit))) - 1);
}

/** The layout of a heap of at most `limit` pages, a multiple of a territory's. */
export function laneLayoutOf(limit: number, lanes: number): LaneLayout {
  const territory = territoryShift(limit);
  const territories = limit >>> territory;
  const { depth } = layoutOf(limit, 1);
  const own = TABLE + limit;
  const firstLane = align64(own + territories);
  const stride = align64(mailOf(limit, depth) + M_INBOX + Math.ceil(territories / 32));
  const info = firstLane + lanes * stride;
  const bits = info + (limit << INFO_SHIFT);
  const remote = bits + (limit << BITS_SHIFT);
  const words = remote + (limit << BITS_SHIFT);
  const first = Math.ceil((4 * words) / PAGE_SIZE);
  return {
    own,
    territory,
    firstLane,
    stride,
    codeShift: codeShift(limit),
    info,
    bits,
    remote,
    depth,
    words,
    first,
  };
}

/** The place of a lane's stacks in its block. */
function stacksOf(limit: number, depth: number): number {
  return (TABLE + 1 + Math.ceil(binCount(limit) / 32) + binCount(limit) + depth - 1) & -depth;
}

/** The place of its mail: on a cache line of its own, and so that no bin's word shares one with it either. */
function mailOf(limit: number, depth: number): number {
  return align64(stacksOf(limit, depth) + CLASSES * depth);
}

function align64(words: number): number {
  return (words + 63) & -64;
}

/** The word that a lane's block begins at. */
export function laneAt(w: Int32Array, lane: number): number {
  return w[H_FIRST_LANE] + Math.imul(lane, w[H_STRIDE]);
}

/** The header, and each lane's, as they must be for the heap's life. */
export function writeFixed(w: Int32Array, base: number, limit: number, lanes: number): void {
  const layout = laneLayoutOf(limit, lanes);
  w[H_VERSION] = VERSION;
  w[H_BASE] = base;
  w[H_LIMIT] = limit;
  w[H_LANES] = lanes;
  w[H_INFO] = layout.info;
  w[H_BITS] = layout.bits;
  w[H_REMOTE] = layout.remote;
  w[H_FIRST] = layout.first;
  w[H_DEPTH] = layout.depth;
  w[H_OWN] = layout.own;
  w[H_TERRITORY] = layout.territory;
  w[H_FIRST_LANE] = layout.firstLane;
  w[H_STRIDE] = layout.stride;
  w[H_CODE_SHIFT] = layout.codeShift;
  for (let i = 0; i < lanes; i++) writeLane(w, layout, limit, i);
}

function writeLane(w: Int32Array, layout: LaneLayout, limit: number, i: number): void {
  const lane = layout.firstLane + i * layout.stride;
  const { depth } = layout;
  const stacks = lane + stacksOf(limit, depth);
  w[lane + H_BINS] = lane + TABLE;
  w[lane + H_HEADS] = lane + TABLE + 1 + Math.ceil(binCount(limit) / 32);
  w[lane + H_STACKS] = stacks;
  w[lane + H_NAME] = (i + 1) << layout.codeShift;
  w[lane + H_CODE] = i + 1;
  w[lane + H_MAIL] = lane + mailOf(limit, depth);
  for (let c = 0; c < CLASSES; c++) {
    const line = lane + LINES + (c << LINE_SHIFT);
    const size = CLASS_SIZES[c];
    w[line + C_SIZE] = size;
    w[line + C_BOTTOM] = stackBottom({ stacks, depth }, c, size);
    w[line + C_INVERSE] = inverseOf(size);
  }
}

/** Throws where a word that is fixed for the heap's life differs from what it must be. */
export function checkFixed(w: Int32Array): void {
  const should = new Int32Array(w[H_INFO]);
  const [base, limit, lanes] = [w[H_BASE], w[H_LIMIT], w[H_LANES]];
  writeFixed(should, base, limit, lanes);
  const check = (at: number) => {
    if (w[at] !== should[at]) throw new CorruptionError(`header word ${at} is ${w[at]}, must be ${should[at]}`);
  };
  for (let at = 0; at < TABLE; at++) if (!CHANGING.includes(at)) check(at);
  for (let i = 0; i < lanes; i++) {
    const lane = laneAt(should, i);
    for (const at of [H_BINS, H_HEADS, H_STACKS, H_NAME, H_CODE, H_MAIL]) check(lane + at);
    for (let c = 0; c < CLASSES; c++) {
      for (const at of [C_SIZE, C_BOTTOM, C_INVERSE]) check(lane + LINES + (c << LINE_SHIFT) + at);
    }
  }
}

/** Words of the header that change, or are written last. */
const CHANGING = [H_MAGIC, H_PAGES, H_TOKEN, H_WANT, H_HINT, H_ID];
