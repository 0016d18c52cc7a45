/** Memory that is gone: each verb says so. In C a crash would end this process, and with it the test. */
import type { Allocator } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { addon } from "../src/addon.ts";
import { NativeAllocator, systemCalls } from "../src/index.ts";
import { ENGINES, MiB, thrownBy } from "./heaps.ts";
import { describeNative } from "./native.ts";

const DETACHED =
  "DetachedError ERR_DETACHED: detached: the heap's memory is gone, its buffer was transferred or unmapped, or its WebAssembly.Memory has grown: attach to the memory, not to its buffer";

/** Every verb, with the offsets of a small and of a large block. */
const VERBS: Record<string, (heap: Allocator, small: number, large: number) => unknown> = {
  allocate: (heap) => heap.allocate(100),
  "allocate, large": (heap) => heap.allocate(100_000),
  "allocate, aligned": (heap) => heap.allocate(100, 4096),
  tryAllocate: (heap) => heap.tryAllocate(100),
  "free of a small block": (heap, small) => heap.free(small),
  "free of a large block": (heap, _, large) => heap.free(large),
  "free of nothing": (heap) => heap.free(12),
  sizeOf: (heap, small) => heap.sizeOf(small),
  resize: (heap, _, large) => heap.resize(large, 50_000),
  reallocate: (heap, small) => heap.reallocate(small, 5000),
  allocateMany: (heap) => heap.allocateMany(100, new Int32Array(3)),
  freeMany: (heap, small, large) => heap.freeMany(Int32Array.of(small, large)),
  reset: (heap) => heap.reset(),
  stats: (heap) => heap.stats(),
  verify: (heap) => heap.verify(),
};

/** How the memory goes. */
const WAYS: Record<string, (heap: NativeAllocator) => void> = {
  "unmap()": (heap) => heap.unmap(),
  "the end of a scope": (heap) => {
    using _ = heap;
  },
  "its region's unmap()": (heap) => heap.region!.unmap(),
  "buffer.transfer()": (heap) => void (heap.memory.buffer as ArrayBuffer).transfer(),
};

describe.each(ENGINES)("the engine in %s", (engine) => {
  describeNative("after its memory has gone", () => {
    test.each(Object.entries(WAYS))("by %s every verb says so", (_, way) => {
      for (const [name, verb] of Object.entries(VERBS)) {
        const heap = new NativeAllocator({ capacity: MiB, engine, purgeDelay: 0 });
        const [small, large] = [heap.allocate(100), heap.allocate(100_000)];
        void heap.handle;
        way(heap);
        expect(
          thrownBy(() => verb(heap, small, large)),
          name,
        ).toBe(DETACHED);
        expect(thrownBy(() => heap.purge())).toBe(DETACHED);
        expect(thrownBy(() => heap.handle)).toBe(DETACHED);
        expect(thrownBy(() => heap.words)).toBe(DETACHED);
        expect(heap.memory.buffer.byteLength).toBe(0);
      }
    });

    test("unmap is an error, dispose is nothing", () => {
      const heap = new NativeAllocator({ capacity: MiB, engine });
      heap.unmap();
      const before = systemCalls();
      heap[Symbol.dispose]();
      expect(thrownBy(() => heap.unmap())).toBe(
        "RegionUnmappedError ERR_REGION_UNMAPPED: region unmapped: its 1048576 bytes are no longer there",
      );
      expect(systemCalls()).toBe(before);
    });

    test("another heap at the same address is not taken for it", () => {
      // The system uses addresses again at once: what the old heap's functions would do, they would do to the new one.
      const old = new NativeAllocator({ capacity: MiB, engine });
      const p = old.allocate(100);
      old.unmap();
      using heap = new NativeAllocator({ capacity: MiB, engine });
      const q = heap.allocate(100);
      expect(thrownBy(() => old.free(p))).toBe(DETACHED);
      expect([p, heap.sizeOf(q)]).toEqual([q, 104]);
    });

    test("so does a heap in an ordinary buffer", () => {
      const { buffer } = new SlabAllocator({ capacity: MiB }).memory;
      const heap = NativeAllocator.attach(buffer, 0, { engine });
      const [small, large] = [heap.allocate(100), heap.allocate(100_000)];
      structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
      for (const [name, verb] of Object.entries(VERBS)) {
        expect(
          thrownBy(() => verb(heap, small, large)),
          name,
        ).toBe(DETACHED);
      }
    });
  });
});

describeNative("a resizable buffer that someone made shorter", () => {
  /** A heap of 1 MiB, at most, in a buffer of half. */
  function shrunk(bytes: number) {
    const small = new SlabAllocator({ capacity: 131_072, maxCapacity: MiB }).memory.buffer;
    const buffer = new ArrayBuffer(MiB / 2, { maxByteLength: MiB });
    new Uint8Array(buffer).set(new Uint8Array(small));
    const heap = NativeAllocator.attach(buffer, 0, { engine: "c" });
    const blocks = [heap.allocate(30_000), heap.allocate(30_000), heap.allocate(30_000)];
    buffer.resize(bytes);
    return { heap, blocks };
  }

  test("is not read or written where it is no longer", () => {
    const { heap, blocks } = shrunk(100_000);
    for (const block of blocks) {
      expect(thrownBy(() => heap.reallocate(block, 60_000))).toBe(
        "CorruptionError ERR_CORRUPTED: corrupted: truncated: the heap ends at 131072, its buffer at 100000",
      );
    }
  });

  test("is refused by every verb, and nothing has changed", () => {
    const { heap, blocks } = shrunk(100_000);
    const [small, large] = blocks;
    const before = [...heap.words];
    for (const [name, verb] of Object.entries(VERBS)) {
      if (name === "stats") continue; // of the control block, which is whole
      expect(
        thrownBy(() => verb(heap, small, large)),
        name,
      ).toMatch(
        /^CorruptionError ERR_CORRUPTED: corrupted: truncated: the heap ends at (byte )?131072, its buffer at 100000$/,
      );
    }
    expect([...heap.words]).toEqual(before);
  });

  test("is used to its end, also where the heap has become longer", () => {
    const { heap } = shrunk(MiB);
    const large = heap.allocate(500_000);
    const { committed } = heap.stats();
    const buffer = heap.memory.buffer as ArrayBuffer;
    buffer.resize(committed - 1);
    expect(thrownBy(() => heap.allocate(8))).toContain(`truncated: the heap ends at ${committed}`);
    buffer.resize(committed);
    heap.free(large);
    heap.verify();
  });

  test("is not used beyond its end", () => {
    const { heap, blocks } = shrunk(131_072);
    expect(thrownBy(() => heap.reallocate(blocks[0], 500_000))).toBe(
      "OutOfMemoryError ERR_OUT_OF_MEMORY: out of memory: no room for 500000 bytes aligned to 8 in a capacity of 1048576 bytes, of which 131072 are committed: 4096 are free, at most 4096 of them in one piece",
    );
    heap.verify();
    expect(heap.stats().committed).toBe(131_072);
  });

  test("so that not even the control block is whole", () => {
    const { heap, blocks } = shrunk(4096);
    for (const verb of Object.values(VERBS)) expect(() => verb(heap, blocks[0], blocks[1])).toThrow();
  });
});

describeNative("the addon's own functions", () => {
  test("make no heap of what is none", () => {
    const { buffer } = new SlabAllocator({ capacity: MiB }).memory as { buffer: ArrayBuffer };
    for (const make of [addon().bind, addon().handle]) {
      expect(() => make(new Uint8Array(8) as unknown as ArrayBuffer, 0)).toThrow("invalid buffer: not an ArrayBuffer");
      for (const [place, base] of [
        [new ArrayBuffer(MiB), 0],
        [new ArrayBuffer(0), 0],
        [buffer, 4096],
        [buffer, 8],
        [buffer, 2 ** 40],
        [buffer.slice(0, 500_000), 0],
      ] as const) {
        expect(() => make(place, base)).toThrow("corrupted: no heap at this place of the buffer");
      }
      expect(() => make(buffer, -1)).toThrow("invalid size: not a whole number");
      expect(() => (make as unknown as () => void)()).toThrow("invalid call: too few arguments");
    }
  });

  test("take nothing for numbers, or for arrays, that is none", () => {
    const { buffer } = new SlabAllocator({ capacity: MiB }).memory as { buffer: ArrayBuffer };
    const engine = addon().bind(buffer, 0) as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const verb of ["allocate", "free", "sizeOf", "why"])
      expect(() => engine[verb]("8")).toThrow("A number was expected");
    for (const verb of ["resize", "reallocate", "allocateAligned"])
      expect(() => engine[verb](8)).toThrow("A number was expected");
    const wrong = "invalid array: not of 32-bit integers";
    expect(() => engine.allocateMany(8, new Float64Array(4))).toThrow(wrong);
    expect(() => engine.freeMany(new Uint8Array(4), 1)).toThrow(wrong);
    expect(() => engine.freeMany([1, 2], 2)).toThrow("Invalid argument");
    expect(SlabAllocator.attach(buffer).stats().blocks).toBe(0);
    // What lies behind an array is not read, even where it would be a block.
    const out = new Int32Array(4);
    expect(engine.allocateMany(8, out.subarray(0, 2))).toBe(2);
    expect(engine.allocateMany(8, out.subarray(2))).toBe(2);
    expect(engine.freeMany(out.subarray(0, 2), 4)).toBe(2);
    expect(SlabAllocator.attach(buffer).stats().blocks).toBe(2);
  });
});
