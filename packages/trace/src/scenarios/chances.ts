/**
 * Distributions, the same on every machine: additions, multiplications and divisions of numbers are exactly specified,
 * while `Math.exp`, `Math.log`, `Math.pow` and `Math.sqrt` may differ between engines in the last bit.
 */
import type { Random } from "../random.ts";

const LN_2 = 0.6931471805599453;

/** eˣ, to 14 digits, where it is an ordinary number: x from −700 to 700. O(|x|). */
export function exp(x: number): number {
  let doublings = Math.round(x / LN_2);
  const rest = x - doublings * LN_2;
  // Taylor's series of the rest, which is at most ln 2 ÷ 2, from its smallest term on.
  let power = 1;
  for (let n = 15; n > 0; n--) power = 1 + (power * rest) / n;
  for (; doublings > 0; doublings--) power *= 2;
  for (; doublings < 0; doublings++) power /= 2;
  return power;
}

/** How many events come, if on average `mean` do, each by itself: by adding up probabilities. `mean` is at most 500. */
export function poisson(random: Random, mean: number): number {
  const draw = random.unit();
  let probability = exp(-mean);
  let count = 0;
  for (let sum = probability; draw >= sum; sum += probability) probability *= mean / ++count;
  return count;
}

/** A number whose logarithm is normally distributed: half are below `median`, two thirds within a factor of e^sigma. */
export function logNormal(random: Random, median: number, sigma: number): number {
  // Twelve even numbers from 0 to 1 have a variance of 1 together, and fall off as the normal distribution does.
  let sum = -6;
  for (let n = 12; n > 0; n--) sum += random.unit();
  return median * exp(sigma * sum);
}

/** Picks of 0 … n − 1, each as likely as its weight. Never of one whose weight is 0. */
export class Weighted {
  /** By number: the weights up to it, itself included. */
  private readonly upTo: Float64Array;
  private readonly sum: number;

  constructor(weights: readonly number[]) {
    let sum = 0;
    this.upTo = Float64Array.from(weights, (weight) => (sum += weight));
    this.sum = sum;
  }

  /** O(log n). */
  draw(random: Random): number {
    const at = random.unit() * this.sum;
    let low = 0;
    let high = this.upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.upTo[middle] > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Weights by Zipf's law: the second is half as likely as the first, the third a third. */
export function zipf(count: number): number[] {
  return Array.from({ length: count }, (_, rank) => 1 / (rank + 1));
}

/** Puts `items` into a random order (Fisher and Yates). */
export function shuffle<T>(random: Random, items: T[]): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const i = random.below(last + 1);
    const moved = items[i];
    items[i] = items[last];
    items[last] = moved;
  }
  return items;
}
