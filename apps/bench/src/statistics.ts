import { geometricMean, max, median, min, quantileSorted } from "simple-statistics";
import { random } from "./random.ts";

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

/**
 * The mean of `values` with a bootstrap interval that holds 95 % of the resampled means (percentile method). Seeded: the
 * same values give the same interval.
 */
export function bootstrapMean(values: readonly number[], resamples = 2000): Interval {
  const next = random(1);
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[next(values.length)]!;
    return sum / values.length;
  }).sort((a, b) => a - b);
  const estimate = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { estimate, low: quantileSorted(means, 0.025), high: quantileSorted(means, 0.975) };
}
