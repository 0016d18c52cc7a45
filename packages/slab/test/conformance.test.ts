import { conformance } from "@ariax/conformance";
import { describe, test } from "vitest";
import { times, withoutLeaks } from "../../../scripts/lib/long.ts";
import { PAGE_SIZE, SlabAllocator } from "../src/index.ts";

const runs = times(20, 300);
const most = withoutLeaks(test);

describe("memory of its own", () => {
  conformance({ test, runs, create: (capacity) => new SlabAllocator({ capacity }) });
});

describe("shared memory", () => {
  conformance({ test: most, runs, create: (capacity) => new SlabAllocator({ capacity, shared: true }) });
});

describe("a given buffer, from an odd place on", () => {
  const byteOffset = 3 * PAGE_SIZE + 1;
  conformance({
    test: most,
    runs,
    create: (capacity) => {
      const byteLength = capacity + PAGE_SIZE - 1; // what rounding up to a page takes
      return new SlabAllocator({ buffer: new ArrayBuffer(byteOffset + byteLength + 77), byteOffset, byteLength });
    },
    attach: (buffer) => SlabAllocator.attach(buffer, byteOffset),
  });
});

describe("memory that grows", () => {
  conformance({ test, runs, create: (maxCapacity) => new SlabAllocator({ capacity: 65536, maxCapacity }) });
});

describe("shared memory that grows", () => {
  conformance({
    test: most,
    runs,
    create: (maxCapacity) => new SlabAllocator({ capacity: 65536, maxCapacity, shared: true }),
  });
});
