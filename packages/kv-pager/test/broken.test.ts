/** The suite finds each of the ways in which a pager has been wrong, and nothing in one that is right. */
import { expect, test } from "vitest";
import { pagerConformance } from "../src/suite/index.ts";
import { FAULTS, type Fault, PlainPager } from "./plain-pager.ts";

/** The names of the tests that fail. */
function failures(fault: Fault | undefined, runs: number): string[] {
  const failed: string[] = [];
  pagerConformance({
    test: (name, fn) => {
      // One is enough.
      if (fault !== undefined && failed.length > 0) return;
      try {
        fn();
      } catch (error) {
        failed.push(`${name}: ${String(error)}`);
      }
    },
    create: (options) => new PlainPager(options, fault),
    vllmOrder: true,
    runs,
  });
  return failed;
}

test("a plain pager passes", () => {
  expect(failures(undefined, 6)).toEqual([]);
});

test.each(Object.entries(FAULTS))("%s: %s", (fault) => {
  expect(failures(fault as Fault, 20)).not.toEqual([]);
});
