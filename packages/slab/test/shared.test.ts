import { conformance } from "@ariax/conformance";
import { describe, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { SharedSlabAllocator } from "../src/index.ts";

const runs = times(20, 60);

for (const lanes of [1, 8]) {
  describe(`${lanes} lanes, the first of them`, () => {
    conformance({ test, runs, create: (capacity) => new SharedSlabAllocator({ capacity, lanes }) });
  });
}
describe("memory that grows", () => {
  conformance({
    test,
    runs,
    create: (maxCapacity) => new SharedSlabAllocator({ capacity: 65536, maxCapacity, lanes: 3 }),
  });
});
