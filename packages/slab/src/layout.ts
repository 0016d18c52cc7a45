/**
 * The control block: all metadata of a heap, a table of 32-bit words at the start of the memory it governs. Drawn and
 * explained in ../LAYOUT.md, which other engines follow: a change here is a new VERSION.
 *
 *     ┌────────┬───────┬────────────┬──────┬───────────┬──────────┬────────────┐
 *     │ header │ lines │ page table │ bins │ page info │ bitmaps  │ remote     │ page, page, …
 *     │ 32     │ 8 / c │ 1 / page   │      │ 4 / page  │ 8 / page │ (8 / page) │
 *     └────────┴───────┴────────────┴──────┴───────────┴──────────┴────────────┘
 *     0        32      344          ⋮ from here on the places depend on the number of pages
 */
import { binCount } from "./bins.ts";
import { PAGE_SIZE } from "./size-class.ts";

export const MAGIC = 0x58415241; // "ARAX"
export const VERSION = 1;

// Header words. Fixed for the heap's life:
export const H_MAGIC = 0;
export const H_VERSION = 1;
export const H_BASE = 2; // where the heap begins in its buffer, in bytes
export const H_LIMIT = 3; // pages the heap may ever have
export const H_LANES = 4; // threads' private parts: 1
export const H_BINS = 5; // the word where each part begins …
export const H_HEADS = 6; // (each bin's first run)
export const H_INFO = 7;
export const H_BITS = 8;
export const H_REMOTE = 9; // … 0 = there is none
export const H_FIRST = 10; // first page after the control block
// Changing:
export const H_PAGES = 16; // pages the heap has now
export const H_USED = 17; // pages in slabs and large blocks
export const H_PEAK = 18; // the most there ever were
export const H_CHECK = 19; // H_PAGES ^ H_PEAK ^ MAGIC; what is used is known from the page table
export const H_ZERO = 31; // always 0: the bitmap word of a class without a slab
// The others are 0 too, and reserved.
export const HEADER_WORDS = 32;

// A class line: what the hot path needs of a class, in half a cache line.
export const LINES = 32;
export const LINE_SHIFT = 3;
export const LINE_WORDS = 8;
export const C_WORD = 0; // cursor: the bitmap word being drained; H_ZERO where there is none
export const C_BASE = 1; // offset of that word's first block
export const C_SIZE = 2; // block bytes
export const C_INVERSE = 3; // inverseOf(size)
export const C_FULL = 4; // what a bitmap word of a wholly free slab holds
export const C_SLAB = 5; // first page of the cursor's slab, 0 = none
export const C_LIST = 6; // first page of the first other slab with free blocks, 0 = none
export const C_SHAPE = 7; // (bitmap words of a slab) << 16 | its pages

// The page table, one entry a page. > 0: a slab's, (its first page) << ENTRY_SHIFT | class line.
export const ENTRY_SHIFT = 9;
export const ENTRY_LINE = 511;
export const TABLE = 344;
export const E_FREE = 0;
export const E_LARGE: number = 0x80000000 | 0; // | pages: a large block begins here
export const E_BODY: number = 0x90000000 | 0; // it continues here
export const E_CONTROL: number = 0xa0000000 | 0; // the control block's last page
// From here up to 0 the page is free, and what it was is remembered to tell a double free:
export const E_WAS_SLAB: number = 0xc0000000 | 0; // | the slab's entry
export const E_WAS_LARGE: number = 0xe0000000 | 0; // | pages: a large block began here
export const E_PAGES = 0xfffff;

// Page info, of a slab's first page, or a free run's last.
export const INFO_SHIFT = 2;
export const P_SUMMARY = 0; // slab: bit i = bitmap word i has a free block
export const P_LENGTH = 0; // free run: pages; on its first page too
export const P_NEXT = 1; // of the class's slabs with free blocks, or the runs of one length; 0 = none
export const P_PREV = 2; // slab: the one before, 0 = it is the first; run: the word that leads to it
export const P_OWNER = 3; // slab: owner lane, 0
export const P_LONGER = 3; // first run of its length, in a bin of several: the first of the next length; 0 = none

/** log2 of the bitmap words a page: one bit per 16 bytes, the smallest block. */
export const BITS_SHIFT = 3;

/** Where the parts lie that depend on a heap's size. */
export interface Layout {
  readonly bins: number;
  readonly heads: number;
  readonly info: number;
  readonly bits: number;
  readonly remote: number;
  /** Words of the control block. */
  readonly words: number;
  /** The first page after it. */
  readonly first: number;
}

/** The layout of a heap of at most `limit` pages. More lanes than one add the remote bitmaps. */
export function layoutOf(limit: number, lanes: number): Layout {
  const bins = TABLE + limit;
  const heads = bins + 1 + Math.ceil(binCount(limit) / 32);
  const info = (heads + binCount(limit) + 3) & ~3;
  const bits = info + (limit << INFO_SHIFT);
  const end = bits + (limit << BITS_SHIFT);
  const remote = lanes > 1 ? end : 0;
  const words = remote === 0 ? end : end + (limit << BITS_SHIFT);
  return { bins, heads, info, bits, remote, words, first: Math.ceil((4 * words) / PAGE_SIZE) };
}
