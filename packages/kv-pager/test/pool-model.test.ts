import fc from "fast-check";
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { BlockPool, POLICIES } from "../src/index.ts";
import { type Make, runProgram, shape, steps } from "./pool-model.ts";
import { type Order, reuseOrder, vllmOrder } from "./reference.ts";

const ORDERS: Record<string, Order> = { vllm: vllmOrder, reuse: reuseOrder };
const make: Make = (options) => new BlockPool(options);

test("every policy has an order of its own in the reference", () => {
  expect(POLICIES.map(({ name }) => name).sort()).toEqual(Object.keys(ORDERS).sort());
});

test.each(Object.entries(ORDERS))("random programs of every verb, policy %s: as the reference", (policy, order) => {
  const property = fc.property(shape, steps, (shape, program) => runProgram(make, policy, order, shape, program));
  fc.assert(property, { numRuns: times(40, 1000) });
});
