import { describe, expect, test } from "vitest";
import { Random } from "../../src/index.ts";
import { exp, logNormal, poisson, shuffle, Weighted, zipf } from "../../src/scenarios/chances.ts";
import { SmallSizes } from "../../src/scenarios/sizes.ts";

const DRAWS = 100_000;

function draws(draw: (random: Random) => number): number[] {
  const random = new Random(5);
  return Array.from({ length: DRAWS }, () => draw(random));
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b) / values.length;
}

function share(values: readonly number[], is: (value: number) => boolean): number {
  return values.filter(is).length / values.length;
}

describe("exp", () => {
  test("agrees with Math.exp to 14 digits", () => {
    let worst = 0;
    for (let x = -700; x <= 700; x += 1 / 64) worst = Math.max(worst, Math.abs(exp(x) / Math.exp(x) - 1));
    expect(worst).toBeLessThan(1e-13);
    for (let x = -2; x <= 2; x += 1 / 4096) worst = Math.max(worst, Math.abs(exp(x) / Math.exp(x) - 1));
    expect(exp(0)).toBe(1);
    expect(exp(1)).toBeCloseTo(Math.E, 14);
  });

  test("has the same bits everywhere", () => {
    expect([exp(-1), exp(0.3), exp(10)]).toEqual([0.36787944117144233, 1.3498588075760032, 22026.46579480673]);
  });
});

test.each([0.01, 1, 4.5, 80, 500])("poisson: mean and variance are both %s", (expected) => {
  const counts = draws((random) => poisson(random, expected));
  const average = mean(counts);
  const deviation = Math.sqrt(expected / DRAWS);
  expect(Math.abs(average - expected)).toBeLessThan(5 * deviation);
  expect(mean(counts.map((count) => (count - average) ** 2)) / expected).toBeCloseTo(1, 1);
  expect(counts.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
});

test("poisson of nothing is nothing, and of few often none", () => {
  expect(new Set(draws((random) => poisson(random, 0)))).toEqual(new Set([0]));
  expect(
    share(
      draws((random) => poisson(random, 1)),
      (count) => count === 0,
    ),
  ).toBeCloseTo(1 / Math.E, 2);
});

test("logNormal: the median, and two thirds within a factor of e^sigma", () => {
  const values = draws((random) => logNormal(random, 100, 0.5));
  expect(share(values, (value) => value < 100)).toBeCloseTo(0.5, 2);
  const factor = Math.exp(0.5);
  expect(share(values, (value) => value > 100 / factor && value < 100 * factor)).toBeCloseTo(0.683, 1);
  expect(mean(values) / (100 * Math.exp(0.125))).toBeCloseTo(1, 1);
});

test("Weighted: as likely as the weights, never those of 0", () => {
  const weighted = new Weighted([0, 1, 0, 3, 0]);
  const picks = draws((random) => weighted.draw(random));
  expect([...new Set(picks)].sort()).toEqual([1, 3]);
  expect(share(picks, (pick) => pick === 3)).toBeCloseTo(0.75, 2);
  // Not even where the draw is exactly 0.
  expect(weighted.draw({ unit: () => 0 } as Random)).toBe(1);
  expect(new Set(draws((random) => new Weighted([7]).draw(random)))).toEqual(new Set([0]));
});

test("zipf: the n-th is an n-th as likely as the first", () => {
  expect(zipf(4)).toEqual([1, 1 / 2, 1 / 3, 1 / 4]);
});

test("shuffle: a permutation, each as likely", () => {
  const random = new Random(6);
  const counts = new Map<string, number>();
  for (let n = 0; n < 6000; n++) {
    const order = shuffle(random, [1, 2, 3]).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(["123", "132", "213", "231", "312", "321"]);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test.each([
  [16, 1024],
  [8, 512],
])("SmallSizes from %s to %s: multiples of 8, half of them up to 48", (least, most) => {
  const sizes = new SmallSizes(least, most);
  const values = draws((random) => sizes.draw(random));
  expect(values.every((size) => size % 8 === 0)).toBe(true);
  expect(values.reduce((a, b) => Math.min(a, b))).toBe(least);
  expect(values.reduce((a, b) => Math.max(a, b))).toBe(most);
  expect(share(values, (size) => size <= 48)).toBeGreaterThan(0.5);
  expect(share(values, (size) => size <= 48)).toBeLessThan(0.62);
  expect(share(values, (size) => size > 256)).toBeLessThan(0.1);
});
