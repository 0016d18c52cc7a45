import { conformance } from "@ariax/conformance";
import { describe, expect, test } from "vitest";
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

test("a heap that is sent says what to send instead, and what it says is of the heap", () => {
  const heap = new SharedSlabAllocator({ capacity: 2 ** 20, lanes: 2 });
  expect(() => structuredClone(heap)).toThrow(
    "unsupported: a heap can't be cloned or sent to another thread: post heap.memory.buffer and heap.ticket(), and " +
      "call SharedSlabAllocator.attach(buffer, { ticket }) there",
  );
});
