import { describe, expect, test } from "vitest";
import { MAX_SAMPLES, Series } from "../../src/tick/series.ts";

const add = (series: Series, value: number) => series.add(Float64Array.of(1000, 1000 + value), 0, 1);
function seriesOf(values: Iterable<number>, room?: number): Series {
  const series = new Series(room);
  for (const value of values) add(series, value);
  return series;
}
/** 0 … n − 1, each once, in an order that is none: multiples of a prime, modulo n. */
function* scattered(n: number): Generator<number> {
  for (let i = 0; i < n; i++) yield (i * 7919) % n;
}

describe("a series", () => {
  test("of nothing", () => {
    const series = new Series();
    expect([series.count, series.mean, series.max, series.last]).toEqual([0, 0, 0, 0]);
    expect(series.quantiles(0, 0.5, 1)).toEqual([0, 0, 0]);
  });

  test("is of the times from one moment to another, never below 0", () => {
    const series = new Series();
    const moments = Float64Array.of(5, 9, 12);
    series.add(moments, 0, 1);
    series.add(moments, 0, 2);
    series.add(moments, 1, 2);
    expect([series.count, series.mean, series.max, series.last]).toEqual([3, 14 / 3, 7, 3]);
    series.add(moments, 2, 0);
    expect([series.count, series.mean, series.max, series.last]).toEqual([4, 14 / 4, 7, 0]);
    expect(series.quantiles(0, 0.5, 1)).toEqual([0, 3, 7]);
  });

  test("quantiles are those of the nearest rank", () => {
    expect(seriesOf([5]).quantiles(0, 0.5, 0.99, 1)).toEqual([5, 5, 5, 5]);
    expect(seriesOf([4, 1, 3, 2]).quantiles(0, 0.25, 0.26, 0.5, 0.75, 0.76, 1)).toEqual([1, 1, 2, 2, 3, 4, 4]);
    const hundred = seriesOf(scattered(100));
    for (let n = 1; n <= 100; n++) expect(hundred.quantiles(n / 100)).toEqual([n - 1]);
    expect(seriesOf(scattered(1000)).quantiles(0.5, 0.99, 0.999, 1)).toEqual([499, 989, 998, 999]);
  });

  test("is exact up to its room, and asking changes nothing", () => {
    const series = seriesOf(scattered(MAX_SAMPLES));
    for (let round = 0; round < 2; round++) {
      expect(series.quantiles(0.25, 0.5, 1)).toEqual([MAX_SAMPLES / 4 - 1, MAX_SAMPLES / 2 - 1, MAX_SAMPLES - 1]);
    }
    expect(series.mean).toBe((MAX_SAMPLES - 1) / 2);
    expect(seriesOf([1, 2, 3], 3).quantiles(0, 1)).toEqual([1, 3]);
  });

  test("above it, count, mean and maximum stay exact, and quantiles come from all that was there", () => {
    // Ascending: what only the first, or only the last, samples knew would be far off.
    const n = 16 * MAX_SAMPLES;
    const series = new Series();
    for (let i = 0; i < n; i++) add(series, i);
    expect([series.count, series.mean, series.max]).toEqual([n, (n - 1) / 2, n - 1]);
    // The standard error of the median of 65,536 is 0.2 %.
    const parts = [0.01, 0.1, 0.5, 0.9, 0.99];
    series.quantiles(...parts).forEach((value, i) => {
      expect(Math.abs(value / n - parts[i])).toBeLessThan(0.01);
    });
    // No place in the reservoir is never, or always, replaced.
    const kept = series.quantiles(...Array.from({ length: 1001 }, (_, i) => i / 1000));
    expect(kept.filter((value) => value < MAX_SAMPLES).length).toBeGreaterThan(30);
    expect(kept.filter((value) => value < MAX_SAMPLES).length).toBeLessThan(100);
  });

  test("a room that is known, unknown, or next to nothing", () => {
    for (const room of [Number.POSITIVE_INFINITY, 0, 0.5, 1]) {
      const series = seriesOf([3, 1], room);
      expect(series.mean).toBe(2);
      expect(series.quantiles(1)[0]).toBeGreaterThanOrEqual(1);
    }
    // a reservoir of one
    const firsts = Array.from(
      { length: 20 },
      (_, n) =>
        seriesOf(
          Array.from({ length: n + 1 }, (_, i) => i),
          1,
        ).quantiles(1)[0],
    );
    expect(new Set(firsts).size).toBeGreaterThan(1);
  });
});
