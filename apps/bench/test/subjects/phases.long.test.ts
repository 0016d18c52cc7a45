/** The contract holds for phase 2, and for phase 2.1 over whatever memory. */
import { conformance } from "@ariax/conformance";
import { NativeAllocator, whyUnavailable } from "@ariax/native";
import { SlabAllocator } from "@ariax/slab";
import { afterEach, describe, test } from "vitest";
import { PhaseTwoOne } from "../../src/subjects/phases/phase-2.1.ts";
import { PhaseTwo } from "../../src/subjects/phases/phase-2.ts";
import { mapped, unless } from "../mapped.ts";

describe.skipIf(mapped.reason !== undefined)(unless(mapped.reason, "phase 2"), () => {
  // The suite makes a heap at once, to see what it claims.
  if (mapped.records === undefined) return test("the suite", () => {});
  const { records } = mapped;
  // A page for each block that a test leaves behind.
  const made: PhaseTwo[] = [];
  afterEach(() => {
    for (const heap of made.splice(0)) heap.reset();
  });
  const create = (capacity: number): PhaseTwo => {
    const heap = new PhaseTwo({ capacity }, records);
    made.push(heap);
    return heap;
  };
  conformance({ test, create });
});

describe("phase 2.1", () => {
  describe("over memory of its own", () => {
    conformance({ test, create: (capacity) => new PhaseTwoOne(new SlabAllocator({ capacity })) });
  });

  describe("over memory that grows", () => {
    const create = (maxCapacity: number) => new PhaseTwoOne(new SlabAllocator({ capacity: 65536, maxCapacity }));
    conformance({ test, create, runs: 20 });
  });

  describe("over the end of a buffer: offsets count from its start", () => {
    const byteOffset = 2 ** 20;
    const create = (byteLength: number) => {
      const buffer = new ArrayBuffer(byteOffset + byteLength);
      return new PhaseTwoOne(new SlabAllocator({ buffer, byteOffset, byteLength }));
    };
    conformance({ test, create, runs: 20 });
  });

  const reason = whyUnavailable();
  describe.skipIf(reason !== undefined)(unless(reason, "over mapped memory"), () => {
    if (reason !== undefined) return test("the suite", () => {});
    const made: NativeAllocator[] = [];
    afterEach(() => {
      for (const heap of made.splice(0)) heap.unmap();
    });
    // Without `returnsMemory`: the suite wants to see that claim at once, and here it takes a second.
    const create = (capacity: number): PhaseTwoOne => {
      const heap = new NativeAllocator({ capacity, purgeDelay: Number.POSITIVE_INFINITY });
      made.push(heap);
      return new PhaseTwoOne(heap);
    };
    conformance({ test, create, runs: 20 });
  });
});
