import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { RangeHeap } from "../src/index.ts";
import { KINDS, Walk } from "./walk.ts";

describe.each(Object.entries(KINDS))("%s", (_, { options, walk }) => {
  test("as a reference that knows of each granule whose it is", () => {
    for (let seed = 1; seed <= times(4, 60); seed++) {
      const one = new Walk(new RangeHeap(options), seed, walk);
      let step = 0;
      try {
        for (; step < 400; step++) one.step();
      } catch (error) {
        throw new Error(`seed ${seed}, step ${step}`, { cause: error });
      }
    }
    expect.assertions(0);
  });
});
