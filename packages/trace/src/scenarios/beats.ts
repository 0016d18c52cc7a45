/** A moment of a period at which something rotates: `at` ÷ `of` of it, a reduced fraction below 1. */
export interface Beat {
  readonly at: number;
  readonly of: number;
  /** Bit h is set if harmonic number h of the list rotates. */
  readonly due: number;
}

/**
 * The beats of a period: harmonic k rotates at 0/k, 1/k … (k−1)/k of it, and what coincides is one beat. In whole
 * numbers, so that 1/3 and 2/6 do coincide. Ascending; the first is 0, at which all rotate.
 *
 *     harmonic 1   ●───────────────────────●
 *     harmonic 2   ●───────────●───────────●
 *     harmonic 3   ●───────●───────●───────●
 *     beats        0      1/3 1/2 2/3      (0 of the next period)
 */
export function beatsOf(harmonics: readonly number[]): Beat[] {
  const beats = new Map<string, { at: number; of: number; due: number }>();
  for (const [h, k] of harmonics.entries()) {
    for (let j = 0; j < k; j++) {
      const divisor = greatestCommonDivisor(j, k);
      const [at, of] = [j / divisor, k / divisor];
      const beat = beats.get(`${at}/${of}`) ?? { at, of, due: 0 };
      beat.due |= 1 << h;
      beats.set(`${at}/${of}`, beat);
    }
  }
  return [...beats.values()].sort((a, b) => a.at * b.of - b.at * a.of);
}

function greatestCommonDivisor(a: number, b: number): number {
  return a === 0 ? b : greatestCommonDivisor(b % a, a);
}
