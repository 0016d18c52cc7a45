import { conformance } from "@ariax/conformance";
import { SlabAllocator } from "@ariax/slab";
import { describe, test } from "vitest";
import { times, withoutLeaks } from "../../../scripts/lib/long.ts";
import { MemoryContext } from "../src/index.ts";

/** A quota that is as large as the memory never binds, so that it is the memory that runs out, as the contract wants. */
const all = (capacity: number) => ({ name: "all", quota: capacity, reserve: capacity });
/** Random runs of the suite. */
const runs = times(10, 200);
const most = withoutLeaks(test);
/** Bytes for what lies around a context of that capacity. */
const around = (capacity: number) => capacity + (1 << 18);

describe("a root with memory of its own", () => {
  conformance({ test, runs, create: (capacity) => new MemoryContext(null, all(capacity)) });
});

describe("a root with shared memory", () => {
  conformance({ test: most, runs, create: (capacity) => new MemoryContext(null, { ...all(capacity), shared: true }) });
});

describe("a root that zeroes", () => {
  conformance({ test: most, runs, create: (capacity) => new MemoryContext(null, { ...all(capacity), zero: true }) });
});

describe("a root in a region", () => {
  conformance({
    test: most,
    runs,
    create: (capacity) => {
      const region = new SlabAllocator({ capacity: around(capacity) });
      region.allocate(1000);
      region.allocate(50_000);
      return new MemoryContext(region, all(capacity));
    },
  });
});

describe("a child", () => {
  conformance({
    test,
    runs,
    create: (capacity) => {
      const root = new MemoryContext(null, { ...all(around(capacity)), name: "root" });
      root.allocate(1000);
      const first = new MemoryContext(root, { name: "first", quota: 65536, reserve: 65536 });
      first.allocate(30_000);
      return new MemoryContext(root, all(capacity));
    },
  });
});

describe("a child with memory of its own", () => {
  conformance({
    test: most,
    runs,
    create: (capacity) => {
      const root = new MemoryContext(null, { ...all(around(capacity)), name: "root" });
      return new MemoryContext(root, { ...all(capacity), memory: "separate" });
    },
  });
});
