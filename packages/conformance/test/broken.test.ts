import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { ConformanceError, conformance } from "../src/index.ts";
import { BROKEN, type Broken } from "./broken/index.ts";

/** The sections that draw numbers. What only they find, they must find from any seed. */
const RANDOM = ["leak", "model"];
const seedsFor = (by: readonly string[]) =>
  by.every((section) => RANDOM.includes(section)) ? [1, 2, 3].slice(0, times(1, 3)) : [1];

/** What the suite says of an allocator: the first failure of each section given, the most thorough test, its last, first. */
function judge(create: Broken["create"], by: readonly string[], seed: number): Map<string, Error> {
  const tests: { readonly section: string; readonly fn: () => void }[] = [];
  const test = (name: string, fn: () => void) => tests.push({ section: name.slice(0, name.indexOf(":")), fn });
  conformance({ test, create, seed, runs: 50 });
  const failures = new Map<string, Error>();
  for (const { section, fn } of tests.reverse()) {
    if (!by.includes(section) || failures.has(section)) continue;
    try {
      fn();
    } catch (error) {
      failures.set(section, error as Error);
    }
  }
  return failures;
}

describe("each broken allocator fails", () => {
  for (const { fault, by, create } of BROKEN) {
    test(`${fault}: found by ${by.join(", ")}`, () => {
      for (const seed of seedsFor(by)) {
        const failures = judge(create, by, seed);
        expect([...failures.keys()].sort(), `seed ${seed}`).toEqual([...by].sort());
        for (const [section, error] of failures) {
          expect(error).toBeInstanceOf(ConformanceError);
          expect((error as ConformanceError).section).toBe(section);
          expect(error.message.startsWith(`${section}: `)).toBe(true);
        }
      }
    });
  }
});

test("no section is idle: each finds something", () => {
  const sections = new Set(BROKEN.flatMap(({ by }) => by));
  expect([...sections].sort()).toEqual([
    ...["bulk", "contract", "failure", "growth", "leak", "misuse", "model", "stats", "traits"],
  ]);
});
