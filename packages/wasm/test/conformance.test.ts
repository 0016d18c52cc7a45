import { conformance } from "@ariax/conformance";
import { describe, test } from "vitest";
import { times, withoutLeaks } from "../../../scripts/lib/long.ts";
import { WasmAllocator } from "../src/index.ts";
import { memoryOf, memoryWith, PAGE } from "./heaps.ts";

const attach = (buffer: ArrayBufferLike) => WasmAllocator.attachSync(memoryWith(buffer));
const runs = times(20, 200);
const most = withoutLeaks(test);

describe("memory of its own", () => {
  conformance({ test, create: (capacity) => WasmAllocator.createSync({ capacity }), attach, runs });
});

describe("memory that grows", () => {
  const create = (maxCapacity: number) => WasmAllocator.createSync({ capacity: 65536, maxCapacity });
  conformance({ test, create, attach, runs });
});

describe("shared memory that grows", () => {
  const create = (maxCapacity: number) => WasmAllocator.createSync({ capacity: 65536, maxCapacity, shared: true });
  conformance({ test: most, create, attach, runs });
});

describe.each([
  ["a given memory", false],
  ["a given shared memory", true],
])("%s, from an odd place on", (_, shared) => {
  const byteOffset = 3 * 4096 + 1;
  conformance({
    test: most,
    runs,
    create: (capacity) => {
      const memory = memoryOf(2, 2 + Math.ceil(capacity / PAGE), shared);
      return WasmAllocator.createSync({ memory, byteOffset, byteLength: capacity + 4095 });
    },
    attach: (buffer) => WasmAllocator.attachSync(memoryWith(buffer), byteOffset),
  });
});
