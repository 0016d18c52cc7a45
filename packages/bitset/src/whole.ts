/** Operations over many words at once. All cost O(words they touch); `last` is the highest index of the set. */
import { withCode } from "./layout.ts";
import { ones } from "./word.ts";

/** Sets the bits from ≤ i < to, and the summaries above. The range must not be empty. */
export function setBits(words: Int32Array, last: number, from: number, to: number): void {
  for (let offset = 0, shift = 5; ; shift += 5) {
    const first = from >>> 5;
    const final = (to - 1) >>> 5;
    const head = -1 << from;
    const tail = -1 >>> -to; // not 1 << to: that is 1, not 2³², at the end of a word
    if (first === final) words[offset + first] |= head & tail;
    else {
      words[offset + first] |= head;
      words.fill(-1, offset + first + 1, offset + final);
      words[offset + final] |= tail;
    }
    if (last >>> shift === 0) return;
    offset += (last >>> shift) + 1;
    // Every word touched has a bit now, so on the level above it's a range again.
    from = first;
    to = final + 1;
  }
}

/** Clears the bits from ≤ i < to, and the summary bits of words that became empty. The range must not be empty. */
export function clearBits(words: Int32Array, last: number, from: number, to: number): void {
  for (let offset = 0, shift = 5; ; shift += 5) {
    const first = from >>> 5;
    const final = (to - 1) >>> 5;
    const head = -1 << from;
    const tail = -1 >>> -to;
    if (first === final) words[offset + first] &= ~(head & tail);
    else {
      words[offset + first] &= ~head;
      words.fill(0, offset + first + 1, offset + final);
      words[offset + final] &= ~tail;
    }
    if (last >>> shift === 0) return;
    // The words between the two ends are empty; are the ends?
    from = words[offset + first] === 0 ? first : first + 1;
    to = words[offset + final] === 0 ? final + 1 : final;
    if (from >= to) return;
    offset += (last >>> shift) + 1;
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

  for (let offset = 0, shift = 5, level = 1; last >>> shift > 0; shift += 5, level++) {
    const size = (last >>> shift) + 1;
    const above = offset + size;
    for (let i = 0; i < ((size + 31) & ~31); i++) {
      const full = i < size && words[offset + i] !== 0;
      const bit = ((words[above + (i >>> 5)] >>> i) & 1) === 1;
      if (bit === full) continue;
      throw corrupted(
        `bit ${i} of level ${level} is ${bit ? "set" : "clear"}, its word ${full ? "is not" : "is"} empty`,
      );
    }
    offset = above;
  }
}

function corrupted(what: string): Error {
  return withCode(new Error(`corrupted: ${what}`), "ERR_CORRUPTED");
}
