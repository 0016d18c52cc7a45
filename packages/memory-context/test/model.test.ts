import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BROKEN } from "./broken.ts";
import { run } from "./model.ts";
import { steps } from "./model-tree.ts";

const RUNS = Number(process.env.ARIAX_RUNS ?? 80);

test("a tree of contexts does as maps and sums do", { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(steps, (all) => run(all)),
    { seed: 1, numRuns: RUNS },
  );
});

describe("a context that is broken is found out:", () => {
  test.each(Object.entries(BROKEN))("%s", { timeout: 60_000 }, (_, type) => {
    const { failed } = fc.check(
      fc.property(steps, (all) => run(all, type)),
      { seed: 1, numRuns: 300, endOnFailure: true },
    );
    expect(failed).toBe(true);
  });
});
