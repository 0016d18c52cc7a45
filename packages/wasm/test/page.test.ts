import { runInNewContext } from "node:vm";
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

test("such a page has heaps over shared memory, which can't be told by instanceof there", async () => {
  const memory = memoryOf(4, 64, true);
  vi.stubGlobal("SharedArrayBuffer", undefined);
  const heap = await WasmAllocator.create({ memory, byteLength: 64 * 65536 });
  expect(heap.traits.shared).toBe(true);
  const own = WasmAllocator.createSync({ capacity: 65536, shared: true });
  own.free(own.allocate(100));
});

test("the memory of another window is one", () => {
  const memory = runInNewContext("new WebAssembly.Memory({ initial: 4 })");
  expect(memory).not.toBeInstanceOf(WebAssembly.Memory);
  const heap = WasmAllocator.createSync({ memory });
  heap.free(heap.allocate(100_000));
  heap.verify();
});
