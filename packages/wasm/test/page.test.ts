import { afterEach, expect, test, vi } from "vitest";
import { WasmAllocator } from "../src/index.ts";
import { memoryOf } from "./heaps.ts";

afterEach(() => void vi.unstubAllGlobals());

test("a page that is not cross-origin isolated, and so has no SharedArrayBuffer, has heaps all the same", async () => {
  const memory = memoryOf(4, 64);
  vi.stubGlobal("SharedArrayBuffer", undefined);
  const heap = await WasmAllocator.create({ memory, byteLength: 64 * 65536 });
  heap.allocate(1 << 20);
  heap.verify();
  expect((await WasmAllocator.attach(memory)).stats().blocks).toBe(1);
  expect(heap.traits.shared).toBe(false);
});
