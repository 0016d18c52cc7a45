/** Heaps in a WebAssembly program's memory that are as long as they will ever be. */
import { conformance } from "@ariax/conformance";
import { describe, test } from "vitest";
import { SlabAllocator } from "../src/index.ts";

describe.each([
  ["ordinary", false],
  ["shared", true],
])("%s memory", (_, shared) => {
  conformance({
    test,
    create: (capacity) => {
      const pages = Math.ceil(capacity / 65536);
      return new SlabAllocator({ memory: new WebAssembly.Memory({ initial: pages, maximum: pages, shared }) });
    },
    attach: (buffer) => SlabAllocator.attach(buffer),
  });
});
