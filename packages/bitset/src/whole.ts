/** Operations over many words at once. All cost O(words they touch). */
import { checkInteger, checkThere } from "./errors.ts";
import type { Bits } from "./layout.ts";
import { ones } from "./word.ts";

/** Sets (`value` −1) or clears (0) the bits from ≤ i < to of a `BitSet`, and mends the summaries. */
export function fillBits({ words, length }: Bits, from: number, to: number, value: 0 | -1): void {
  checkInteger("range end", to, 0, length);
  checkInteger("range start", from, 0, to);
  checkThere(words);
  for (let at = 0, shift = 5; from < to && at < words.length; shift += 5) {
    const first = at + (from >>> 5);
    const final = at + ((to - 1) >>> 5);
    const head = -1 << from;
    const tail = -1 >>> -to; // not (1 << to) - 1: at the end of a word, that is 0
    // Bits of `value` where the mask has ones.
    words[first] ^= (words[first] ^ value) & (first < final ? head : head & tail);
    if (first < final) {
      words.fill(value, first + 1, final);
      words[final] ^= (words[final] ^ value) & tail;
    }
    // The same for the summary bits of these words, but for an end that still has bits when others are cleared.
    from = first - at;
    to = final - at + 1;
    if (value === 0 && words[first] !== 0) from++;
    if (value === 0 && words[final] !== 0) to--;
    at += ((length - 1) >>> shift) + 1;
  }
}

/** How many bits are set. */
export function countBits({ words, length }: Bits): number {
  checkThere(words);
  let count = 0;
  for (let leaf = 0; leaf << 5 < length; leaf++) count += ones(words[leaf]);
  return count;
}
