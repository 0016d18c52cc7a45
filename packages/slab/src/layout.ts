/**
 * The control block: all metadata of a heap, a table of 32-bit words. See ../LAYOUT.md for the drawing.
 *
 *     word 0            HEADER
 *     ┌────────┬──────┬───────┬─────────────┬───────────┬──────────┬──────────────────┬───────────┐
 *     │ header │ bins │ lanes │ page table  │ page info │ bitmaps  │ remote bitmaps   │ (padding) │ page, page, …
 *     │  32    │      │       │ 1 / page    │ 4 / page  │ 8 / page │ 8 / page, if     │           │
 *     └────────┴──────┴───────┴─────────────┴───────────┴──────────┴─lanes > 1────────┴───────────┘
 */
import { CLASSES, PAGE_SHIFT, PAGE_SIZE } from "./size-class.ts";

export const MAGIC = 0x58415241; // "ARAX"
export const VERSION = 1;

// Header words. Those up to REMOTE are fixed for the heap's life.
export const H_MAGIC = 0;
export const H_VERSION = 1;
export const H_BASE = 2; // where the heap begins in its buffer, bytes
export const H_CONTROL = 3; // bytes of the control block
export const H_LIMIT = 4; // pages the heap may ever have
export const H_LANES = 5; // threads' private parts
export const H_BINS = 6; // word where each part begins …
export const H_LINES = 7;
export const H_TABLE = 8;
export const H_INFO = 9;
export const H_BITS = 10;
export const H_REMOTE = 11; // … 0 = there is none
export const H_FIRST = 12; // first page after the control block
// What changes.
export const H_PAGES = 16; // pages the heap has now
export const H_USED = 17; // pages reserved now
export const H_PEAK = 18; // most pages ever reserved
export const H_CHECK = 19; // H_PAGES ^ H_USED ^ H_PEAK ^ MAGIC
export const H_ZERO = 31; // always 0: the bitmap word that a class without a slab points at
export const HEADER_WORDS = 32;

// Words of a class line.
export const L_WORD = 0; // the bitmap word being drained
export const L_BASE = 1; // offset of that word's first block
export const L_SIZE = 2; // block bytes
export const L_MAGIC = 3; // reciprocal of the size in granules
export const L_COUNT = 4; // blocks per slab
export const L_LAST = 5; // the last bitmap word of an empty slab
export const L_SLAB = 6; // first page of the slab being drained, 0 = none
export const L_LIST = 7; // first page of the first other slab with free blocks, 0 = none
export const LINE_WORDS = 8;
export const LINE_SHIFT = 3;

// Words of a page's info; of a slab's or a run's first page only (and a free run's last).
export const P_SUMMARY = 0; // slab: bit w = bitmap word w has a free block
export const P_LENGTH = 0; // free run: pages, on the first and the last
export const P_NEXT = 1;
export const P_PREV = 2;
export const P_OWNER = 3; // slab: owner lane
export const INFO_WORDS = 4;
export const INFO_SHIFT = 2;

/** Bitmap words per page: one bit per 16 bytes, the smallest block. */
export const BITS_WORDS = 8;
export const BITS_SHIFT = 3;

// Page table entries. > 0: page of a slab, (distance to the slab's first page) << 16 | word of its class line.
export const E_FREE = 0;
export const E_LARGE = 0x80000000 | 0; // | pages: first page of a large block
export const E_BODY = 0x90000000 | 0; // further page of a large block
export const E_CONTROL = 0xa0000000 | 0; // page of the control block
export const E_WAS_SLAB = 0xc0000000 | 0; // | the old entry: free, was a slab's
export const E_WAS_LARGE = 0xe0000000 | 0; // free, a large block began here
/** Entries from here up to 0 are free pages. */
export const E_FREE_MIN = E_WAS_SLAB;
export const PAGES_MASK = 0xfffff;

/** The bin of runs of `pages`: exact to 7, then eight per doubling (a float with three bits of mantissa). */
export function binOf(pages: number): number {
  if (pages < 8) return pages;
  const e = 31 - Math.clz32(pages);
  return 8 * (e - 2) + ((pages >>> (e - 3)) & 7);
}

export interface Layout {
  readonly bins: number;
  readonly lines: number;
  readonly table: number;
  readonly info: number;
  readonly bits: number;
  readonly remote: number;
  readonly words: number;
  readonly first: number;
}

/** Where each part of the control block lies in a heap of at most `limit` pages. */
export function layoutFor(limit: number, lanes: number): Layout {
  const binCount = binOf(limit) + 1;
  const binWords = Math.ceil(binCount / 32);
  const bins = HEADER_WORDS;
  const lines = (bins + 1 + binWords + binCount + 7) & ~7;
  const table = lines + lanes * CLASSES * LINE_WORDS;
  const info = table + ((limit + 3) & ~3);
  const bits = info + limit * INFO_WORDS;
  const remote = lanes > 1 ? bits + limit * BITS_WORDS : 0;
  const words = (remote === 0 ? bits : remote) + limit * BITS_WORDS;
  return { bins, lines, table, info, bits, remote, words, first: Math.ceil((words * 4) / PAGE_SIZE) };
}

export { PAGE_SHIFT, PAGE_SIZE };
