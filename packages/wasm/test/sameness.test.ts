/** Two engines, one heap: the same calls make the same bytes, and either goes on where the other stopped. */
import { SlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { WasmAllocator } from "../src/index.ts";
import { drive, memoryOf, memoryWith, PAGE, random } from "./heaps.ts";

const bytesOf = ({ memory }: { memory: { buffer: ArrayBufferLike } }) => Buffer.from(memory.buffer);

describe.each([
  ["of one size", { capacity: 1 << 20 }],
  ["that grows", { capacity: 65536, maxCapacity: 4 << 20 }],
  ["that is shared", { capacity: 65536, maxCapacity: 4 << 20, shared: true }],
  ["whose control block is larger than it begins", { capacity: 65536, maxCapacity: 64 << 20 }],
])("a heap %s", (_, options) => {
  test.each([1, 2, 3])("has the bytes that the TypeScript engine makes (seed %i)", (seed) => {
    const [wasm, slab] = [WasmAllocator.createSync(options), new SlabAllocator(options)];
    const [liveHere, liveThere]: number[][] = [[], []];
    const [here, there] = [random(seed), random(seed)];
    for (let turn = 0; turn < 6; turn++) {
      expect(drive(wasm, liveHere, here, 500)).toEqual(drive(slab, liveThere, there, 500));
      expect(wasm.stats()).toEqual(slab.stats());
      // A memory has whole pages of 64 KiB: behind the heap's last there is nothing.
      const length = slab.memory.buffer.byteLength;
      expect(bytesOf(wasm).subarray(0, length).equals(bytesOf(slab))).toBe(true);
      expect(
        bytesOf(wasm)
          .subarray(length)
          .every((byte) => byte === 0),
      ).toBe(true);
    }
    wasm.reset();
    slab.reset();
    expect(wasm.words).toEqual(slab.words);
  });
});

describe.each([false, true])("a given memory (shared: %s)", (shared) => {
  test("has the same bytes too", () => {
    const place = { byteOffset: 5000, byteLength: 40 * PAGE };
    const [here, there] = [memoryOf(2, 64, shared), memoryOf(2, 64, shared)];
    const wasm = WasmAllocator.createSync({ memory: here, ...place });
    const slab = new SlabAllocator({ memory: there, ...place });
    expect(drive(wasm, [], random(4), 3000)).toEqual(drive(slab, [], random(4), 3000));
    expect(bytesOf(wasm).equals(bytesOf(slab))).toBe(true);
  });

  test("is operated by both engines in turns, which both make it longer", () => {
    const memory = memoryOf(2, 200, shared);
    const wasm = WasmAllocator.createSync({ memory, byteOffset: PAGE, byteLength: 150 * PAGE });
    const slab = SlabAllocator.attach(memory, PAGE);
    const live: number[] = [];
    const next = random(5);
    const grownBy = new Set<string>();
    for (let turn = 0; turn < 24; turn++) {
      const heap = turn % 2 === 0 ? wasm : slab;
      const before = memory.buffer.byteLength;
      drive(heap, live, next, 100);
      for (let i = 0; i < 10; i++) live.push(heap.allocate(20_000));
      if (memory.buffer.byteLength > before) grownBy.add(heap.traits.name);
      wasm.verify();
      expect(wasm.stats()).toEqual(slab.stats());
    }
    expect([...grownBy].sort()).toEqual(["slab", "wasm"]);
    expect(wasm.stats().blocks).toBe(live.length);
    wasm.freeMany(Int32Array.from(live));
    expect(slab.stats().blocks).toBe(0);
  });
});

test("what one engine began, in an ordinary buffer, the other continues", () => {
  const slab = new SlabAllocator({ capacity: 1 << 20 });
  const live: number[] = [];
  drive(slab, live, random(6), 1000);
  const wasm = WasmAllocator.attachSync(memoryWith(slab.memory.buffer));
  expect(wasm.stats()).toEqual(slab.stats());
  const alsoLive = [...live];
  expect(drive(wasm, live, random(7), 1000)).toEqual(drive(slab, alsoLive, random(7), 1000));
  expect(wasm.words).toEqual(slab.words);
});

test("heaps of one memory know nothing of each other", () => {
  const memory = memoryOf(32);
  const low = WasmAllocator.createSync({ memory, byteLength: 16 * PAGE });
  const high = WasmAllocator.createSync({ memory, byteOffset: 16 * PAGE });
  const p = low.allocate(100);
  expect(() => high.free(p)).toThrow(`invalid free: no block begins at offset ${p}`);
  drive(low, [], random(8), 1000);
  drive(high, [], random(9), 1000);
  low.verify();
  high.verify();
});
