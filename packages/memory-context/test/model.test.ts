import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { BROKEN } from "./broken.ts";
import { run } from "./model.ts";
import { steps } from "./model-tree.ts";

test("a tree of contexts does as maps and sums do", () => {
  fc.assert(
    fc.property(steps, (all) => run(all)),
    { seed: 1, numRuns: times(40, 400) },
  );
});

describe("a context that is broken is found out:", () => {
  test.each(Object.entries(BROKEN))("%s", (_, type) => {
    const { failed } = fc.check(
      fc.property(steps, (all) => run(all, type)),
      { seed: 1, numRuns: 300, endOnFailure: true },
    );
    expect(failed).toBe(true);
  });
});
