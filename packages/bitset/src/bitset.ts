import { checkInteger, cut, invalid, lastIndex, levelCount, refuse, wordCount } from "./layout.ts";
import { findLongRun, findRun } from "./runs.ts";
import { clearBits, countBits, setBits, verifyWords } from "./whole.ts";
import { lowest } from "./word.ts";

/**
 * A set of whole numbers 0 ≤ i < length, that finds its lowest member in O(levels) whatever its fill: one load per
 * level, of which there are ⌈log₃₂ length⌉, at most six.
 *
 * All state is in `words`, so several sets over the same words, in turn, are one set.
 *
 * Ways not taken, on 1,048,576 bits (ns: find the last bit / 1 % set, take + set / empty, set + take):
 * this one 6.7 / 20.3 / 13.0.
 * tried: loops over a table of offsets instead of the unrolled levels; measured: 8.4 / 22.9 / 17.2.
 * tried: loops that compute the offsets; measured: 11.5 / 21.6 / 15.9.
 * tried: takeFirst that keeps the words it came down by, for the way up; measured: 6.1 / 20.7 / 12.7, for twice the code.
 * tried: most significant bit first, so that clz32 alone finds it; measured: 5.0 / 18.8 / 13.1. Not taken: the leaves
 * would be no ordinary bitmap.
 */
export class BitSet {
  /** How many bits there are, set or not. */
  readonly length: number;
  /** The words in use, leaves first: bit i is bit `i & 31` of word `i >>> 5`. */
  readonly words: Int32Array;
  readonly #levels: number;
  /** The highest index. */
  readonly #last: number;
  /** Where levels 1 to 4 begin. The leaves begin at 0. */
  readonly #at1: number;
  readonly #at2: number;
  readonly #at3: number;
  readonly #at4: number;
  readonly #root: number;

  /**
   * An empty set of `length` bits, 0 to 2³⁰, in memory of its own. O(length / 32).
   * `words` is for `over`: exactly the words the set takes, which it continues.
   * Throws a `RangeError` for another length.
   */
  constructor(length: number, words: Int32Array = new Int32Array(wordCount(length))) {
    if (words.length !== wordCount(length)) {
      throw invalid(`invalid words: ${words.length} words are not the ${wordCount(length)} of ${length} bits`);
    }
    const last = lastIndex(length);
    this.length = length;
    this.words = words;
    this.#levels = levelCount(length);
    this.#last = last;
    this.#at1 = (last >>> 5) + 1;
    this.#at2 = this.#at1 + (last >>> 10) + 1;
    this.#at3 = this.#at2 + (last >>> 15) + 1;
    this.#at4 = this.#at3 + (last >>> 20) + 1;
    this.#root = words.length - 1;
  }

  /** How many bytes a set of `n` bits takes: n / 8, and 1/31 of it for the summaries. */
  static byteLength(n: number): number {
    return wordCount(n) * 4;
  }

  /**
   * A set of `n` bits in the words of `words` from index `at` on; no other word is ever touched. It continues what is
   * there, so two sets over the same words are one set, and words that are all 0 are an empty set. Foreign words:
   * `verify()` tells if they are a set, `clearAll()` makes them one. O(1).
   *
   * If the buffer is replaced (a WASM memory that grew), call `over` again.
   * Throws a `RangeError` if the words don't fit, a `TypeError` if `words` is no `Int32Array`.
   */
  static over(words: Int32Array, at: number, n: number): BitSet {
    return new BitSet(n, cut(words, at, wordCount(n)));
  }

  /** How many bytes the set takes. */
  get byteLength(): number {
    return this.words.length * 4;
  }

  /** How many bits are set. Counted on each call: O(length / 32). */
  get count(): number {
    return countBits(this.words, this.#last);
  }

  /** Whether bit `i` is set. O(1). */
  has(i: number): boolean {
    if (i >>> 0 !== i || i >= this.length) this.#refuse(i);
    return ((this.words[i >>> 5] >>> i) & 1) === 1;
  }

  /** Sets bit `i`; returns whether it was clear. O(levels). */
  set(i: number): boolean {
    if (i >>> 0 !== i || i >= this.length) this.#refuse(i);
    const words = this.words;
    const leaf = i >>> 5;
    const bit = 1 << i;
    const x = words[leaf];
    if ((x & bit) !== 0) return false;
    words[leaf] = x | bit;
    if (x === 0) this.#raise(leaf);
    return true;
  }

  /** Clears bit `i`; returns whether it was set. O(levels). */
  clear(i: number): boolean {
    if (i >>> 0 !== i || i >= this.length) this.#refuse(i);
    const words = this.words;
    const leaf = i >>> 5;
    const bit = 1 << i;
    const x = words[leaf];
    if ((x & bit) === 0) return false;
    if ((words[leaf] = x ^ bit) === 0) this.#lower(leaf);
    return true;
  }

  /** The lowest set bit, or −1. O(levels). */
  first(): number {
    const words = this.words;
    const root = words[this.#root];
    if (root === 0) return -1;
    let i = lowest(root);
    // Down level by level: i indexes the words of the next. Nested, as most sets pass one or two of these tests.
    const levels = this.#levels;
    if (levels > 1) {
      if (levels > 2) {
        if (levels > 3) {
          if (levels > 4) {
            if (levels > 5) i = (i << 5) + lowest(words[this.#at4 + i]);
            i = (i << 5) + lowest(words[this.#at3 + i]);
          }
          i = (i << 5) + lowest(words[this.#at2 + i]);
        }
        i = (i << 5) + lowest(words[this.#at1 + i]);
      }
      i = (i << 5) + lowest(words[i]);
    }
    return i;
  }

  /** The lowest set bit at or after `from`, 0 ≤ from ≤ length, or −1. O(levels). */
  next(from: number): number {
    if (from >>> 0 !== from || from >= this.length) {
      if (from === this.length) return -1;
      refuse("index", from, 0, this.length);
    }
    const words = this.words;
    let i = from >>> 5;
    let x = words[i] & (-1 << from);
    if (x !== 0) return (i << 5) + lowest(x);
    // Up, until a word has a bit above the one we come from …
    const last = this.#last;
    let shift = 5;
    let at = 0;
    do {
      if (last >>> shift === 0) return -1; // the root had none
      at += (last >>> shift) + 1;
      shift += 5;
      x = words[at + (i >>> 5)] & (-2 << i);
      i >>>= 5;
    } while (x === 0);
    // … and down along the lowest bits.
    do {
      i = (i << 5) + lowest(x);
      shift -= 5;
      at -= (last >>> shift) + 1;
      x = words[at + i];
    } while (shift > 5);
    return (i << 5) + lowest(x);
  }

  /** Claims the lowest set bit: clears and returns it, or −1. O(levels). */
  takeFirst(): number {
    const i = this.first();
    if (i < 0) return -1;
    const leaf = i >>> 5;
    if ((this.words[leaf] ^= 1 << i) === 0) this.#lower(leaf);
    return i;
  }

  /**
   * Claims the lowest `n` ≥ 1 set bits in a row: clears them and returns the first, or −1 and changes nothing.
   * O(non-empty words before the end of the run), worst O(length / 32). For n ≥ 63 only one of ⌊(n − 31) / 32⌋
   * words is read where few are full.
   */
  takeRun(n: number): number {
    checkInteger("run length", n, 1, Number.MAX_SAFE_INTEGER);
    if (n === 1) return this.takeFirst();
    if (n > this.length) return -1;
    const start = (n < 63 ? findRun : findLongRun)(this.words, this.length, n, this);
    if (start >= 0) clearBits(this.words, this.#last, start, start + n);
    return start;
  }

  /** Sets the bits from ≤ i < to. O((to − from) / 32 + levels). */
  setRange(from: number, to: number): void {
    this.#checkRange(from, to);
    if (from < to) setBits(this.words, this.#last, from, to);
  }

  /** Clears the bits from ≤ i < to. O((to − from) / 32 + levels). */
  clearRange(from: number, to: number): void {
    this.#checkRange(from, to);
    if (from < to) clearBits(this.words, this.#last, from, to);
  }

  /** Sets every bit. O(length / 32). */
  setAll(): void {
    this.setRange(0, this.length);
  }

  /** Clears every bit, whatever the words hold. O(length / 32). */
  clearAll(): void {
    this.words.fill(0);
  }

  /**
   * The set bits, ascending; bits that change ahead of the iterator count. Makes garbage: a hot loop says
   * `for (let i = s.first(); i >= 0; i = s.next(i + 1))`, for which `s.next(s.length)` is −1.
   */
  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let i = this.first(); i >= 0; i = this.next(i + 1)) yield i;
  }

  /**
   * Throws an `Error` with code `ERR_CORRUPTED` naming the first summary bit that disagrees with its word, or a bit past
   * the end. O(length / 32).
   */
  verify(): void {
    verifyWords(this.words, this.length, this.#last);
  }

  /** Leaf word `i` got its first bit: sets the bits above, up to a word that had one. */
  #raise(i: number): void {
    const levels = this.#levels;
    const words = this.words;
    if (levels === 1) return;
    let at = this.#at1 + (i >>> 5);
    let x = words[at];
    words[at] = x | (1 << i);
    if (x !== 0 || levels === 2) return;
    i >>>= 5;
    at = this.#at2 + (i >>> 5);
    x = words[at];
    words[at] = x | (1 << i);
    if (x !== 0 || levels === 3) return;
    i >>>= 5;
    at = this.#at3 + (i >>> 5);
    x = words[at];
    words[at] = x | (1 << i);
    if (x !== 0 || levels === 4) return;
    i >>>= 5;
    at = this.#at4 + (i >>> 5);
    x = words[at];
    words[at] = x | (1 << i);
    if (x !== 0 || levels === 5) return;
    words[this.#root] |= 1 << (i >>> 5);
  }

  /** Leaf word `i` lost its last bit: clears the bits above, up to a word that has another. */
  #lower(i: number): void {
    const levels = this.#levels;
    const words = this.words;
    if (levels === 1) return;
    if ((words[this.#at1 + (i >>> 5)] ^= 1 << i) !== 0 || levels === 2) return;
    i >>>= 5;
    if ((words[this.#at2 + (i >>> 5)] ^= 1 << i) !== 0 || levels === 3) return;
    i >>>= 5;
    if ((words[this.#at3 + (i >>> 5)] ^= 1 << i) !== 0 || levels === 4) return;
    i >>>= 5;
    if ((words[this.#at4 + (i >>> 5)] ^= 1 << i) !== 0 || levels === 5) return;
    words[this.#root] ^= 1 << (i >>> 5);
  }

  #checkRange(from: number, to: number): void {
    checkInteger("range end", to, 0, this.length);
    checkInteger("range start", from, 0, to);
  }

  #refuse(i: number): never {
    refuse("index", i, 0, this.length - 1);
  }
}
