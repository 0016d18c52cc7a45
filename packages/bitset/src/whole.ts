/** Operations over many words at once. All cost O(words they touch); `last` is the highest index of the set. */
import { withCode } from "./layout.ts";
import { ones } from "./word.ts";

/** Sets (`value` −1) or clears (0) the bits from ≤ i < to, and mends the summaries. The range must not be empty. */
export function fillBits(words: Int32Array, last: number, from: number, to: number, value: 0 | -1): void {
  for (let at = 0, shift = 5; ; shift += 5) {
    const first = at + (from >>> 5);
    const final = at + ((to - 1) >>> 5);
    const head = -1 << from;
    const tail = -1 >>> -to; // not (1 << to) - 1: at the end of a word, that is 0
    const mask = first === final ? head & tail : head;
    words[first] = (words[first] & ~mask) | (value & mask);
    if (first < final) {
      words.fill(value, first + 1, final);
      words[final] = (words[final] & ~tail) | (value & tail);
    }
    if (last >>> shift === 0) return;
    // The same for the summary bits of these words, but for an end that still has bits when others are cleared.
    from = first - at + ((words[first] === 0) === (value === 0) ? 0 : 1);
    to = final - at + ((words[final] === 0) === (value === 0) ? 1 : 0);
    if (from >= to) return;
    at += (last >>> shift) + 1;
  }
}

/** How many bits are set. */
export function countBits(words: Int32Array, last: number): number {
  let count = 0;
  for (let i = 0; i <= last >>> 5; i++) count += ones(words[i]);
  return count;
}

/** Throws unless each summary bit is set exactly if its word is not empty, and no bit past the end is set. */
export function verifyWords(words: Int32Array, length: number, last: number): void {
  const rest = length - (last & ~31); // bits in use of the last leaf
  if (rest < 32 && words[last >>> 5] >>> rest !== 0) throw corrupted(`a bit past the length ${length} is set`);

  for (let at = 0, shift = 5, above = 0; last >>> shift > 0; shift += 5, at = above) {
    above = at + (last >>> shift) + 1;
    for (let i = at, next = above; i < above; next++) {
      let wanted = 0;
      for (let bit = 1; bit !== 0 && i < above; bit <<= 1) if (words[i++] !== 0) wanted |= bit;
      if (words[next] !== wanted) throw corrupted(`summary word ${next} is ${words[next]}, not ${wanted}`);
    }
  }
}

function corrupted(what: string): Error {
  return withCode(new Error(`corrupted: ${what}`), "ERR_CORRUPTED");
}
