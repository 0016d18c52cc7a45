/** Heaps that were made before, by whatever engine, in whatever memory. */
import { SlabAllocator } from "@ariax/slab";
import { WasmAllocator } from "@ariax/wasm";
import { describe, expect, test } from "vitest";
import { NativeAllocator, Region } from "../src/index.ts";
import { callsOf, ENGINES, MiB, PAGE, thrownBy } from "./heaps.ts";
import { describeNative } from "./native.ts";

describe.each(ENGINES)("the engine in %s", (engine) => {
  const attach = (where: Parameters<typeof NativeAllocator.attach>[0], byteOffset?: number) =>
    NativeAllocator.attach(where, byteOffset, { engine });

  describeNative("continues a heap", () => {
    test("of a region, which stays its maker's", () => {
      using region = Region.map({ bytes: MiB });
      const slab = new SlabAllocator({ buffer: region.buffer });
      const p = slab.allocate(5000);
      {
        using heap = attach(region);
        expect(heap.region).toBe(region);
        expect(heap.traits.returnsMemory).toBe(true);
        heap.free(p);
        expect(slab.stats().blocks).toBe(0);
      }
      expect(region.mapped).toBe(true); // dispose leaves it,
      attach(region).unmap(); // unmap doesn't
      expect(region.mapped).toBe(false);
    });

    test("of a buffer, from a byte on", () => {
      const buffer = new ArrayBuffer(MiB);
      const slab = new SlabAllocator({ buffer, byteOffset: 5000 });
      const p = slab.allocate(100);
      const heap = attach(buffer, 5000);
      expect([heap.region, heap.traits.returnsMemory, heap.capacity]).toEqual([undefined, false, MiB - 2 * PAGE]);
      expect(heap.words.byteOffset).toBe(2 * PAGE);
      heap.free(p);
      slab.verify();
      expect(slab.stats().blocks).toBe(0);
      expect(callsOf(() => expect(heap.purge()).toBe(0))).toBe(0);
      heap[Symbol.dispose]();
      expect(thrownBy(() => heap.unmap())).toBe(
        "InvalidArgumentError ERR_INVALID_ARGUMENT: invalid call: the heap lies in no region",
      );
      heap.allocate(1);
    });

    test("of a WebAssembly program, also when its memory has moved since", () => {
      const memory = new WebAssembly.Memory({ initial: 4, maximum: 64 });
      const wasm = WasmAllocator.createSync({ memory, byteLength: 64 * 65536 });
      const [small, large] = [wasm.allocate(100), wasm.allocate(50_000)];
      const heap = attach(memory);
      heap.free(small);
      const { buffer } = memory;
      const larger = wasm.allocate(2 * MiB); // memory.grow
      expect([buffer.byteLength, memory.buffer.byteLength > 2 * MiB]).toEqual([0, true]);
      new Uint8Array(memory.buffer)[larger] = 7;
      expect(heap.sizeOf(larger)).toBe(2 * MiB);
      heap.free(large);
      const moved = heap.reallocate(larger, 100);
      expect(new Uint8Array(memory.buffer)[moved]).toBe(7);
      memory.grow(1);
      heap.free(moved);
      expect(wasm.stats().blocks).toBe(0);
      wasm.verify();
    });

    test("of another thread's name for it", () => {
      using region = Region.map({ bytes: MiB });
      new SlabAllocator({ buffer: region.buffer });
      const heaps = ENGINES.map((other) => NativeAllocator.attach(region, 0, { engine: other }));
      const p = heaps[0].allocate(10);
      heaps[1].free(p);
      expect(thrownBy(() => heaps[0].free(p))).toBe(
        `DoubleFreeError ERR_DOUBLE_FREE: double free: the block at offset ${p} is free already`,
      );
    });

    test("whose slabs have boundaries that were never handed out: there lie free blocks", () => {
      const slab = new SlabAllocator({ buffer: new ArrayBuffer(MiB) });
      const p = slab.allocate(64);
      const heap = attach(slab.memory.buffer);
      const before = heap.words.slice();
      expect(thrownBy(() => heap.free(p + 64))).toBe(
        `DoubleFreeError ERR_DOUBLE_FREE: double free: the block at offset ${p + 64} is free already`,
      );
      expect(thrownBy(() => heap.free(p + 32))).toBe(
        `InvalidFreeError ERR_INVALID_FREE: invalid free: no block begins at offset ${p + 32}`,
      );
      expect(heap.words).toEqual(before);
    });

    test("that may grow in the buffer it lies in: up to the buffer's end", () => {
      // A heap of at most 4 MiB, made in a buffer of 128 KiB, whose bytes lie in one of 1 MiB now.
      const { buffer } = new SlabAllocator({ capacity: 131_072, maxCapacity: 4 * MiB }).memory;
      const longer = new ArrayBuffer(MiB);
      new Uint8Array(longer).set(new Uint8Array(buffer));
      const heap = attach(longer);
      expect(heap.stats().committed).toBe(131_072);
      const p = heap.allocate(500_000);
      expect(heap.stats().committed).toBeLessThanOrEqual(MiB);
      expect(heap.tryAllocate(MiB)).toBe(0);
      heap.verify();
      heap.free(p);
    });
  });

  describeNative("refuses", () => {
    const INVALID = "InvalidArgumentError ERR_INVALID_ARGUMENT: invalid";
    const CORRUPTED = "CorruptionError ERR_CORRUPTED: corrupted:";

    test("what is no memory, or no heap", () => {
      expect(thrownBy(() => attach({} as ArrayBuffer))).toBe(
        `${INVALID} buffer: neither an ArrayBuffer nor a SharedArrayBuffer, nor a WebAssembly.Memory`,
      );
      expect(thrownBy(() => attach(new ArrayBuffer(100)))).toBe(`${CORRUPTED} no heap: 100 bytes are too few for one`);
      expect(thrownBy(() => attach(new ArrayBuffer(MiB)))).toBe(`${CORRUPTED} no heap: no magic number at byte 0`);
      expect(thrownBy(() => attach(new ArrayBuffer(MiB), MiB + 1))).toBe(
        `${INVALID} byteOffset: 1048577 is not a whole number from 0 to 1048576`,
      );
      const region = Region.map({ bytes: MiB });
      region.unmap();
      expect(thrownBy(() => attach(region))).toBe(
        "RegionUnmappedError ERR_REGION_UNMAPPED: region unmapped: its 1048576 bytes are no longer there",
      );
    });

    test("a heap that is truncated, or damaged", () => {
      const heap = new SlabAllocator({ capacity: MiB });
      expect(thrownBy(() => attach(heap.memory.buffer.slice(0, 500_000)))).toBe(
        `${CORRUPTED} truncated: the heap has 1048576 bytes, 500000 are there`,
      );
      heap.words[17] = 1;
      expect(thrownBy(() => attach(heap.memory.buffer))).toBe(`${CORRUPTED} 1 pages used, 0 at the peak, of 256`);
    });

    test("options that are none", () => {
      const { buffer } = new SlabAllocator({ capacity: MiB }).memory;
      const refused = (options: object) => thrownBy(() => NativeAllocator.attach(buffer, 0, { engine, ...options }));
      expect(refused({ engine: "rust" })).toBe(`${INVALID} engine: "rust" is neither "typescript" nor "c"`);
      expect(refused({ purgeDelay: -1 })).toBe(`${INVALID} purgeDelay: -1 is not a whole number from 0 to 2147483647`);
    });
  });
});

describeNative("a SharedArrayBuffer", () => {
  test("is reached by the engine in TypeScript only", () => {
    const { buffer } = new SlabAllocator({ capacity: MiB, shared: true }).memory;
    const heap = NativeAllocator.attach(buffer);
    expect(heap.traits.shared).toBe(true);
    heap.free(heap.allocate(100));
    const message =
      "InvalidArgumentError ERR_INVALID_ARGUMENT: invalid buffer: C code can't reach a SharedArrayBuffer, only an ArrayBuffer";
    expect(thrownBy(() => NativeAllocator.attach(buffer, 0, { engine: "c" }))).toBe(message);
    expect(thrownBy(() => heap.handle)).toBe(message);
  });
});
