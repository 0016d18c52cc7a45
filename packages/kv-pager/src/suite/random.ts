/** A whole number from 0 to `bound` − 1. */
export type Random = (bound: number) => number;

/** Repeatable: a 32-bit xorshift (Marsaglia 2003). */
export function random(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}
