import { checkIndex, checkInteger, checkThere, gone, nothing } from "./errors.ts";
import { cut, lastIndex, levelCount, MAX_LENGTH, newWords, wordCount } from "./layout.ts";
import { present } from "./present.ts";
import { findRun } from "./runs.ts";
import { countBits, fillBits } from "./whole.ts";
import { lowest } from "./word.ts";

/**
 * A set of whole numbers 0 ≤ i < length that finds its lowest member in O(levels), whatever its fill: one load per
 * level, of which there are ⌈log₃₂ length⌉, at most six.
 *
 * All state is in `words`, so several sets over the same words, used in turn, are one set.
 *
 * Ways not taken. Measured side by side on 1,048,576 bits, in ns: find the only, last bit / take and set, 1 % set /
 * set and take, else empty. This one, but for its fields: 6.7 / 20.3 / 13.0.
 * tried: a table of offsets and loops instead of unrolled levels; measured: 8.4 / 22.9 / 17.2.
 * tried: loops that compute the offsets; measured: 11.5 / 21.6 / 15.9.
 * tried: `takeFirst` keeps the words it came down by for the way up; measured: 6.1 / 20.7 / 12.7, for twice the code.
 * tried: one helper to flip summary bits, for `set` and `clear`; measured: 28 to 30 instead of 21 at 1 % set.
 * tried: `set` and `clear` that ask `has`, and steps up that compare the word they wrote; measured: 13.7 instead of 9.3
 * for `set` and `clear` of one bit, for 30 bytes less of code.
 * tried: `#private` fields, as in all lines above. They begin as undefined, so V8 loads them without knowing their types;
 * the declared ones below are private for TypeScript only. Measured, for random bits: 5.8 / 19.9 / 20.0, now 3.5 / 15.7 / 14.
 * tried: the most significant bit first, which `clz32` finds alone; measured: 5.0 / 18.8 / 13.1. Not taken because the
 * leaves would be no ordinary bitmap.
 *
 * `this` may be a proxy that throws, so all that is read of it comes before the first write. `set` and `clear` read on their
 * way up and write on their way down. tried: all fields read first, or offsets computed from the length alone; measured: 13.0
 * or 18.5 instead of 12.5 for both of one bit.
 *
 * @throws `RangeError` from any call with an index or a count that is out of range: `ERR_INVALID_ARGUMENT`.
 * @throws `Error` from any call once the words are gone, as their buffer was transferred: `ERR_DETACHED`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { BitSet } from "@ariax/bitset";
 *
 * const free = new BitSet(1000);
 * free.set(7);
 * assert.equal(free.takeFirst(), 7);
 * assert.equal(free.takeFirst(), -1); // none is left
 * assert.throws(() => free.set(1000), { code: "ERR_INVALID_ARGUMENT" });
 * ```
 */
export class BitSet {
  /** How many bits there are, set or not. */
  declare readonly length: number;
  /** The words in use, leaves first: bit i is bit `i & 31` of word `i >>> 5`. */
  declare readonly words: Int32Array;
  /** The highest index. */
  declare private readonly last: number;
  declare private readonly levels: number;
  /** Where levels 1 to 4 begin. The leaves begin at 0. */
  declare private readonly at1: number;
  declare private readonly at2: number;
  declare private readonly at3: number;
  declare private readonly at4: number;
  declare private readonly root: number;

  /**
   * An empty set of `length` bits, 0 to 2³⁰, in memory of its own: O(length / 32). With `words` (and `at`), as `over`.
   *
   * @throws `RangeError` for another length: `ERR_INVALID_ARGUMENT`.
   * @throws `Error` where the host has no such memory: `ERR_OUT_OF_MEMORY`.
   */
  constructor(length: number, words?: Int32Array, at = 0) {
    present(this, "BitSet");
    const size = wordCount(length);
    const last = lastIndex(length);
    this.length = length;
    this.words = cut(words === undefined ? newWords(size, ArrayBuffer) : words, at, size);
    this.last = last;
    this.levels = levelCount(last);
    this.at1 = (last >>> 5) + 1;
    this.at2 = this.at1 + (last >>> 10) + 1;
    this.at3 = this.at2 + (last >>> 15) + 1;
    this.at4 = this.at3 + (last >>> 20) + 1;
    this.root = size - 1;
  }

  /** How many bytes a set of `n` bits takes: n / 8, and 1/31 of it for the summaries. */
  static byteLength(n: number): number {
    return wordCount(n) * 4;
  }

  /**
   * A set of `n` bits in the words of `words` from index `at` on; no other word is ever touched. It continues what is
   * there, so two sets over the same words are one set, and words that are all 0 are an empty set. Foreign words:
   * `verify` tells if they are a set, `clearAll()` makes them one. O(1).
   *
   * If the buffer is replaced (a WASM memory that grew), call `over` again.
   *
   * @throws `RangeError` where the words don't fit: `ERR_INVALID_ARGUMENT`.
   * @throws `TypeError` where `words` is no `Int32Array`: `ERR_INVALID_ARGUMENT`.
   * @throws `Error` where the words are gone: `ERR_DETACHED`.
   */
  static over(words: Int32Array, at: number, n: number): BitSet {
    return new BitSet(n, cut(words, at, wordCount(n))); // nothing may be missing here
  }

  /** How many bytes the set takes. */
  get byteLength(): number {
    return 4 * (this.root + 1);
  }

  /** How many bits are set. Counted on each call: O(length / 32). */
  get count(): number {
    return countBits(this);
  }

  /** Whether bit `i` is set. O(1). */
  has(i: number): boolean {
    if (typeof i !== "number" || i >>> 0 !== i || i >= this.length) checkIndex(i, this.length);
    const x = this.words[i >>> 5];
    if (x === undefined) gone();
    return ((x >>> i) & 1) === 1;
  }

  /** Sets bit `i`; returns whether it was clear. O(levels). */
  set(i: number): boolean {
    if (typeof i !== "number" || i >>> 0 !== i || i >= this.length) checkIndex(i, this.length);
    const words = this.words;
    const x = words[i >>> 5];
    if (((x >>> i) & 1) === 1) return false;
    // The word's first bit? Then set its summary bit too, and so on up to a word that has one: read upwards, written downwards.
    if (x === 0) {
      const levels = this.levels;
      if (levels > 1) {
        const at1 = this.at1 + (i >>> 10);
        const x1 = words[at1];
        if (x1 === 0 && levels > 2) {
          const at2 = this.at2 + (i >>> 15);
          const x2 = words[at2];
          if (x2 === 0 && levels > 3) {
            const at3 = this.at3 + (i >>> 20);
            const x3 = words[at3];
            if (x3 === 0 && levels > 4) {
              const at4 = this.at4 + (i >>> 25);
              const x4 = words[at4];
              if (x4 === 0 && levels > 5) words[this.root] |= 1 << (i >>> 25);
              words[at4] = x4 | (1 << (i >>> 20));
            }
            words[at3] = x3 | (1 << (i >>> 15));
          }
          words[at2] = x2 | (1 << (i >>> 10));
        }
        words[at1] = x1 | (1 << (i >>> 5));
      }
    } else if (x === undefined) gone();
    words[i >>> 5] = x | (1 << i);
    return true;
  }

  /** Clears bit `i`; returns whether it was set. O(levels). */
  clear(i: number): boolean {
    if (typeof i !== "number" || i >>> 0 !== i || i >= this.length) checkIndex(i, this.length);
    const words = this.words;
    const bit = 1 << i;
    i >>>= 5;
    const x = words[i];
    if ((x & bit) === 0) return x === undefined && gone();
    if (x === bit) this.empty(i);
    else words[i] = x ^ bit;
    return true;
  }

  /** The lowest set bit, or −1. O(levels). */
  first(): number {
    const words = this.words;
    let x = words[this.root];
    if (!x) return nothing(x);
    let i = 31 - Math.clz32(x & -x);
    // Down level by level: i indexes the words of the next. Nested, as most sets pass one or two of these tests.
    const levels = this.levels;
    if (levels > 1) {
      if (levels > 2) {
        if (levels > 3) {
          if (levels > 4) {
            if (levels > 5) {
              x = words[this.at4 + i];
              i = (i << 5) + 31 - Math.clz32(x & -x);
            }
            x = words[this.at3 + i];
            i = (i << 5) + 31 - Math.clz32(x & -x);
          }
          x = words[this.at2 + i];
          i = (i << 5) + 31 - Math.clz32(x & -x);
        }
        x = words[this.at1 + i];
        i = (i << 5) + 31 - Math.clz32(x & -x);
      }
      x = words[i];
      i = (i << 5) + 31 - Math.clz32(x & -x);
    }
    return i;
  }

  /** The lowest set bit at or after `from`, 0 ≤ from ≤ length, or −1. O(levels). */
  next(from: number): number {
    const words = this.words;
    if (typeof from !== "number" || from >>> 0 !== from || from >= this.length) {
      checkInteger("index", from, 0, this.length);
      checkThere(words);
      return -1;
    }
    const last = this.last;
    let at = 0;
    let shift = 0;
    let i = from;
    let x = words[i >>> 5] & (-1 << i);
    // Up, until a word has a bit above the one we come from …
    while (x === 0) {
      shift += 5;
      if (last >>> shift === 0) return words[0] === undefined ? gone() : -1; // the root had none
      at += (last >>> shift) + 1;
      i >>>= 5;
      x = words[at + (i >>> 5)] & (-2 << i);
    }
    i = (i & ~31) + lowest(x);
    // … and down along the lowest bits.
    while (shift > 0) {
      at -= (last >>> shift) + 1;
      shift -= 5;
      i = (i << 5) + lowest(words[at + i]);
    }
    return i;
  }

  /** Claims the lowest set bit: clears and returns it, or −1. O(levels). */
  takeFirst(): number {
    const i = this.first();
    if (i < 0) return -1;
    const words = this.words;
    const at = i >>> 5;
    const x = words[at] ^ (1 << i);
    if (x === 0) this.empty(at);
    else words[at] = x;
    return i;
  }

  /**
   * Claims the lowest `n` set bits in a row: clears them and returns the first, or −1 and changes nothing. n ≥ 1.
   * O(non-empty words before the end of the run), at worst O(length / 32). From n = 63 on, where few words are full,
   * only one of ⌊(n − 31) / 32⌋ words is read.
   */
  takeRun(n: number): number {
    checkInteger("run length", n, 1, MAX_LENGTH);
    checkThere(this.words);
    const start = findRun(this, n);
    if (start >= 0) fillBits(this, start, start + n, 0);
    return start;
  }

  /** Sets the bits from ≤ i < to. O((to − from) / 32 + levels). */
  setRange(from: number, to: number): void {
    fillBits(this, from, to, -1);
  }

  /** Clears the bits from ≤ i < to. O((to − from) / 32 + levels). */
  clearRange(from: number, to: number): void {
    fillBits(this, from, to, 0);
  }

  /** Sets every bit. O(length / 32). */
  setAll(): void {
    fillBits(this, 0, this.length, -1);
  }

  /** Clears every bit, whatever the words hold. O(length / 32). */
  clearAll(): void {
    checkThere(this.words);
    this.words.fill(0);
  }

  /**
   * The set bits, ascending; bits that change ahead of the iterator count. Makes garbage: a hot loop says
   * `for (let i = s.first(); i >= 0; i = s.next(i + 1))`, for which `s.next(s.length)` is −1.
   */
  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let i = this.first(); i >= 0; i = this.next(i + 1)) yield i;
  }

  /** Takes the last bit of leaf word `i`: clears its summary bit too, and so on up to a word that has another. */
  private empty(i: number): void {
    const { words, levels } = this;
    if (levels > 1) {
      const at1 = this.at1 + (i >>> 5);
      const x1 = words[at1] ^ (1 << i);
      if (x1 === 0 && levels > 2) {
        const at2 = this.at2 + (i >>> 10);
        const x2 = words[at2] ^ (1 << (i >>> 5));
        if (x2 === 0 && levels > 3) {
          const at3 = this.at3 + (i >>> 15);
          const x3 = words[at3] ^ (1 << (i >>> 10));
          if (x3 === 0 && levels > 4) {
            const at4 = this.at4 + (i >>> 20);
            const x4 = words[at4] ^ (1 << (i >>> 15));
            if (x4 === 0 && levels > 5) words[this.root] ^= 1 << (i >>> 20);
            words[at4] = x4;
          }
          words[at3] = x3;
        }
        words[at2] = x2;
      }
      words[at1] = x1;
    }
    words[i] = 0;
  }
}
