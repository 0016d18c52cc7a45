import { conformance } from "@ariax/conformance";
import { SlabAllocator } from "@ariax/slab";
import { describe, test } from "vitest";
import { times, withoutLeaks } from "../../../scripts/lib/long.ts";
import { MiniVm } from "../src/index.ts";

/** A quota as large as the heap never binds, so that it is the memory that ends, as the contract wants; the pool is small beside it. */
const options = (capacity: number) => ({
  vmName: "conformance",
  quota: capacity,
  reserve: capacity,
  poolSize: 8,
});

const runs = times(20, 200);

describe("over memory of its own", () => {
  conformance({ test, runs, create: (capacity) => new MiniVm(null, options(capacity)) });
});

describe("in a region, beside another", () => {
  const create = (capacity: number): MiniVm => {
    const region = new SlabAllocator({ capacity: 4 * capacity + (1 << 20) });
    new MiniVm(region, { vmName: "neighbour", quota: 65536, poolSize: 8 });
    return new MiniVm(region, options(capacity));
  };
  conformance({ test: withoutLeaks(test), create, runs });
});
