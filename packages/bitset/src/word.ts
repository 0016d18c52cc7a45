/** Number tricks on one 32-bit word. A word is a signed integer, as an Int32Array gives it. */

/** Index of the lowest set bit of `x`, which must not be 0. */
export function lowest(x: number): number {
  return 31 - Math.clz32(x & -x);
}

/** How many bits of `x` are set. */
export function ones(x: number): number {
  x -= (x >>> 1) & 0x55555555;
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Bit i of the result is set if `x` has `n` set bits in a row from bit i on, 1 ≤ n ≤ 32. Runs end with the word. */
export function runStarts(x: number, n: number): number {
  // tried: one bit at a time, until x is 0; measured: 330 instead of 235 µs for a run of 24 in 1,048,576 random bits.
  for (let have = 1; have < n; ) {
    const step = Math.min(have, n - have); // each bit stands for `have` bits in a row
    x &= x >>> step;
    have += step;
  }
  return x;
}
