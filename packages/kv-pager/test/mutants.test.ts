import fc from "fast-check";
import { expect, test } from "vitest";
import { MUTANTS } from "./mutants.ts";
import { runProgram, small, steps } from "./pool-model.ts";
import { vllmOrder } from "./reference.ts";

// Wide enough to find each; the seed is fixed, so that what is found once is found always.
const RUNS = { numRuns: 400, seed: 20_261_130, endOnFailure: true };

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))("%s fails the model tests", (_, Mutant) => {
  const make = (options: ConstructorParameters<typeof Mutant>[0]) => new Mutant(options);
  const result = fc.check(
    fc.property(small, steps, (shape, program) => runProgram(make, "vllm", vllmOrder, shape, program)),
    RUNS,
  );
  expect(result.failed).toBe(true);
  // Not for a mistake of the mutant's own.
  expect((result.errorInstance as { code?: string }).code).toMatch(/^ERR_/);
});
