import { describe, expect, test } from "vitest";
import type { BitAdapter } from "../../rivals/adapter.ts";
import type { Records } from "../../src/subjects/subject.ts";
import { SUBJECTS } from "../../src/subjects/subjects.ts";

describe("every set of bits", () => {
  const subjects = SUBJECTS.flatMap((subject) =>
    subject.kind === "bits" && subject.origin !== "loop" ? [subject] : [],
  );
  test.each(subjects)("$name claims what was released, each once, and then −1", async ({ create, claimsOnly }) => {
    const bits: BitAdapter = await create(4096);
    expect(bits.claim()).toBe(-1);
    for (const i of [3000, 0, 77, 4095]) bits.release(i);
    if (!claimsOnly) expect(bits.first()).toBe(0);
    const claimed = Array.from({ length: 5 }, () => bits.claim());
    expect(claimed[4]).toBe(-1);
    const four = claimed.slice(0, 4);
    expect([...four].sort((a, b) => a - b)).toEqual([0, 77, 3000, 4095]);
    // All but one take the lowest first.
    expect(JSON.stringify(four) === "[0,77,3000,4095]").toBe(!claimsOnly || four[0] === 0);
    if (!claimsOnly) expect(bits.first()).toBe(-1);
  });
});

describe("every pool of records", () => {
  const subjects = SUBJECTS.flatMap((subject) => (subject.kind === "records" ? [subject] : []));
  test.each(subjects)("$name reads what was written", async ({ create }) => {
    const records: Records = await create(10);
    for (let i = 0; i < 100; i++) {
      const record = records.make(i);
      expect(records.read(record)).toBe(i + 1);
      records.release(record);
    }
  });
});
