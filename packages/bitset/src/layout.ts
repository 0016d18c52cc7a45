/**
 * Where the levels of a set lie, and what words it takes.
 *
 * The words of level k number ⌈n / 32^(k+1)⌉ (at least one), the leaves being level 0; the levels follow each other
 * without gaps, leaves first, and the last is the one word of the root. With `last = n − 1`, level k has
 * `(last >>> 5(k+1)) + 1` words: loops that climb or descend get their offsets from that, and need no table.
 */
import { checkInteger, fail, gone, refuse, show } from "./errors.ts";

/** The most bits a set can have: 2³⁰, which takes six levels and 138 MB. */
export const MAX_LENGTH: number = 2 ** 30;

/** How many 32-bit words a set of `n` bits takes, summaries included. */
export function wordCount(n: number): number {
  checkInteger("length", n, 0, MAX_LENGTH);
  const last = lastIndex(n);
  let words = 1; // the root
  for (let shift = 5; last >>> shift > 0; shift += 5) words += (last >>> shift) + 1;
  return words;
}

/** How many levels a set of highest index `last` has: one up to 32 bits, six up to 2³⁰. */
export function levelCount(last: number): number {
  return ((36 - Math.clz32(last | 1)) / 5) | 0; // five bits of an index each
}

/** The highest index of a set of `n` bits. An empty one is laid out as if it had one. */
export function lastIndex(n: number): number {
  return Math.max(n - 1, 0);
}

/** What the functions over whole sets need to know of one: its own words, from the first leaf on. */
export interface Bits {
  readonly length: number;
  readonly words: Int32Array;
}

/** `size` words, all 0, in a buffer of this type. */
export function newWords(size: number, Type: ArrayBufferConstructor | SharedArrayBufferConstructor): Int32Array {
  const bytes = 4 * size;
  try {
    return new Int32Array(new Type(bytes));
  } catch {
    // the size is a checked one: the host has no room for it
    const error = new Error(`out of memory: the host has no buffer of ${bytes} bytes`);
    fail(Object.assign(error, { requested: bytes }), "HostMemoryError", "ERR_OUT_OF_MEMORY");
  }
}

/** Throws unless `words` are an `Int32Array`: told by its name, as it may come from another realm, and no proxy of one. */
export function checkWords(words: Int32Array): void {
  if (!ArrayBuffer.isView(words) || words[Symbol.toStringTag] !== "Int32Array") {
    refuse(TypeError, "words: not an Int32Array");
  }
}

/** Has an array a buffer that is long enough for it? One that was transferred, or shrunk, makes its length 0, and this fail. */
function isThere(words: Int32Array): boolean {
  try {
    words.fill(0);
    return true;
  } catch {
    return false;
  }
}

/** The `size` words of `words` from index `at` on: a view of its own, so their neighbours are out of reach. */
export function cut(words: Int32Array, at: number, size: number): Int32Array {
  checkWords(words);
  if (words.length === 0 && !isThere(words)) gone();
  if (words.length < size) {
    refuse(RangeError, `words: ${words.length} are too few, ${size} are needed from word ${show(at)} on`);
  }
  checkInteger(`start of ${size} words`, at, 0, words.length - size);
  return new Int32Array(words.buffer, words.byteOffset + 4 * at, size);
}
