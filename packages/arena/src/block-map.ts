/**
 * Where the blocks of a bump allocator are. Positions are *granules* of 8 bytes, so that they are small integers of V8
 * up to 4 GiB. A *row* is 32 granules (256 bytes of memory), and four words (16 bytes) tell what begins in it:
 *
 *     starts   bit g: a block begins at granule g
 *     ended    bit g: … and its life has ended; without the bit in `starts`: padding begins there
 *     before   where the block begins that precedes the first one to begin in this row; 0 = none
 *     end      where the last block to begin in this row ends, if that is in another row
 *
 * Within a row the bits say where a block ends, and which one precedes it; across rows the other two words do. So every
 * question is O(1), without a scan over what a large block covers.
 *
 * What lies above the arena's top is forgotten only when it is covered again: a second `free` of the last block is still
 * a double free, and `reset` costs the same whatever was allocated.
 *
 *     rows:   … known …│ first bits to be cleared, when a block gets there │ never written
 *                      clean                                               used
 */
import { newBuffer } from "@ariax/allocator/implement";

const ENDED = 1;
const BEFORE = 2;
const END = 3;
/** Words a row. */
const ROW = 4;
/** Rows are made ready so many granules ahead, 16 KiB of memory, that few blocks pay for it. */
const AHEAD = 2048;

/** A position in units of 8 bytes; 0 is none. */
export type Granule = number;

export class BlockMap {
  declare private readonly words: Int32Array;
  /** The index of the words for granule 0, were it there: at most 0. */
  declare private readonly origin: number;
  declare private readonly first: Granule;
  /** The blocks that were there when the top was lowered begin below this granule. */
  declare private high: Granule;
  /** The rows below this granule are in use. */
  declare private clean: Granule;
  /** The rows above this granule were never written. */
  declare private used: Granule;

  /** For blocks in [first, limit). */
  constructor(first: Granule, limit: Granule) {
    const rows = ((limit - 1) >>> 5) - (first >>> 5) + 1;
    this.words = new Int32Array(newBuffer(4 * ROW * rows));
    this.origin = -ROW * (first >>> 5);
    this.first = this.high = this.clean = this.used = first & ~31;
  }

  /** Bytes of metadata. */
  get byteLength(): number {
    return this.words.byteLength;
  }

  /** A live block [start, end) after padding [top, start), the block before it being `last`, or 0. */
  begin(top: Granule, start: Granule, end: Granule, last: Granule): void {
    if (end > this.clean || top < this.high) this.prepare(top, end);
    const words = this.words;
    const i = this.row(start);
    const bit = 1 << start;
    const starts = words[i];
    if ((starts & (bit - 1)) === 0) words[i + BEFORE] = last;
    words[i] = starts | bit;
    if (end >>> 5 !== start >>> 5) words[i + END] = end;
    if (start !== top) words[this.row(top) + ENDED] |= 1 << top;
  }

  /** The end of the last block, moved from `top` to `end`. */
  moveEnd(last: Granule, top: Granule, end: Granule): void {
    if (end > top) this.prepare(top, end);
    this.words[this.row(last) + END] = end;
  }

  /** The top is about to be lowered, `last` being the last block. */
  lower(last: Granule): void {
    if (last >= this.high) this.high = last + 1;
  }

  /** Forgets every block. O(1). */
  clear(): void {
    this.used = Math.max(this.used, this.clean);
    this.high = this.clean = this.first;
  }

  /** Has a block been here that was not covered since? For a granule above the top, its life ended in some way. */
  isBlock(g: Granule): boolean {
    return g < this.clean && (this.words[this.row(g)] & (1 << g)) !== 0;
  }

  /** Is a block, of those that `isBlock` knows, not freed? Above the top that means nothing. */
  isLive(g: Granule): boolean {
    const i = this.row(g);
    return (this.words[i] & ~this.words[i + ENDED] & (1 << g)) !== 0;
  }

  /** A live block ends its life, or an ended one has it back. */
  toggle(g: Granule): void {
    this.words[this.row(g) + ENDED] ^= 1 << g;
  }

  /** Where the block ends that begins at `g` and is not the last: the last one ends at the top. */
  end(g: Granule): Granule {
    const i = this.row(g);
    const above = (this.words[i] | this.words[i + ENDED]) & (-2 << g);
    // does anything begin above it in its row?
    return above !== 0 ? (g & ~31) + 31 - Math.clz32(above & -above) : this.words[i + END];
  }

  /** Where the block before the one at `g` begins, or 0. */
  before(g: Granule): Granule {
    const i = this.row(g);
    const below = this.words[i] & ((1 << g) - 1);
    return below !== 0 ? (g & ~31) + 31 - Math.clz32(below) : this.words[i + BEFORE];
  }

  /** Where the first block at or above `g` and below `top` begins, or 0. O(rows). */
  next(g: Granule, top: Granule): Granule {
    let above = g < top ? this.words[this.row(g)] & (-1 << g) : 0;
    g &= ~31;
    while (above === 0) {
      g += 32;
      // beyond the last row?
      if (g >= top) return 0;
      above = this.words[this.row(g)];
    }
    const found = g + 31 - Math.clz32(above & -above);
    return found < top ? found : 0;
  }

  /** Nothing is to begin in [from, to): O(rows that something was in). */
  private prepare(from: Granule, to: Granule): void {
    const dirty = Math.min(to, this.high);
    if (from < dirty) this.forget(from, dirty);
    if (to <= this.clean) return;
    const clean = ((to + 31) & ~31) + AHEAD;
    const stale = Math.min(clean, this.used);
    if (this.clean < stale) this.words.fill(0, this.row(this.clean), this.row(stale));
    this.clean = clean;
  }

  /** Clears the bits of [from, to). */
  private forget(from: Granule, to: Granule): void {
    const words = this.words;
    const stop = this.row(to - 1);
    let i = this.row(from);
    let keep = ~(-1 << from);
    for (; i < stop; i += ROW, keep = 0) {
      words[i] &= keep;
      words[i + ENDED] &= keep;
    }
    // what is above stays
    keep |= -2 << (to - 1);
    words[i] &= keep;
    words[i + ENDED] &= keep;
  }

  private row(g: Granule): number {
    return this.origin + ROW * (g >>> 5);
  }
}
