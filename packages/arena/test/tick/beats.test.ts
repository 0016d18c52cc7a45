import { describe, expect, test } from "vitest";
import { beatsOf, isDue, MAX_HARMONIC, secondsAt } from "../../src/tick/beats.ts";

const fractions = (harmonics: number[]) => {
  const { numerators, denominators } = beatsOf(harmonics);
  return [...numerators].map((n, i) => `${n}/${denominators[i]}`);
};
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const lcm = (list: number[]) =>
  list.map(BigInt).reduce((product, k) => {
    let [a, b] = [product, k];
    while (a !== 0n) [a, b] = [b % a, a];
    return (product / b) * k;
  }, 1n);

describe("the beats", () => {
  test("of some harmonics", () => {
    expect(fractions([1])).toEqual(["0/1"]);
    expect(fractions([1, 2])).toEqual(["0/1", "1/2"]);
    expect(fractions([1, 2, 3])).toEqual(["0/1", "1/3", "1/2", "2/3"]);
    expect(fractions([1, 4])).toEqual(["0/1", "1/4", "1/2", "3/4"]);
    expect(fractions([1, 4, 6])).toEqual(["0/1", "1/6", "1/4", "1/3", "1/2", "2/3", "3/4", "5/6"]);
  });

  test("of every list of harmonics up to 10 are their rotations, merged", () => {
    for (let bits = 0; bits < 512; bits++) {
      const harmonics = [1, ...[2, 3, 4, 5, 6, 7, 8, 9, 10].filter((_, i) => (bits >> i) & 1)];
      expectMerged(harmonics);
    }
  });

  test("of 1 … n, for every n up to 64, are a Farey sequence", () => {
    let count = 0;
    for (let n = 1; n <= MAX_HARMONIC; n++) {
      count += upTo(n).filter((j) => lcm([j, n]) === BigInt(j * n)).length; // those that are coprime with n
      const beats = beatsOf(upTo(n));
      expect(beats.count).toBe(count);
      const { numerators, denominators } = beats;
      for (let i = 1; i < count; i++) {
        // of neighbours a/b < c/d, bc − ad = 1
        expect(denominators[i - 1] * numerators[i] - numerators[i - 1] * denominators[i]).toBe(1);
      }
      expectMerged(upTo(n));
    }
    expect(count).toBe(1260);
  });

  test("of lists whose least common multiple is above 2⁵³", () => {
    const primes = [1, 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61];
    expect(lcm(primes)).toBeGreaterThan(2n ** 53n);
    expectMerged(primes);
    expectMerged([1, 61, 62, 63, 64]);
  });
});

/** By the plainest way there is: all rotations as whole numbers of 1/lcm, each once, ascending. */
function expectMerged(harmonics: number[]): void {
  const whole = lcm(harmonics);
  const rotations = new Map<bigint, Set<number>>();
  for (const k of harmonics) {
    for (let j = 0; j < k; j++) {
      const at = (BigInt(j) * whole) / BigInt(k);
      rotations.set(at, (rotations.get(at) ?? new Set()).add(k));
    }
  }
  const beats = beatsOf(harmonics);
  const expected = [...rotations].sort(([a], [b]) => (a < b ? -1 : 1));
  expect(beats.count).toBe(expected.length);
  expected.forEach(([at, due], i) => {
    // the same moment: at / whole = n / d
    expect(beats.moments[i]).toBe(beats.numerators[i] / beats.denominators[i]);
    if (at * BigInt(beats.denominators[i]) !== whole * BigInt(beats.numerators[i]))
      expect.fail(`${harmonics}: beat ${i}`);
    for (const k of harmonics) if (isDue(beats, k, i) !== due.has(k)) expect.fail(`${harmonics}: ${k} at beat ${i}`);
  });
}

describe("time", () => {
  test("of a beat, from its number", () => {
    const beats = beatsOf([1, 2, 3]);
    expect(Array.from({ length: 9 }, (_, b) => secondsAt(beats, b, 2))).toEqual(
      [0, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 4 / 6, 3 / 4, 5 / 6, 1].map((t) => expect.closeTo(t, 15)),
    );
    expect(secondsAt(beats, 4 * 60 * 60 * 24 * 365 * 100, 60)).toBe((60 * 60 * 24 * 365 * 100) / 60);
  });
});
