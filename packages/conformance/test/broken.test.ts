import { describe, expect, test } from "vitest";
import { ConformanceError, conformance } from "../src/index.ts";
import { BROKEN, type Broken } from "./broken.ts";

/** What the suite says of an allocator: the first failure of each section given. */
function judge({ create, by }: Pick<Broken, "create" | "by">): Map<string, Error> {
  const failures = new Map<string, Error>();
  conformance({
    create,
    runs: 50,
    test: (name, fn) => {
      const section = name.slice(0, name.indexOf(":"));
      if (!by.includes(section) || failures.has(section)) return;
      try {
        fn();
      } catch (error) {
        failures.set(section, error as Error);
      }
    },
  });
  return failures;
}

describe("each broken allocator fails", () => {
  for (const broken of BROKEN) {
    test(`${broken.fault}: found by ${broken.by.join(", ")}`, () => {
      const failures = judge(broken);
      expect([...failures.keys()].sort()).toEqual([...broken.by].sort());
      for (const [section, error] of failures) {
        expect(error).toBeInstanceOf(ConformanceError);
        expect((error as ConformanceError).section).toBe(section);
        expect(error.message.startsWith(`${section}: `)).toBe(true);
      }
    });
  }
});

test("no section is idle: each finds something", () => {
  const sections = new Set(BROKEN.flatMap(({ by }) => by));
  expect([...sections].sort()).toEqual(["contract", "failure", "growth", "leak", "misuse", "model", "traits"]);
});
