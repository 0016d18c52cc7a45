/** A whole number from 0 to `bound` − 1. */
export type Random = (bound: number) => number;

/** Repeatable numbers for scripted runs: a 32-bit xorshift (Marsaglia 2003), its seed spread by a multiplication. */
export function random(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** Sorts `items` at random, in place (Fisher–Yates). */
export function shuffle<T>(items: T[], next: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = next(i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}
