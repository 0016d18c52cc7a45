/**
 * A checksum over words, to tell damage by chance, not by intent: 64 bits from two sums of 32.
 *
 * Each step maps a sum one to one for a given word, and words one to one for a given sum: so where one word alone is
 * another one, and with it any byte, both sums are others, whatever follows.
 */

/** Both sums of the words of `w` from `from` on. */
export function checksum(w: Int32Array, from: number): readonly [number, number] {
  let a = 0x243f6a88;
  let b = 0x85a308d3 | 0;
  for (let i = from; i < w.length; i++) {
    const word = w[i];
    a = Math.imul(a ^ word, 0x9e3779b1);
    a = (a << 13) | (a >>> 19);
    b = Math.imul(b + word, 0x85ebca6b);
    b ^= b >>> 15;
  }
  return [a, b];
}
