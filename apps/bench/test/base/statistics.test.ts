import { describe, expect, test } from "vitest";
import { random } from "../../src/base/random.ts";
import { geomean, meanInterval, medianInterval, summarise } from "../../src/base/statistics.ts";

describe("summarise", () => {
  test("is the median, and how far the values lie apart", () => {
    expect(summarise([5, 1, 3])).toEqual({ median: 3, low: 1, high: 5, count: 3 });
    expect(summarise([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1, high: 4, count: 4 });
    expect(summarise([7])).toEqual({ median: 7, low: 7, high: 7, count: 1 });
  });

  test("leaves its argument in its order", () => {
    const values = [3, 1, 2];
    summarise(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe("geomean", () => {
  test("of ratios and their inverses is 1", () => expect(geomean([4, 0.25, 10, 0.1])).toBeCloseTo(1, 12));
  test("of nothing is nothing", () => expect(geomean([])).toBeUndefined());
});

describe("meanInterval", () => {
  test("is Student's", () => {
    // Of 1 to 8: mean 4.5, standard deviation √6, t = 2.365 at 7 degrees of freedom.
    const half = (2.365 * Math.sqrt(6)) / Math.sqrt(8);
    const { estimate, low, high } = meanInterval([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(estimate).toBe(4.5);
    expect(low).toBeCloseTo(4.5 - half, 10);
    expect(high).toBeCloseTo(4.5 + half, 10);
  });

  test("of equal values is a point", () => {
    expect(meanInterval([0.5, 0.5, 0.5])).toEqual({ estimate: 0.5, low: 0.5, high: 0.5 });
  });

  test.each([4, 20, 40])("of %i values leaves the true mean out about 5 times in 100", (count) => {
    const next = random(9);
    const normal = (): number => Array.from({ length: 12 }, () => next(1e6) / 1e6).reduce((a, b) => a + b) - 6;
    let out = 0;
    for (let i = 0; i < 1000; i++) {
      const { low, high } = meanInterval(Array.from({ length: count }, normal));
      if (low > 0 || high < 0) out++;
    }
    expect(out).toBeGreaterThan(30);
    expect(out).toBeLessThan(70);
  });
});

describe("medianInterval", () => {
  // Le Boudec's table A.1; below six, which it does not have, all of them.
  test.each([
    [1, 1, 1],
    [2, 1, 2],
    [5, 1, 5],
    [6, 1, 6],
    [8, 1, 8],
    [9, 2, 8],
    [12, 3, 10],
    [15, 4, 12],
    [20, 6, 15],
    [50, 18, 33],
    [70, 27, 44],
  ])("of %i values is from the %ith to the %ith", (count, low, high) => {
    const values = Array.from({ length: count }, (_, i) => i + 1).toSorted((a, b) => (a % 7) - (b % 7));
    expect(medianInterval(values)).toEqual({ estimate: (count + 1) / 2, low, high });
  });

  test.each([6, 15, 40])(
    "of %i values leaves the true median out less than 5 times in 100, however skewed",
    (count) => {
      const next = random(5);
      // Of exponential times: their median is ln 2.
      const one = (): number => -Math.log((1 + next(1e6)) / 1e6);
      let out = 0;
      for (let i = 0; i < 1000; i++) {
        const { low, high } = medianInterval(Array.from({ length: count }, one));
        if (low > Math.LN2 || high < Math.LN2) out++;
      }
      expect(out).toBeGreaterThan(10);
      expect(out).toBeLessThan(60);
    },
  );
});
