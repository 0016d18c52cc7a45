import fc from "fast-check";
import { expect, test } from "vitest";
import { fill, firstDifference } from "../src/pattern.ts";

const place = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(40), fc.integer({ min: 0, max: 0xffffffff }));

test("what was filled, in pieces and at any place, is recognised", () => {
  fc.assert(
    fc.property(place, ([offset, a, b, stamp]) => {
      const bytes = new Uint8Array(123);
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      fill(bytes, offset, stamp, 0, from);
      fill(bytes, offset, stamp, from, to);
      expect(firstDifference(bytes, offset, stamp, to)).toBe(-1);
      expect(bytes.subarray(0, offset).every((byte) => byte === 0)).toBe(true);
      expect(bytes.subarray(offset + to).every((byte) => byte === 0)).toBe(true);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("any changed byte is found, and it is the first", () => {
  fc.assert(
    fc.property(place, ([offset, at, more, stamp]) => {
      const bytes = new Uint8Array(123);
      fill(bytes, offset, stamp, 0, at + 1 + more);
      bytes[offset + at] ^= 1;
      expect(firstDifference(bytes, offset, stamp, at + 1 + more)).toBe(at);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("a shifted copy, and another stamp, are not taken for the block", () => {
  const bytes = new Uint8Array(2048);
  for (const shift of [1, 4, 8, 256, 1000]) {
    fill(bytes, 0, 7, 0, 2048);
    bytes.copyWithin(0, shift);
    expect(firstDifference(bytes, 0, 7, 1000)).toBeGreaterThanOrEqual(0);
  }
  fill(bytes, 0, 7, 0, 2048);
  expect(firstDifference(bytes, 0, 8, 1000)).toBeGreaterThanOrEqual(0);
});
