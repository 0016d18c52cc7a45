/**
 * Random sequences of calls, each step watched by a shadow, and after each step every live block, the stats and
 * `verify()`. A sequence that fails is shrunk to the shortest that still does. Recent bugs of allocators sit in resize,
 * reallocate and bulk calls, so these come most often.
 */
import fc from "fast-check";
import { calls, type World } from "../calls.ts";
import { explain, fail } from "../fail.ts";
import { Shadow } from "../shadow.ts";
import { soak } from "../soak.ts";
import { type Suite, TIGHT } from "../suite.ts";

/** Calls in a sequence, which has half as many on average. */
const MOST_CALLS = 40;

export function model({ test, create, traits, seed, runs }: Suite): void {
  test("any sequence of calls keeps the contract", () => {
    // The last sequence that failed is the shortest.
    let last: { readonly error: unknown; readonly log: readonly string[] } | undefined;
    // "max": else no sequence has more than ten calls, whatever the most is.
    const sequences = fc.commands(calls(TIGHT, traits.maxAlignment), { maxCommands: MOST_CALLS, size: "max" });
    const property = fc.property(sequences, (sequence) => {
      const world: World = { shadow: new Shadow(create(TIGHT)), log: [], begun: new Set() };
      try {
        fc.modelRun(() => ({ model: world, real: world }), sequence);
      } catch (error) {
        last = { error, log: world.log };
        throw error;
      }
    });
    const { failed, numRuns, numShrinks } = fc.check(property, { seed, numRuns: runs });
    if (!failed || last === undefined) return;
    fail(
      [
        explain(last.error),
        `in sequence ${numRuns} of seed ${seed}, after ${numShrinks} shrinks, on a new heap of ${TIGHT} bytes:`,
        ...last.log.map((line) => `    ${line}`),
      ].join("\n  "),
    );
  });

  test("a long run keeps the contract", () => {
    soak({ create, seed, operations: runs * 100 });
  });
}
