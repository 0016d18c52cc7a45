/**
 * Tokens of a block. A trace does not say how many; but a request of n blocks fills n − 1 of them, and the last has a token at least, so that
 * requests that say how many tokens they have leave only some sizes.
 */

/** Sizes that fit all requests, from the least to the most: either may be a fraction, and `least` may be above `most`. */
export type Fit = readonly [least: number, most: number];

/**
 * What the format usually has, where that fits; else the only power of two, or else the only whole number that does. Undefined where it
 * can't be known.
 */
export function chooseBlockTokens(usual: number, [least, most]: Fit): number | undefined {
  if (usual >= least && usual <= most) return usual;
  const power = 2 ** Math.ceil(Math.log2(Math.max(least, 1)));
  if (power <= most && 2 * power > most) return power;
  const whole = Math.ceil(least);
  return whole <= most && whole + 1 > most ? whole : undefined;
}

/** Undefined where `blockTokens` fits the requests. */
export function misfit(blockTokens: number, [least, most]: Fit): string | undefined {
  if (blockTokens >= least && blockTokens <= most) return undefined;
  return `blocks of ${blockTokens} tokens do not fit the requests' lengths, which say blocks ${sizesOf([least, most])}`;
}

/** `of 14 to 17 tokens`. */
export function sizesOf([least, most]: Fit): string {
  const [first, last] = [Math.ceil(least), Math.floor(most)];
  if (first > last) return "of no one size";
  if (last === Number.POSITIVE_INFINITY) return `of ${first} tokens or more`;
  return first === last ? `of ${first} tokens` : `of ${first} to ${last} tokens`;
}
