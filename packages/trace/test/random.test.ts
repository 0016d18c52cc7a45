import { describe, expect, test } from "vitest";
import { Random } from "../src/index.ts";

describe("Random", () => {
  test("is sfc32: the same bits for a seed for ever", () => {
    const random = new Random(1);
    expect([random.bits(), random.bits(), random.bits()]).toEqual(reference(1, 0, 3));
    const large = new Random(2 ** 40 + 7);
    expect([large.bits(), large.bits()]).toEqual(reference(7, 2 ** 8, 2));
  });

  test("whole numbers are evenly spread, both ends included", () => {
    const random = new Random(2);
    const counts = new Array(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[random.between(5, 10) - 5]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  test("chance comes up as often as it says", () => {
    const random = new Random(3);
    let hits = 0;
    for (let i = 0; i < 100_000; i++) hits += Number(random.chance(0.2));
    expect(Math.abs(hits - 20_000)).toBeLessThan(600);
    expect(random.chance(0)).toBe(false);
    expect(random.chance(1)).toBe(true);
  });

  test("the inverse square: half of all up to twice the least, a quarter up to four thirds", () => {
    const random = new Random(4);
    let [below, twice, third] = [0, 0, 0];
    for (let i = 0; i < 100_000; i++) {
      const value = random.inverseSquare(3000, 3e8);
      if (value < 3000) below++;
      if (value < 6000) twice++;
      if (value < 4000) third++;
    }
    expect(below).toBe(0);
    expect(Math.abs(twice - 50_000)).toBeLessThan(800);
    expect(Math.abs(third - 25_000)).toBeLessThan(800);
  });
});

/** sfc32 over big integers, seeded with (0, low, high, 1) and twelve rounds. */
function reference(low: number, high: number, count: number): number[] {
  const mask = 0xffffffffn;
  let [a, b, c, counter] = [0n, BigInt(low), BigInt(high), 1n];
  const output: number[] = [];
  for (let i = 0; i < 12 + count; i++) {
    const sum = (a + b + counter) & mask;
    counter = (counter + 1n) & mask;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) & mask;
    c = ((((c << 21n) & mask) | (c >> 11n)) + sum) & mask;
    output.push(Number(sum));
  }
  return output.slice(12);
}
