/**
 * The control block: all metadata of a heap, a table of 32-bit words at the start of the memory it governs. Drawn and
 * explained in ../LAYOUT.md, which other engines follow: a change here is a new VERSION.
 *
 *     ┌────────┬───────┬────────────┬──────┬───────────┬──────────┬────────────┬───────────┐
 *     │ header │ lines │ page table │ bins │ page info │ bitmaps  │ remote     │ stacks    │ page, page, …
 *     │ 32     │ 8 / c │ 1 / page   │      │ 4 / page  │ 8 / page │ (8 / page) │ 8–64 / c  │
 *     └────────┴───────┴────────────┴──────┴───────────┴──────────┴────────────┴───────────┘
 *     0        32      600          ⋮ from here on the places depend on the number of pages
 */
import { binCount } from "./bins.ts";
import { CLASSES, PAGE_SIZE, SMALL_MAX } from "./size-class.ts";

export const MAGIC = 0x58415241; // "ARAX"
export const VERSION = 2;

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
export const H_STACKS = 11; // the word where the classes' stacks begin
export const H_DEPTH = 12; // words of each, a power of two
// (13 to 15, 23 to 27: of heaps with lanes, lanes/layout.ts)
// Changing:
export const H_PAGES = 16; // pages the heap has now
export const H_USED = 17; // pages in slabs and large blocks
export const H_PEAK = 18; // the most there ever were
export const H_CHECK = 19; // H_PAGES ^ H_PEAK ^ MAGIC; what is used is known from the page table
export const H_TRIM = 20; // pages in use from which on the heap trims before it takes more
export const H_NAME = 21; // a lane's: its code, as it stands in entries; 0 in a heap without lanes
// The others are 0 too, and reserved.
export const H_ZERO = 31; // always 0: the bitmap word of a class without a slab
export const HEADER_WORDS = 32;
/** Pages in use that a heap does not trim for. */
export const TRIM_LEAST = 32;

// A class line: what the hot path needs of a class, in half a cache line.
export const LINES = 32;
export const LINE_SHIFT = 3;
export const LINE_WORDS = 8;
export const C_WORD = 0; // cursor: the bitmap word being drained; H_ZERO where there is none
export const C_BASE = 1; // offset of the block of that word's bit 0, be there one or not
export const C_SIZE = 2; // block bytes
export const C_INVERSE = 3; // inverseOf(size)
export const C_TOP = 4; // the word of the stack's topmost entry: a block's offset, its bit
export const C_BOTTOM = 5; // the word below the stack's lowest entry, which is 0
export const C_LIST = 6; // last page of the first other slab with a block to offer, 0 = none
export const C_PAGES = 7; // pages of the class's slabs

// The page table, one entry a page. > 0: a slab's, (the page after its last) << ENTRY_SHIFT | (class line) >>> LINE_SHIFT.
export const ENTRY_SHIFT = 7;
export const ENTRY_LINE = 127;
export const TABLE = 600;
export const E_FREE = 0;
export const E_LARGE: number = 0x80000000 | 0; // | pages: a large block begins here
export const E_BODY: number = 0x90000000 | 0; // it continues here
export const E_GIVEN: number = 0xb0000000 | 0; // | pages: a large block that another lane freed, its owner is yet to collect
export const E_CONTROL: number = 0xa0000000 | 0; // the control block's last page
// From here up to 0 the page is free, and what it was is remembered to tell a double free:
export const E_WAS_SLAB: number = 0xc0000000 | 0; // | the slab's entry
export const E_WAS_LARGE: number = 0xe0000000 | 0; // | pages: a large block began here
export const E_PAGES = 0xfffff;

// Page info, of a slab's or a free run's last page.
export const INFO_SHIFT = 2;
export const P_SUMMARY = 0; // slab: bit i = its bitmap word i, from the last one on, has a free block that is not on the stack, or is the cursor's
export const P_LENGTH = 0; // free run: pages; on its first page too
export const P_NEXT = 1; // of the class's slabs with blocks to offer, or the runs of one length; 0 = none
export const P_PREV = 2; // slab: the one before, 0 = it is the first; run: the word that leads to it
export const P_SHAPE = 3; // slab: (owner lane, 0) << 24 | blocks << 8 | pages
export const P_LONGER = 3; // first run of its length, in a bin of several: the first of the next length; 0 = none
export const SHAPE_BLOCKS = 8;
export const SHAPE_PAGES = 255;

/** log2 of the bitmap words a page: one bit per 16 bytes, the smallest block. A slab's last block is the last bit of its last page's. */
export const BITS_SHIFT = 3;

/** Where the parts lie that depend on a heap's size. */
export interface Layout {
  readonly bins: number;
  readonly heads: number;
  readonly info: number;
  readonly bits: number;
  readonly remote: number;
  readonly stacks: number;
  /** Words of a class's stack. */
  readonly depth: number;
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
  const depth = limit < 256 ? LEAST_DEPTH : limit < 4096 ? 32 : 64;
  const stacks = ((remote === 0 ? end : end + (limit << BITS_SHIFT)) + depth - 1) & -depth;
  const words = stacks + CLASSES * depth;
  return { bins, heads, info, bits, remote, stacks, depth, words, first: Math.ceil((4 * words) / PAGE_SIZE) };
}

/** Words of a class's stack in a heap of less than 1 MiB. */
const LEAST_DEPTH = 8;
/** The fewest entries of a class's stack, in a heap with room for more than three. */
const LEAST_ENTRIES = 8;

/**
 * Entries of a class's stack, of so many words: 16 KiB of blocks, but at least LEAST_ENTRIES. In the smallest heaps, none of blocks
 * longer than a page: each would keep a slab there, and so their pages apart, that has no live block.
 */
export function stackEntries(size: number, depth: number): number {
  if (depth === LEAST_DEPTH && size > PAGE_SIZE) return 0;
  return Math.min((depth >>> 1) - 1, Math.max(LEAST_ENTRIES, Math.floor(SMALL_MAX / size)));
}

/** The word that is below the lowest entry of a class's stack, and 0. */
export function stackBottom({ stacks, depth }: Pick<Layout, "stacks" | "depth">, cls: number, size: number): number {
  return stacks + (cls + 1) * depth - 2 - 2 * stackEntries(size, depth);
}
