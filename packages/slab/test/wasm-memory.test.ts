/** Heaps in the memory of a WebAssembly program, which grows into another buffer each time. */
import { View, view } from "@ariax/allocator";
import { conformance } from "@ariax/conformance";
import { describe, expect, test } from "vitest";
import { times, withoutLeaks } from "../../../scripts/lib/long.ts";
import { SlabAllocator } from "../src/index.ts";
import * as L from "../src/layout.ts";
import { drive, random, thrownBy } from "./heaps.ts";

const WASM_PAGE = 65536;
const memoryOf = (initial: number, maximum: number, shared = false) =>
  new WebAssembly.Memory({ initial, maximum, shared });

describe.each([
  ["ordinary", false],
  ["shared", true],
])("%s memory", (_, shared) => {
  describe("conformance, growing", () => {
    conformance({
      test: withoutLeaks(test),
      runs: times(20, 200),
      create: (capacity) => {
        const most = Math.ceil(capacity / WASM_PAGE);
        return new SlabAllocator({ memory: memoryOf(1, most + 1, shared), byteOffset: 4096, byteLength: capacity });
      },
      attach: (buffer) => SlabAllocator.attach(buffer, 4096),
    });
  });

  test("grows by its own calls, and views go on", () => {
    const memory = memoryOf(4, 256, shared);
    const heap = new SlabAllocator({ memory, byteOffset: 100, byteLength: 255 * WASM_PAGE });
    const first = heap.allocate(64);
    const kept = new View(heap, first, Int32Array, 16);
    kept.array.fill(7);
    const { buffer } = memory;
    const live = [first];
    while (memory.buffer === buffer) live.push(heap.allocate(1000));
    expect(heap.memory.buffer).toBe(memory.buffer);
    expect([...kept.array]).toEqual(new Array(16).fill(7));
    live.push(heap.allocate(1 << 20));
    heap.verify();
    for (const offset of live) heap.free(offset);
    expect(heap.stats().blocks).toBe(0);
  });

  test.each([
    "tryAllocate",
    "free",
    "free of a large block",
    "sizeOf",
    "resize",
    "reallocate",
    "allocateMany",
    "freeMany",
    "reset",
    "stats",
    "verify",
  ])("%s, just after someone else has grown it", (verb) => {
    const memory = memoryOf(16, 64, shared);
    const heap = new SlabAllocator({ memory });
    const p = heap.allocate(100);
    const large = heap.allocate(100_000);
    view(heap, p, Uint8Array, 100).fill(9);
    memory.grow(1);
    if (verb === "tryAllocate") expect(heap.tryAllocate(100)).toBe(p + 104);
    if (verb === "free") heap.free(p);
    if (verb === "free of a large block") heap.free(large);
    if (verb === "sizeOf") expect(heap.sizeOf(p)).toBe(104);
    if (verb === "resize") expect(heap.resize(large, 200_000)).toBe(true);
    if (verb === "reallocate")
      expect([...view(heap, heap.reallocate(p, 500), Uint8Array, 100)]).toEqual(new Array(100).fill(9));
    if (verb === "allocateMany") expect(heap.allocateMany(100, new Int32Array(40))).toBe(40);
    if (verb === "freeMany") heap.freeMany(Int32Array.of(p, large));
    if (verb === "reset") heap.reset();
    const blocks =
      { free: 1, "free of a large block": 1, freeMany: 0, reset: 0, tryAllocate: 3, allocateMany: 42 }[verb] ?? 2;
    if (verb === "verify") heap.verify();
    expect(heap.stats().blocks).toBe(blocks);
    heap.verify();
  });

  test("a long life, grown by both sides in turns", () => {
    const memory = memoryOf(2, 400, shared);
    const heap = new SlabAllocator({ memory, byteOffset: WASM_PAGE, byteLength: 380 * WASM_PAGE });
    const next = random(11);
    const live: number[] = [];
    for (let round = 0; round < 16; round++) {
      drive(heap, live, next, 1000, 300_000);
      memory.grow(1);
      heap.verify();
    }
    expect(heap.stats().blocks).toBe(live.length);
    heap.freeMany(Int32Array.from(live));
    expect(heap.stats().blocks).toBe(0);
  });

  test("what the memory's maximum forbids is out of memory, and nothing changed", () => {
    const memory = memoryOf(4, 6, shared);
    const heap = new SlabAllocator({ memory, byteLength: 64 * WASM_PAGE });
    expect(heap.capacity).toBe(64 * WASM_PAGE);
    const before = heap.words.slice();
    expect(thrownBy(() => heap.allocate(3 << 20))).toBe(
      "ERR_OUT_OF_MEMORY: out of memory: no room for 3145728 bytes aligned to 8 in a capacity of 4194304 bytes, of which 262144 are committed: 192512 are free, at most 192512 of them in one piece",
    );
    // But for the pages to trim from, which those that were asked for count in.
    before[L.H_TRIM] = heap.words[L.H_TRIM];
    expect(heap.words).toEqual(before);
    expect(memory.buffer.byteLength).toBe(4 * WASM_PAGE);
  });
});

test("a heap that another context began is continued, whatever buffer it lies in by now", () => {
  const memory = memoryOf(2, 64);
  const one = new SlabAllocator({ memory, byteLength: 64 * WASM_PAGE });
  const two = SlabAllocator.attach(memory);
  const p = one.allocate(1 << 20);
  expect(two.sizeOf(p)).toBe(1 << 20);
  two.free(p);
  expect(thrownBy(() => one.free(p))).toMatch(/^ERR_DOUBLE_FREE/);
});

test("bad memories", () => {
  const invalid = "ERR_INVALID_ARGUMENT: invalid";
  expect(thrownBy(() => new SlabAllocator({ memory: 5 as never }))).toBe(`${invalid} memory: not a WebAssembly.Memory`);
  expect(thrownBy(() => new SlabAllocator({ memory: {} as never }))).toBe(
    `${invalid} memory: not a WebAssembly.Memory`,
  );
  expect(thrownBy(() => new SlabAllocator({ memory: memoryOf(0, 4) }))).toBe(
    `${invalid} buffer: 0 bytes, a heap needs 65536`,
  );
  expect(thrownBy(() => new SlabAllocator({ memory: memoryOf(1, 1), byteLength: 1 << 20 }))).toBe("nothing");
  expect(thrownBy(() => new SlabAllocator({ memory: memoryOf(1, 1), byteOffset: -1 }))).toBe(
    `${invalid} byteOffset: -1 is not a whole number from 0 to 65536`,
  );
  expect(thrownBy(() => new SlabAllocator({ memory: memoryOf(0, 0), byteLength: 1 << 20 }))).toBe(
    `${invalid} buffer: it can't be made 32768 bytes long`,
  );
});

test("a heap attached to the buffer of a memory that grows says what to attach to", () => {
  const memory = memoryOf(16, 64);
  const p = new SlabAllocator({ memory }).allocate(100);
  const [ofBuffer, ofMemory] = [SlabAllocator.attach(memory.buffer), SlabAllocator.attach(memory)];
  memory.grow(1);
  expect(thrownBy(() => ofBuffer.allocate(100_000))).toBe(
    "ERR_DETACHED: detached: the heap's memory is gone, its buffer was transferred or unmapped, or its WebAssembly.Memory has grown: attach to the memory, not to its buffer",
  );
  ofMemory.free(p);
  ofMemory.verify();
});

test("a heap whose buffer was transferred says so, whatever is asked of it", () => {
  const heap = new SlabAllocator({ capacity: 1 << 20 });
  const p = heap.allocate(100);
  structuredClone(heap.memory.buffer, { transfer: [heap.memory.buffer as ArrayBuffer] });
  const gone =
    "ERR_DETACHED: detached: the heap's memory is gone, its buffer was transferred or unmapped, or its WebAssembly.Memory has grown: attach to the memory, not to its buffer";
  for (const call of [
    () => heap.allocate(100),
    () => heap.tryAllocate(100_000),
    () => heap.free(p),
    () => heap.sizeOf(p),
    () => heap.resize(p, 10),
    () => heap.reallocate(p, 1000),
    () => heap.allocateMany(10, new Int32Array(3)),
    () => heap.freeMany(Int32Array.of(p)),
    () => heap.reset(),
    () => heap.stats(),
    () => heap.verify(),
  ]) {
    expect(thrownBy(call), `${call}`).toBe(gone);
  }
});
