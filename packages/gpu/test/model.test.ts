import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { RangeHeap } from "../src/index.ts";
import { Walk, type WalkOptions } from "./walk.ts";

const HEAPS: Record<string, { make: () => RangeHeap; walk: WalkOptions }> = {
  offsets: {
    make: () => new RangeHeap({ bytes: 256 * 300, maxBytes: 256 * 400 }),
    walk: { table: false, most: 400 },
  },
  "a table": {
    make: () => new RangeHeap({ bytes: 256 * 300, handles: "table", maxBytes: 256 * 400 }),
    walk: { table: true, most: 400 },
  },
  "few blocks": {
    make: () => new RangeHeap({ bytes: 16 * 300, granule: 16, blocks: 12 }),
    walk: { table: false, limit: 12 },
  },
  "a table of few blocks, small ones": {
    make: () => new RangeHeap({ bytes: 4 * 150, granule: 4, blocks: 40, handles: "table", shared: true }),
    walk: { table: true, limit: 40, longest: 6 },
  },
  "long blocks": {
    make: () => new RangeHeap({ bytes: 1000, granule: 1 }),
    walk: { table: false, longest: 300 },
  },
};

describe.each(Object.entries(HEAPS))("%s", (_, { make, walk }) => {
  test("as a reference that knows of each granule whose it is", () => {
    for (let seed = 1; seed <= times(6, 400); seed++) {
      const one = new Walk(make(), seed, walk);
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
