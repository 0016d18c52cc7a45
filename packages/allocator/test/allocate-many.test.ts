import { expect, test } from "vitest";
import { allocateMany } from "../src/index.ts";

/** As many blocks of 8 bytes as it is made for. */
function few(count: number) {
  let left = count;
  return { tryAllocate: () => (left-- > 0 ? 8 * (count - left) : 0) };
}

test("allocateMany writes the offsets of all blocks where they fit", () => {
  const out = new Int32Array(3);
  expect(allocateMany(few(5), 8, out)).toBe(3);
  expect([...out]).toEqual([8, 16, 24]);
});

test("allocateMany says how many were made, and leaves the rest of out alone", () => {
  const out = new Int32Array(4).fill(-7);
  expect(allocateMany(few(2), 8, out)).toBe(2);
  expect([...out]).toEqual([8, 16, -7, -7]);
  expect(allocateMany(few(0), 8, out)).toBe(0);
  expect(allocateMany(few(1), 8, new Int32Array(0))).toBe(0);
});
