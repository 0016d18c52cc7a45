import { checkThere, fail, refuse } from "./errors.ts";
import { type Bits, checkWords, cut, lastIndex, wordCount } from "./layout.ts";

/**
 * Walks the invariant. For an `AtomicBitSet` too, when no thread is operating it. O(length / 32).
 *
 * A function, not a method, so that a program that doesn't call it doesn't carry it.
 *
 * @throws `Error` naming the first summary bit that disagrees with its word, or a bit past the end: `ERR_CORRUPTED`.
 * @throws `TypeError` for what is no set: `ERR_INVALID_ARGUMENT`.
 * @throws `Error` where its words are gone: `ERR_DETACHED`.
 */
export function verify(set: Bits): void {
  if (typeof set !== "object" || set === null) refuse(TypeError, "set: it is no BitSet");
  const { words, length } = set;
  const size = wordCount(length);
  checkWords(words);
  checkThere(words);
  cut(words, 0, size); // whatever it is, it has the words of a set
  const last = lastIndex(length);
  const rest = length - (last & ~31); // bits in use of the last leaf
  if (rest < 32 && words[last >>> 5] >>> rest !== 0) corrupted(`a bit past the length ${length} is set`);

  for (let at = 0, shift = 5, above = 0; last >>> shift > 0; shift += 5, at = above) {
    above = at + (last >>> shift) + 1;
    for (let i = at, next = above; i < above; next++) {
      let wanted = 0;
      for (let bit = 1; bit !== 0 && i < above; bit <<= 1) if (words[i++] !== 0) wanted |= bit;
      if (words[next] !== wanted) corrupted(`summary word ${next} is ${words[next]}, not ${wanted}`);
    }
  }
}

function corrupted(what: string): never {
  fail(new Error(`corrupted: ${what}`), "CorruptionError", "ERR_CORRUPTED");
}
