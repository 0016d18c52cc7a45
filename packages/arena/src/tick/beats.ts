/**
 * The beats of a period: the moments at which some harmonic rotates. Harmonic k does so k times a period, at j/k of it.
 *
 *     period    0 ··········· 1/3 ····· 1/2 ····· 2/3 ··········· 1
 *     1         ●                                                 ●
 *     2         ●                        ●                        ●
 *     3         ●              ●                   ●              ●
 *     beat      0              1         2         3              4 = beat 0 of the next period
 *
 * A moment is a fraction in lowest terms, two small integers. Harmonics meet where their fractions are the same one, and
 * harmonic k has a beat at n/d exactly where d divides k. No floating-point number decides anything.
 *
 * tried: moments as integers over the least common multiple of the harmonics; found: that of 1 … 64 is above 2⁸⁹.
 */
export interface Beats {
  /** How many there are in a period. */
  readonly count: number;
  /** Ascending: beat i of a period is at numerators[i] / denominators[i] of it. */
  readonly numerators: Uint8Array;
  readonly denominators: Uint8Array;
  /** The same, as numbers of periods. */
  readonly moments: Float64Array;
}

/** The most a harmonic can be: products of two are exact, and 1 … 64 have 1,260 beats. */
export const MAX_HARMONIC = 64;

/** The beats of these harmonics, whole numbers from 1 to 64. O(n log n) for n = their sum. */
export function beatsOf(harmonics: readonly number[]): Beats {
  const moments: { n: number; d: number }[] = [];
  // a fraction in lowest terms with the denominator d is a beat of every harmonic that d divides
  for (let d = 1; d <= MAX_HARMONIC; d++) {
    if (!harmonics.some((k) => k % d === 0)) continue;
    for (let n = 0; n < d; n++) if (gcd(n, d) === 1) moments.push({ n, d });
  }
  moments.sort((a, b) => a.n * b.d - b.n * a.d);
  return {
    count: moments.length,
    numerators: Uint8Array.from(moments, ({ n }) => n),
    denominators: Uint8Array.from(moments, ({ d }) => d),
    moments: Float64Array.from(moments, ({ n, d }) => n / d),
  };
}

/** Does harmonic `k` rotate at beat `index` of a period? O(1). */
export function isDue(beats: Beats, k: number, index: number): boolean {
  return k % beats.denominators[index] === 0;
}

/** Seconds from beat 0 to beat number `beat`, where a period takes 1 ÷ frequency: two roundings, however far. O(1). */
export function secondsAt(beats: Beats, beat: number, frequency: number): number {
  const index = beat % beats.count;
  const d = beats.denominators[index];
  return (((beat - index) / beats.count) * d + beats.numerators[index]) / d / frequency;
}

/** The greatest common divisor; gcd(0, d) = d. */
function gcd(a: number, b: number): number {
  while (a !== 0) [a, b] = [b % a, a];
  return b;
}
