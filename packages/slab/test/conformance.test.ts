import { conformance } from "@ariax/conformance";
import { describe, test } from "vitest";
import { PAGE_SIZE, SlabAllocator } from "../src/index.ts";

describe("memory of its own", () => {
  conformance({ test, create: (capacity) => new SlabAllocator({ capacity }) });
});

describe("shared memory", () => {
  conformance({ test, create: (capacity) => new SlabAllocator({ capacity, shared: true }) });
});

describe("a given buffer, from an odd place on", () => {
  const byteOffset = 3 * PAGE_SIZE + 1;
  conformance({
    test,
    create: (capacity) => {
      const byteLength = capacity + PAGE_SIZE - 1; // what rounding up to a page takes
      return new SlabAllocator({ buffer: new ArrayBuffer(byteOffset + byteLength + 77), byteOffset, byteLength });
    },
    attach: (buffer) => SlabAllocator.attach(buffer, byteOffset),
  });
});

describe("memory that grows", () => {
  conformance({ test, create: (maxCapacity) => new SlabAllocator({ capacity: 65536, maxCapacity }) });
});

describe("shared memory that grows", () => {
  conformance({ test, create: (maxCapacity) => new SlabAllocator({ capacity: 65536, maxCapacity, shared: true }) });
});
