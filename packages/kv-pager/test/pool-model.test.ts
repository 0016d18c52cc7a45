import fc from "fast-check";
import { test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { BlockPool } from "../src/index.ts";
import { runProgram, shape, steps } from "./pool-model.ts";
import { vllmOrder } from "./reference.ts";

test("random programs of every verb, policy vllm: as the reference, verified after each step", () => {
  const make = (options: ConstructorParameters<typeof BlockPool>[0]) => new BlockPool(options);
  const property = fc.property(shape, steps, (shape, program) => runProgram(make, "vllm", vllmOrder, shape, program));
  fc.assert(property, { numRuns: times(60, 1000) });
});
