/**
 * Where everything lies in the control block, in 32-bit words from its beginning.
 *
 *     header   64    see below                        a row, 10 words, for each stretch of the range
 *     waiting  53    lists of deferred rows           ┌───────┬────────┬────────┬───────┬───────┐
 *     heads    896   a tree of free rows a bin        │ START │ LENGTH │ BEFORE │ AFTER │ STATE │
 *     rows     10    each; as many as were needed     ├───────┼────────┼────────┼───────┼───────┤
 *                    at once, and no more             │ KEY   │ CHAIN  │ HEAD   │ NEXT  │ PREV  │
 *                                                     └───────┴────────┴────────┴───────┴───────┘
 *
 * A *granule* is the least part of the range. A *row* describes a stretch of granules: a block, or a free run. Rows are named by the number
 * of their first word, and 0 is none. Stretches that follow each other in the range are linked by `BEFORE` and `AFTER`; a free run is
 * never followed by another.
 *
 * | word | of a row | |
 * | --- | --- | --- |
 * | `START`, `LENGTH` | its first granule, and how many | unsigned |
 * | `STATE` | kind, alignment << 3, high << 8; of a free run kind, list << 3 | kinds are below; the alignment is the logarithm of so many granules |
 * | `KEY` | the low word of the handle that leads here | 0: none does |
 * | `CHAIN` | the next row whose key has the same bucket | |
 * | `HEAD` | the first row of *a bucket*: row i lends a word to bucket i | so there are as many buckets as rows |
 * | `NEXT` | the next spare or deferred row; the other end of a move; of a free run see trees.ts | |
 * | `PREV` | the low word of a fence; a target's move; of a free run see trees.ts | |
 *
 * *High* is what is above 32 bits of a live block's handle, or of a deferred one's fence. *List* is the next free run of the same length.
 */

// Words of the header that never change.
export const MAGIC = 0;
export const VERSION = 1;
/** The logarithm of a granule's bytes. */
export const SHIFT = 2;
/** 1 = handles are names, kept by a table; 0 = they are offsets. */
export const TABLE = 3;
/** The most blocks at once. */
export const LIMIT = 4;
/** The most granules that the range may have, unsigned. */
export const MOST = 5;
/** The hash of the words before it. */
export const CHECK = 6;

// Words of the header that change. Counts of granules are unsigned.
/** Words of the control block, those of rows to come included. */
export const WORDS = 8;
/** Granules of the range. */
export const SIZE = 9;
/** Rows that there are, and buckets. */
export const ROWS = 10;
/** Rows that can be taken: spare ones, and those that were never used. */
export const ROOM = 11;
/** A queue of spare rows: the one that is taken next, and the one that was given back last. */
export const SPARE_FIRST = 12;
export const SPARE_LAST = 13;
/** The row of the range's last granule. */
export const LAST = 14;
/** What counts as a block where their number is limited: live ones, deferred ones, and targets of moves. */
export const TAKEN = 15;
/** Granules that are not free: of live and deferred blocks, and of targets. The most there ever were. */
export const USED = 16;
export const PEAK = 17;
export const DEFERRED_BLOCKS = 18;
export const DEFERRED_GRANULES = 19;
/** Moves under way, and their granules. */
export const MOVES = 20;
export const MOVING_GRANULES = 21;
/** The last name that was given: low and high word. */
export const NAMES = 22;
/** The last fence that was reached: low and high word. */
export const REACHED = 24;
/** The number of the last move. */
export const MOVE = 26;
/** Moves away from the front since a block was last made or given back: see moves.ts. */
export const TURNS = 27;
/** Bit i = word `BIN_BITS` + i is not 0; bit b of those = bin b has a run. */
export const BIN_SUMMARY = 28;
export const BIN_BITS = 29;

export const WAITING = 64;
export const FENCE_BITS = 53;
export const HEADS = 120;
export const BINS = 896;
/** The first row: it begins the range, always. */
export const FIRST = 1016;

// Words of a row.
export const START = 0;
export const LENGTH = 1;
export const BEFORE = 2;
export const AFTER = 3;
export const STATE = 4;
export const KEY = 5;
export const CHAIN = 6;
export const HEAD = 7;
export const NEXT = 8;
export const PREV = 9;
export const ROW = 10;

// Kinds of rows.
/** Of nothing: waits to be taken. */
export const SPARE = 0;
export const FREE = 1;
export const LIVE = 2;
/** Freed, but not before a fence. */
export const DEFERRED = 3;
/** Live, and being copied to a target. */
export const MOVING = 4;
/** Where a block is being copied to. */
export const TARGET = 5;

export const KIND = 7;
export const ALIGN_SHIFT = 3;
export const ALIGN_MASK = 31;
export const HIGH_SHIFT = 8;
/** Where a free run's `STATE` has the next of its list: a row's word, which is below 2²⁹. */
export const LIST = 3;

export const MAGIC_WORD = 0x48525841; // the bytes "AXRH"
export const THIS_VERSION = 1;

/** Granules at most: the handle of the last one is 2³² − 1. */
export const MAX_GRANULES: number = 2 ** 32 - 1;
/** Blocks at most, at once. */
export const MAX_BLOCKS: number = 2 ** 24;

export function kindOf(w: Int32Array, row: number): number {
  return w[row + STATE] & KIND;
}

/** Live blocks, those in a move included. */
export function blocksOf(w: Int32Array): number {
  return w[TAKEN] - w[DEFERRED_BLOCKS] - w[MOVES];
}

/** Rows that so many blocks may need: one each, free runs between them, and one for what is cut. */
export function rowsFor(blocks: number): number {
  return 2 * blocks + 2;
}

/** Words of a control block with so many rows. */
export function wordsFor(rows: number): number {
  return FIRST + ROW * rows;
}

/** The checksum of the words that never change: FNV-1a, over words instead of bytes. */
export function checkOf(w: Int32Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < CHECK; i++) hash = Math.imul(hash ^ w[i], 0x01000193);
  return hash | 0;
}
