import { checkIndex, checkThere, fail, gone } from "./errors.ts";
import { cut, lastIndex, levelCount, newWords, wordCount } from "./layout.ts";
import { present } from "./present.ts";
import { announce, isEmpty, lower, raise, settle } from "./summaries.ts";
import { countBits } from "./whole.ts";
import { lowest } from "./word.ts";

/** How often `takeFirst` looks again when the root is empty, but a thread is amid clearing a summary bit. */
const ROUNDS = 16;

/**
 * A bitset that many threads operate at once, without a lock: no bit is ever given to two, and none is lost.
 *
 * The leaves are the truth, changed by one atomic instruction each, whose old value decides who got a bit. The summaries
 * are hints, which follow them as `summaries.ts` has it: when all threads are done they are exact, as in a `BitSet`.
 *
 * If `takeFirst` returns −1, there was a moment during the call when every bit set before was taken: an empty root is believed only if no
 * thread was clearing hints while it was read. With as many bits as threads that hold at most one each, it never fails.
 *
 * A thread that dies amid a call loses at most the one bit it was taking or setting, and nobody can tell who had it: a bit has no
 * room for a name. (`SharedMetadataPool` of `@ariax/metadata-pool` has.) If it dies while clearing a hint, that stays announced:
 * `takeFirst` on an empty set searches the leaves `ROUNDS` times before it returns −1, and who sets a bit looks at each hint atomically.
 *
 * An access by `Atomics` is a call, 6 to 11 ns; so what can be is a plain one. All writes of other threads are atomic read-modify-writes,
 * so whoever changes or atomically loads a word after another thread changed it sees all that thread did before. The plain loads are
 *
 *     where                        what a stale value does
 *     takeFirst, on its way down   leads to a word that is empty, or past a bit; the leaf is changed by an atomic instruction, whose old
 *                                  value decides, and an empty root is looked at again atomically
 *     takeFirst, ROUNDS searches   misses a bit for that search, and the next one sees it: these promise nothing exact
 *     raise, its last look         nothing: who cleared a hint and ended before the clearers' word was loaded is seen, as it had changed that;
 *                                  nobody else is clearing, and who announces it later changes the leaf later
 *     settle (1), a child that     nothing: who emptied the child and cleared the bit above before it was set here is seen, as both
 *     its bit was set for          changed the word above; who comes to clear it later clears it
 *
 * @throws `RangeError` from any call with an index or a count that is out of range: `ERR_INVALID_ARGUMENT`.
 * @throws `Error` from any call once the words are gone, as their buffer was transferred: `ERR_DETACHED`.
 */
export class AtomicBitSet {
  /** How many bits there are, set or not. */
  declare readonly length: number;
  /** The words in use: those of a `BitSet` of this length, and one more. Post them to another thread for `over`. */
  declare readonly words: Int32Array;
  declare private readonly last: number;
  declare private readonly root: number;
  declare private readonly levels: number;

  /**
   * An empty set of `length` bits, 0 to 2³⁰, over a `SharedArrayBuffer` of its own: O(length / 32). With `words` (and
   * `at`), as `over`.
   *
   * @throws `RangeError` for another length: `ERR_INVALID_ARGUMENT`.
   * @throws `Error` where the host has no such memory, `ERR_OUT_OF_MEMORY`, or no `SharedArrayBuffer` at all, `ERR_UNSUPPORTED`.
   */
  constructor(length: number, words?: Int32Array, at = 0) {
    present(this, "AtomicBitSet");
    const size = wordCount(length) + 1;
    this.length = length;
    this.words = cut(words === undefined ? newSharedWords(size) : words, at, size);
    this.last = lastIndex(length);
    this.root = size - 2;
    this.levels = levelCount(this.last);
  }

  /** How many bytes an atomic set of `n` bits takes: those of a `BitSet`, and 4. */
  static byteLength(n: number): number {
    return wordCount(n) * 4 + 4;
  }

  /**
   * A set of `n` bits in the words of `words` from index `at` on: how a thread gets at a set made by another. It
   * continues what is there; words that are all 0 are an empty set. O(1).
   *
   * @throws `RangeError` where the words don't fit: `ERR_INVALID_ARGUMENT`.
   * @throws `TypeError` where `words` is no `Int32Array`: `ERR_INVALID_ARGUMENT`.
   * @throws `Error` where the words are gone: `ERR_DETACHED`.
   */
  static over(words: Int32Array, at: number, n: number): AtomicBitSet {
    return new AtomicBitSet(n, cut(words, at, wordCount(n) + 1)); // nothing may be missing here
  }

  /** How many bytes the set takes. */
  get byteLength(): number {
    return 4 * (this.root + 2);
  }

  /** How many bits are set; while others work, how many of the words read were, each in its moment. O(length / 32). */
  get count(): number {
    return countBits(this);
  }

  /** Whether bit `i` is set. O(1). */
  has(i: number): boolean {
    return ((Atomics.load(this.wordsWith(i), i >>> 5) >>> i) & 1) === 1;
  }

  /** Sets bit `i` (releases it); returns whether it was clear: `false` tells a double release. O(levels). */
  set(i: number): boolean {
    const words = this.wordsWith(i);
    const last = this.last;
    const bit = 1 << i;
    const old = Atomics.or(words, i >>> 5, bit);
    raise(words, last, i >>> 5, old === 0);
    return (old & bit) === 0;
  }

  /** Clears bit `i` (claims it); returns whether it was set, that is, whether the caller has it now. O(levels). */
  clear(i: number): boolean {
    const words = this.wordsWith(i);
    const last = this.last;
    const bit = 1 << i;
    const old = Atomics.and(words, i >>> 5, ~bit);
    if (old === bit) settle(words, last, i >>> 5, 0, true, 0, 5);
    return (old & bit) !== 0;
  }

  /** Claims the lowest set bit it finds: clears and returns it, or −1. O(levels) when no other thread interferes. */
  takeFirst(): number {
    const { words, last, root, levels } = this; // before the first write: a proxy may throw
    checkThere(words);
    for (let round = 0; round < ROUNDS; ) {
      let at = root;
      let shift = 5 * levels;
      let i = 0;
      let x = words[at]; // plain reads will do for hints
      while (shift > 5 && x !== 0) {
        i = (i << 5) + lowest(x);
        shift -= 5;
        at -= (last >>> shift) + 1;
        x = words[at + i];
      }
      if (x !== 0) {
        const bit = takeFrom(words, last, i, x);
        if (bit >= 0) return bit;
      } else if (at < root) {
        // A hint led to an empty word.
        settle(words, last, i, Atomics.load(words, at + i), false, at, shift);
      } else {
        if (isEmpty(words)) return -1;
        // Someone is clearing hints, maybe interrupted for long: look without them.
        for (let leaf = 0; leaf <= last >>> 5; leaf++) {
          const x = words[leaf];
          const bit = x === 0 ? -1 : takeFrom(words, last, leaf, x);
          if (bit >= 0) return bit;
        }
        round++;
      }
    }
    return -1;
  }

  /** Sets every bit, each word atomically. O(length / 32), and slow: to fill a set nobody uses yet, use `BitSet.over`. */
  setAll(): void {
    const { words, last, length } = this;
    checkThere(words);
    for (let leaf = 0; leaf << 5 < length; leaf++) {
      const bits = leaf === last >>> 5 ? -1 >>> -length : -1;
      raise(words, last, leaf, Atomics.or(words, leaf, bits) === 0);
    }
  }

  /** Clears every bit, each word atomically. O(length / 32). */
  clearAll(): void {
    const { words, last, length } = this;
    checkThere(words);
    for (let leaf = 0; leaf << 5 < length; leaf++) {
      if (Atomics.exchange(words, leaf, 0) !== 0) settle(words, last, leaf, 0, true, 0, 5);
    }
  }

  /** The words, where they are there and bit `i` is one of theirs. */
  private wordsWith(i: number): Int32Array {
    if (typeof i !== "number" || i >>> 0 !== i || i >= this.length) checkIndex(i, this.length);
    const words = this.words;
    if (words[i >>> 5] === undefined) gone();
    return words;
  }
}

function newSharedWords(size: number): Int32Array {
  if (typeof SharedArrayBuffer === "undefined") {
    const what = "no SharedArrayBuffer here: a page has it once it is cross-origin isolated";
    fail(new Error(`unsupported: ${what}`), "UnsupportedError", "ERR_UNSUPPORTED");
  }
  return newWords(size, SharedArrayBuffer);
}

/** Claims the lowest bit of leaf word `leaf`, in which `x` was seen, or −1 if others took all. */
function takeFrom(words: Int32Array, last: number, leaf: number, x: number): number {
  while (x !== 0) {
    const bit = x & -x;
    const isLast = x === bit;
    const clearers = isLast ? announce(words) : 0;
    const old = Atomics.and(words, leaf, ~bit);
    x = old & ~bit;
    const emptied = old === bit;
    if (isLast) lower(words, last, leaf, emptied, clearers);
    else if (emptied) settle(words, last, leaf, 0, true, 0, 5);
    if ((old & bit) !== 0) return (leaf << 5) + lowest(bit);
  }
  settle(words, last, leaf, 0, false, 0, 5); // who emptied it may not have come to it
  return -1;
}
