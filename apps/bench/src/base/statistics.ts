import { geometricMean, max, mean, median, min, sampleStandardDeviation } from "simple-statistics";

/** The middle of several observations, and how far they lie apart. */
export interface Summary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** Of at least one value. */
export function summarise(values: readonly number[]): Summary {
  const all = [...values];
  return { median: median(all), low: min(all), high: max(all), count: all.length };
}

/** The geometric mean of values above 0; undefined where there are none. */
export const geomean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : geometricMean([...values]);

export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Student's t for 95 % on both sides, by degrees of freedom from 1 to 30. */
const T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/**
 * The mean of at least two values with its 95 % interval by Student's t.
 *
 * tried: a percentile bootstrap; measured: of four values of no mean it leaves 0 out in 22 of 100 cases, not in 5.
 */
export function meanInterval(values: readonly number[]): Interval {
  const estimate = mean([...values]);
  const freedom = values.length - 1;
  const t = T[freedom - 1] ?? 1.96 + 2.5 / freedom;
  const half = (t * sampleStandardDeviation([...values])) / Math.sqrt(values.length);
  return { estimate, low: estimate - half, high: estimate + half };
}

/**
 * The median of at least one value, and an interval that has the true one in at least 95 of 100 cases, whatever the values'
 * distribution: between two of the values, as many from either end as a fair coin gives so rarely (J.-Y. Le Boudec, "Performance
 * Evaluation of Computer and Communication Systems", EPFL Press 2010, theorem 2.1 and table A.1). Fewer than six are not enough
 * for 95: theirs is from the lowest to the highest, of five in 94 cases, of three in 75.
 */
export function medianInterval(values: readonly number[]): Interval {
  const all = [...values].sort((a, b) => a - b);
  const { length } = all;
  // How often fewer than `rank` of so many lie below the median.
  let rank = 0;
  let chance = 0.5 ** length;
  for (let below = chance; below <= 0.025; below += chance) chance *= (length - rank) / ++rank;
  const from = Math.max(0, rank - 1);
  return { estimate: median(all), low: all[from]!, high: all[length - 1 - from]! };
}
