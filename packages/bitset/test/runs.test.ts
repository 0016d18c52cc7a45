import { describe, expect, test } from "vitest";
import { BitSet, verify } from "../src/index.ts";
import { lowest, ones, runStarts } from "../src/word.ts";
import { Model, random } from "./model.ts";

describe("one word", () => {
  const words = [0, 1, 2, 3, 0x55555555, 0x7fffffff, 0x80000000 | 0, 0xc0000000 | 0, -1, -2];
  const next = random(7);
  for (let i = 0; i < 2000; i++) words.push((next() * 2 ** 32) | 0, (next() * 2 ** 32) | (next() * 2 ** 32));

  test("ones and lowest agree with the digits", () => {
    for (const x of words) {
      const digits = (x >>> 0).toString(2);
      expect(ones(x)).toBe(digits.replaceAll("0", "").length);
      if (x !== 0) expect(lowest(x)).toBe(digits.length - 1 - digits.lastIndexOf("1"));
    }
  });

  test("runStarts agrees with the digits, for every length", () => {
    for (const x of words) {
      for (let n = 1; n <= 32; n++) {
        let wanted = 0;
        for (let i = 0; i + n <= 32; i++) if (ones((x >>> i) & (-1 >>> (32 - n))) === n) wanted |= 1 << i;
        expect(runStarts(x, n) | 0).toBe(wanted);
      }
    }
  });
});

describe("takeRun finds the lowest run", () => {
  /** Sets alternating ranges, of lengths around `typical`, in both. */
  function scatter(n: number, typical: number, seed: number): [BitSet, Model] {
    const next = random(seed);
    const set = new BitSet(n);
    const model = new Model(n);
    const gap = next() < 0.5 ? 3 : typical;
    for (let from = Math.floor(next() * gap); from < n; ) {
      const to = Math.min(n, from + 1 + Math.floor(next() * 2 * typical));
      set.setRange(from, to);
      model.setRange(from, to);
      from = to + 1 + Math.floor(next() * 2 * gap);
    }
    return [set, model];
  }

  // Lengths around those where the search changes: a word, two words, each further word that must be full.
  test.each([1, 2, 3, 5, 8, 31, 32, 33, 62, 63, 64, 65, 94, 95, 96, 127, 128, 200, 500])("%i bits long", (length) => {
    for (let seed = 0; seed < 12; seed++) {
      const [set, model] = scatter(3000 + seed, length, seed);
      for (;;) {
        const start = model.takeRun(length);
        expect(set.takeRun(length)).toBe(start);
        if (start < 0) break;
      }
      verify(set);
      expect(set.count).toBe(model.count);
    }
  });

  test("at every offset of a word, alone between decoys one bit too short", () => {
    for (const length of [2, 31, 32, 33, 62, 63, 64, 95, 127, 160]) {
      for (let offset = 0; offset < 64; offset++) {
        const set = new BitSet(4000);
        for (let i = 0, from = 0; i < 3; i++, from += length) set.setRange(from, from + length - 1);
        const start = 3 * length + 1000 + offset;
        set.setRange(start, start + length);
        set.setRange(start + length + 1, start + 2 * length + 1);
        expect(set.takeRun(length + 1)).toBe(-1);
        expect(set.takeRun(length)).toBe(start);
        expect(set.takeRun(length)).toBe(start + length + 1);
        expect(set.takeRun(length)).toBe(-1);
        verify(set);
      }
    }
  });

  test("up to the last bit of a partial word", () => {
    for (const n of [70, 95, 96, 97, 1030]) {
      for (const length of [5, 33, 64, 66]) {
        const set = new BitSet(n);
        set.setRange(n - length, n);
        expect(set.takeRun(length + 1)).toBe(-1);
        expect(set.takeRun(length)).toBe(n - length);
      }
    }
  });
});
