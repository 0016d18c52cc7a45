import { describe, expect, test } from "vitest";
import { MIN_CAPACITY, PAGE_SIZE, SlabAllocator } from "../src/index.ts";
import { layoutOf } from "../src/layout.ts";
import { fill, thrownBy } from "./heaps.ts";

const made = (options: ConstructorParameters<typeof SlabAllocator>[0]) => thrownBy(() => new SlabAllocator(options));

describe("capacity", () => {
  test("is 64 KiB to 4 GiB − 64 KiB, whole pages of what is asked for", () => {
    for (const [capacity, shown] of [
      [65535, "65535"],
      [0, "0"],
      [-1, "-1"],
      [Number.NaN, "NaN"],
      [65536.5, "65536.5"],
      [2 ** 32 - 65535, "4294901761"],
      ["1 MiB" as unknown as number, '"1 MiB"'],
    ] as const) {
      expect(made({ capacity })).toBe(
        `ERR_INVALID_ARGUMENT: invalid capacity: ${shown} is not a whole number from 65536 to 4294901760`,
      );
    }
    expect(made({ capacity: 1 << 20, maxCapacity: 65536 })).toBe(
      "ERR_INVALID_ARGUMENT: invalid maxCapacity: 65536 is not a whole number from 1048576 to 4294901760",
    );
    expect(new SlabAllocator({ capacity: MIN_CAPACITY }).allocate(1000)).toBeGreaterThan(0);
    const heap = new SlabAllocator({ capacity: MIN_CAPACITY + 3 * PAGE_SIZE + 100 });
    expect(heap.capacity).toBe(MIN_CAPACITY + 3 * PAGE_SIZE);
    expect(heap.memory.buffer.byteLength).toBe(heap.capacity);
  });

  test.each([64, 1000, 100_000])("256 KiB holds so many blocks of %i bytes", (size) => {
    const heap = new SlabAllocator({ capacity: 256 * 1024 });
    expect({ size, blocks: fill(heap, size).length }).toMatchSnapshot();
  });

  test("one class after another in a small heap: each gets a block", () => {
    for (const capacity of [MIN_CAPACITY, 256 * 1024]) {
      const heap = new SlabAllocator({ capacity });
      for (let size = 16; size <= 16384; size += 8) {
        const p = heap.tryAllocate(size);
        if (p === 0) expect.fail(`no block of ${size} bytes in an empty heap of ${capacity}`);
        heap.free(p);
      }
    }
  });
});

describe("metadata", () => {
  test.each([
    [65536, 9],
    [256 * 1024, 3.2],
    [1_044_480, 1.9],
    [1 << 20, 2.5],
    [10_000_000, 1.5],
    [16_773_120, 1.4],
    [1 << 24, 1.5],
    [1 << 26, 1.4],
    [1 << 30, 1.3],
    [0xffff0000, 1.3],
  ])("of a heap of %i bytes is at most %d %%", (capacity, percent) => {
    const limit = Math.floor(capacity / PAGE_SIZE);
    const { words, first } = layoutOf(limit, 1);
    expect((400 * words) / capacity).toBeLessThan(percent);
    // What the rounding to pages adds.
    expect(first * PAGE_SIZE - 4 * words).toBeLessThan(PAGE_SIZE);
  });

  test("stays small with the reserved remote bitmaps too", () => {
    const { words, remote } = layoutOf(1 << 18, 2);
    expect(remote).toBeGreaterThan(0);
    expect((4 * words) / 2 ** 30).toBeLessThan(0.03);
  });
});

describe("given memory", () => {
  test("is not touched outside of the heap's own bytes", () => {
    const buffer = new ArrayBuffer(300_000);
    const bytes = new Uint8Array(buffer).fill(0xa5);
    const heap = new SlabAllocator({ buffer, byteOffset: 5000, byteLength: 250_000 });
    const end = 8192 + heap.capacity;
    expect(heap.capacity).toBe(Math.floor((255_000 - 8192) / PAGE_SIZE) * PAGE_SIZE);
    for (const p of [...fill(heap, 5000), ...fill(heap, 20)]) {
      expect(p).toBeGreaterThanOrEqual(8192);
      expect(p + heap.sizeOf(p)).toBeLessThanOrEqual(end);
      bytes.fill(1, p, p + heap.sizeOf(p));
    }
    heap.reset();
    expect(bytes.subarray(0, 8192).every((byte) => byte === 0xa5)).toBe(true);
    expect(bytes.subarray(end).every((byte) => byte === 0xa5)).toBe(true);
  });

  test("that can't be a heap is refused", () => {
    const buffer = new ArrayBuffer(100_000);
    const INVALID = "ERR_INVALID_ARGUMENT: invalid";
    expect(made({ buffer: new ArrayBuffer(65535) })).toBe(`${INVALID} buffer: 65535 bytes, a heap needs 65536`);
    expect(made({ buffer, byteOffset: 40_000 })).toBe(`${INVALID} buffer: 59040 bytes, a heap needs 65536`);
    expect(made({ buffer, byteLength: 65535 })).toBe(`${INVALID} buffer: 65535 bytes, a heap needs 65536`);
    expect(made({ buffer, byteOffset: -1 })).toBe(`${INVALID} byteOffset: -1 is not a whole number from 0 to 100000`);
    expect(made({ buffer, byteOffset: 9, byteLength: 99_992 })).toBe(
      `${INVALID} byteLength: 99992 is not a whole number from 0 to 99991`,
    );
    expect(made({ buffer: new Uint8Array(100_000) as unknown as ArrayBuffer })).toBe(
      `${INVALID} buffer: neither an ArrayBuffer nor a SharedArrayBuffer`,
    );
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
  });

  test("may hold several heaps, which know nothing of each other", () => {
    const buffer = new SharedArrayBuffer(400_000);
    const a = new SlabAllocator({ buffer, byteLength: 200_000 });
    const b = new SlabAllocator({ buffer, byteOffset: 200_000 });
    const p = a.allocate(100);
    expect(thrownBy(() => b.free(p))).toBe(`ERR_INVALID_FREE: invalid free: no block begins at offset ${p}`);
    fill(a, 100);
    fill(b, 100);
    a.verify();
    b.verify();
    expect([a.traits.shared, a.traits.grows, b.traits.grows]).toEqual([true, false, false]);
  });
});

describe.each([false, true])("memory that grows (shared: %s)", (shared) => {
  const MOST = 2 << 20;
  const create = () => new SlabAllocator({ capacity: 65536, maxCapacity: MOST, shared });

  test("grows as needed only, and what it holds stays", () => {
    const heap = create();
    const lengths: number[] = [];
    const blocks: number[] = [];
    expect(heap.traits.grows).toBe(true);
    expect(heap.memory.buffer.byteLength).toBe(65536);
    // What fits must not grow it: pages are left for one more slab.
    for (let i = 0; i < 20; i++) blocks.push(heap.allocate(16));
    expect(heap.memory.buffer.byteLength).toBe(65536);
    for (let p = heap.tryAllocate(3000); p !== 0; p = heap.tryAllocate(3000)) {
      new Uint8Array(heap.memory.buffer, p, 3000).fill(blocks.length);
      blocks.push(p);
      const { byteLength } = heap.memory.buffer;
      if (byteLength !== lengths.at(-1)) lengths.push(byteLength);
      const stats = heap.stats();
      expect(stats.committed).toBe(byteLength);
      // It at most doubles.
      expect(byteLength).toBeLessThanOrEqual(2 * (stats.reserved + stats.overhead) + 65536);
    }
    expect(lengths.length).toBeGreaterThan(4);
    expect(lengths.at(-1)).toBe(MOST);
    heap.verify();
    for (let i = 20; i < blocks.length; i++) {
      expect(new Uint8Array(heap.memory.buffer, blocks[i], 3000).every((byte) => byte === (i & 255))).toBe(true);
    }
    for (const p of blocks) heap.free(p);
    expect(heap.stats().blocks).toBe(0);
    expect(heap.memory.buffer.byteLength).toBe(MOST);
  });

  test("does not grow for what only its alignment keeps from fitting", () => {
    const heap = create();
    expect(heap.tryAllocate(heap.capacity - heap.stats().overhead, 65536)).toBe(0);
    expect(heap.memory.buffer.byteLength).toBe(65536);
    // … but does for what just fits.
    expect(heap.allocate(heap.capacity - 65536, 65536)).toBe(65536);
    heap.verify();
  });

  test("does not grow for what never fits, and fails at its maximum", () => {
    const heap = create();
    expect(heap.tryAllocate(heap.capacity)).toBe(0);
    expect(heap.memory.buffer.byteLength).toBe(65536);
    const { free } = heap.stats();
    expect(thrownBy(() => heap.allocate(heap.capacity))).toBe(
      `ERR_OUT_OF_MEMORY: out of memory: no room for 2097152 bytes aligned to 8 in a capacity of 2097152 bytes, of which 65536 are committed: ${free} are free, at most ${free} of them in one piece`,
    );
    const most = heap.capacity - heap.stats().overhead;
    const p = heap.allocate(most);
    expect(heap.memory.buffer.byteLength).toBe(MOST);
    expect(thrownBy(() => heap.allocate(1))).toBe(
      "ERR_OUT_OF_MEMORY: out of memory: no room for 1 bytes aligned to 8 in a capacity of 2097152 bytes: 0 are free, at most 0 of them in one piece",
    );
    heap.free(p);
    heap.verify();
    expect(heap.allocate(1)).toBeGreaterThan(0);
  });
});

test("a given resizable buffer grows too, no further than byteLength says", () => {
  const buffer = new ArrayBuffer(100_000, { maxByteLength: 1 << 20 });
  const heap = new SlabAllocator({ buffer, byteOffset: 10, byteLength: 500_000 });
  fill(heap, 1000);
  heap.verify();
  expect(buffer.byteLength).toBeGreaterThan(490_000);
  expect(buffer.byteLength).toBeLessThanOrEqual(500_010);
});

describe("a buffer that somebody has made shorter than its heap", () => {
  const heap = () => {
    const made = new SlabAllocator({ capacity: 1 << 20, maxCapacity: 1 << 24 });
    return { made, buffer: made.memory.buffer as ArrayBuffer, end: (made.words[16] * 4096).toString() };
  };

  test("into the control block: every verb says so", () => {
    const { made, buffer } = heap();
    const p = made.allocate(100);
    buffer.resize(4096);
    for (const call of [() => made.allocate(100), () => made.free(p), () => made.stats(), () => made.verify()]) {
      expect(thrownBy(call)).toMatch(
        /^ERR_CORRUPTED: corrupted: truncated: the heap ends at byte \d+, its buffer at 4096$/,
      );
    }
  });

  test("behind it: verify says so, and a copy that would go beyond", () => {
    const { made, buffer, end } = heap();
    made.allocate(500_000);
    const p = made.allocate(100_000);
    made.allocate(20_000); // behind it
    buffer.resize(600_000);
    expect(thrownBy(() => made.verify())).toBe(
      `ERR_CORRUPTED: corrupted: truncated: the heap ends at byte ${end}, its buffer at 600000`,
    );
    expect(thrownBy(() => made.reallocate(p, 150_000))).toMatch(
      /truncated: the heap ends at byte \d+, its buffer at 600000$/,
    );
  });
});

describe("growth", () => {
  test("makes a large block longer in place where the heap ends with it, or with the free run behind it", () => {
    const heap = new SlabAllocator({ capacity: 1 << 20, maxCapacity: 1 << 24 });
    const p = heap.allocate(6 << 20);
    new Uint8Array(heap.memory.buffer, p, 6 << 20).fill(7);
    expect(heap.reallocate(p, 10 << 20)).toBe(p);
    expect(heap.resize(p, 15 << 20)).toBe(true);
    expect(new Uint8Array(heap.memory.buffer, p, 6 << 20).every((byte) => byte === 7)).toBe(true);
    // Not beyond the most it may have, nor where another block is behind it.
    expect(heap.resize(p, (1 << 24) - 4096)).toBe(false);
    heap.resize(p, 1 << 20);
    heap.allocate(20_000);
    expect(heap.resize(p, 15 << 20)).toBe(false);
    heap.verify();
  });

  test("takes what is needed where the memory refuses more", () => {
    const memory = new WebAssembly.Memory({ initial: 32, maximum: 100 });
    const heap = new SlabAllocator({ memory, byteOffset: 1 << 20, byteLength: 16 << 20 });
    while (heap.tryAllocate(4096) !== 0);
    expect(memory.buffer.byteLength).toBe(100 * 65536);
    expect(heap.stats().free).toBeLessThan(4 * 4096);
    heap.verify();
  });
});
