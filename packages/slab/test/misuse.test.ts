/** The messages of all misuse, word for word. */
import { describe, expect, test } from "vitest";
import { PAGE_SIZE, SlabAllocator } from "../src/index.ts";
import { fill, thrownBy } from "./heaps.ts";

const CAPACITY = 1 << 20;
const create = () => new SlabAllocator({ capacity: CAPACITY });
const invalid = (p: unknown) => `ERR_INVALID_FREE: invalid free: no block begins at offset ${p}`;
const double = (p: number) => `ERR_DOUBLE_FREE: double free: the block at offset ${p} is free already`;
const gone = (p: unknown) => `ERR_INVALID_BLOCK: invalid block: no live block begins at offset ${p}`;

describe("free", () => {
  test("of what is no offset, or none of this heap", () => {
    const heap = create();
    heap.allocate(64);
    const before = heap.words.slice();
    for (const p of [
      0,
      8,
      PAGE_SIZE,
      CAPACITY - PAGE_SIZE,
      CAPACITY,
      CAPACITY + 64,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 53,
    ]) {
      expect(thrownBy(() => heap.free(p))).toBe(invalid(p));
    }
    for (const p of [-1, -4096, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(thrownBy(() => heap.free(p))).toBe(invalid(p));
    }
    expect(thrownBy(() => heap.free(undefined as unknown as number))).toBe(invalid("undefined"));
    expect(thrownBy(() => heap.free("64" as unknown as number))).toBe(invalid('"64"'));
    expect(thrownBy(() => heap.free(null as unknown as number))).toBe(invalid("null"));
    expect(heap.words).toEqual(before);
  });

  test.each([16, 24, 112, 1000, 16384])("twice, and of every byte inside a block of %i bytes", (size) => {
    const heap = create();
    const [p, next] = [heap.allocate(size), heap.allocate(size)];
    for (let i = 1; i < heap.sizeOf(p); i++) {
      const error = thrownBy(() => heap.free(p + i));
      if (error !== invalid(p + i)) expect.fail(error);
    }
    heap.free(p);
    for (let i = 0; i < 3; i++) expect(thrownBy(() => heap.free(p))).toBe(double(p));
    heap.free(next);
    expect(thrownBy(() => heap.free(next))).toBe(double(next));
    heap.verify();
  });

  test("of a block whose slab was given back, until its pages are used again", () => {
    const heap = create();
    const blocks = fill(heap, 48);
    for (const p of blocks) heap.free(p);
    expect(heap.stats().reserved).toBeLessThan(40_000);
    for (const p of blocks) if (thrownBy(() => heap.free(p)) !== double(p)) expect.fail(`${p}`);
    expect(thrownBy(() => heap.free(blocks[5000] + 8))).toBe(invalid(blocks[5000] + 8));
    heap.verify();
    // Cut into blocks of another class, they are forgotten.
    const other = new Set(fill(heap, 10_000));
    const inside = blocks.filter((p) => p > Math.min(...other) && p < Math.max(...other) && !other.has(p));
    expect(inside.length).toBeGreaterThan(10_000);
    for (const p of inside) if (thrownBy(() => heap.free(p)) !== invalid(p)) expect.fail(`${p}`);
  });

  test("of a block over whose place a large one lies now: it was freed, and is freed again", () => {
    const heap = create();
    const [a, b] = [heap.allocate(20_000), heap.allocate(20_000)];
    const blocks = fill(heap, 48);
    for (const p of [a, b, ...blocks]) heap.free(p);
    const large = heap.allocate(heap.stats().largestFree);
    const inside = [b, ...blocks].filter((p) => p > large && p < large + heap.sizeOf(large) - PAGE_SIZE);
    expect(inside.length).toBeGreaterThan(10_000);
    for (const p of inside) if (thrownBy(() => heap.free(p)) !== double(p)) expect.fail(`${p}`);
    // What no block ever began at is told as ever.
    for (const p of [inside[1] + 8, large + 4096 * 3 + 1]) expect(thrownBy(() => heap.free(p))).toBe(invalid(p));
    heap.verify();
  });

  test("of a block that another class's slab has taken the place of", () => {
    const heap = create();
    const old = fill(heap, 48);
    for (const p of old) heap.free(p);
    const now = new Set(fill(heap, 80));
    let ends = 0;
    for (const p of old) {
      if (now.has(p)) continue;
      const error = thrownBy(() => heap.free(p));
      if (error === double(p)) ends++;
      else if (error !== invalid(p)) expect.fail(error);
    }
    // Those in the one slab of 48-byte blocks that is left.
    expect(ends).toBeLessThan(1024);
    expect(heap.stats().blocks).toBe(now.size);
  });

  test("of a boundary in a live slab that was never handed out is a double free too: it is a free block", () => {
    const heap = create();
    const p = heap.allocate(64);
    expect(thrownBy(() => heap.free(p + 64))).toBe(double(p + 64));
  });
});

describe("freeMany", () => {
  test("with an offset inside of a large block that comes before it, where a block began once", () => {
    const heap = create();
    const [a, b] = [heap.allocate(20_000), heap.allocate(20_000)];
    heap.freeMany(Int32Array.of(a, b));
    const large = heap.allocate(60_000);
    expect(large).toBe(a);
    expect(thrownBy(() => heap.freeMany(Int32Array.of(large, b)))).toBe(double(b));
    expect(thrownBy(() => heap.freeMany(Int32Array.of(large, large)))).toBe(double(large));
    heap.free(large);
  });

  test("with one bad offset throws as free would, and frees none", () => {
    const heap = create();
    const blocks = [20, 20, 5000, 50_000, 20].map((size) => heap.allocate(size));
    const dead = heap.allocate(20);
    heap.free(dead);
    const before = heap.words.slice();
    for (const [bad, error] of [
      [dead, double(dead)],
      [blocks[0], double(blocks[0])],
      [blocks[3], double(blocks[3])],
      [blocks[0] + 1, invalid(blocks[0] + 1)],
      [blocks[3] + 4096, invalid(blocks[3] + 4096)],
      [0, invalid(0)],
      [-1, invalid(4294967295)],
    ] as const) {
      for (const list of [
        [...blocks, bad],
        [...blocks, bad, ...blocks],
      ]) {
        expect(thrownBy(() => heap.freeMany(Int32Array.from(list)))).toBe(error);
        expect(heap.words).toEqual(before);
      }
    }
    const list = Int32Array.from([...blocks, dead]);
    expect(thrownBy(() => heap.freeMany(list, 7))).toBe(
      "ERR_INVALID_ARGUMENT: invalid count: 7 is not a whole number from 0 to 6",
    );
    heap.freeMany(list, 5);
    expect(heap.stats().blocks).toBe(0);
    heap.verify();
  });
});

describe("sizeOf, resize, reallocate", () => {
  test("of what is no live block", () => {
    const heap = create();
    const [p, large, dead] = [heap.allocate(100), heap.allocate(50_000), heap.allocate(100)];
    heap.free(dead);
    const before = heap.words.slice();
    for (const bad of [0, -1, Number.NaN, 2.5, 2 ** 40, dead, p + 1, p + 8, large + 8, large + PAGE_SIZE, CAPACITY]) {
      expect(thrownBy(() => heap.sizeOf(bad))).toBe(gone(bad));
      expect(thrownBy(() => heap.resize(bad, 10))).toBe(gone(bad));
      expect(thrownBy(() => heap.reallocate(bad, 10))).toBe(gone(bad));
    }
    expect(heap.words).toEqual(before);
  });
});

describe("sizes and alignments that no heap could serve", () => {
  test.each([Number.NaN, -1, 1.5, CAPACITY + 1, 2 ** 32, 2 ** 53, Number.POSITIVE_INFINITY])("size %d", (size) => {
    const heap = create();
    const [p, large] = [heap.allocate(100), heap.allocate(50_000)];
    const before = heap.words.slice();
    const why =
      Number.isInteger(size) && size > 0
        ? `exceeds the capacity of ${CAPACITY} bytes`
        : `is not a whole number of bytes from 0 to ${CAPACITY}`;
    const error = `ERR_INVALID_SIZE: invalid size: ${size} ${why}`;
    for (const call of [
      () => heap.allocate(size),
      () => heap.tryAllocate(size),
      () => heap.tryAllocate(size, 64),
      () => heap.allocateMany(size, new Int32Array(3)),
      () => heap.resize(p, size),
      () => heap.resize(large, size),
      () => heap.reallocate(p, size),
    ]) {
      expect(thrownBy(call)).toBe(error);
    }
    expect(heap.words).toEqual(before);
  });

  test.each([0, 3, -8, 1.5, Number.NaN, 131072, 2 ** 31, 2 ** 32])("alignment %d", (alignment) => {
    const heap = create();
    const error = `ERR_INVALID_ALIGNMENT: invalid alignment: ${alignment} is not a power of two from 1 to 65536`;
    for (const size of [0, 100, 50_000]) expect(thrownBy(() => heap.allocate(size, alignment))).toBe(error);
    expect(heap.stats().blocks).toBe(0);
  });

  test("a block that does not fit", () => {
    const heap = create();
    expect(thrownBy(() => heap.allocate(CAPACITY, 4096))).toBe(
      "ERR_OUT_OF_MEMORY: out of memory: no room for 1048576 bytes aligned to 4096 in a capacity of 1048576 bytes: 1019904 are free, at most 1019904 of them in one piece",
    );
    expect(heap.allocateMany(CAPACITY, new Int32Array(2))).toBe(0);
  });
});

describe("what is no number, or no array of offsets", () => {
  const strange = [64n, Symbol("64"), Object.create(null), {}, null] as unknown as number[];

  test.each(strange)("%o is told by the errors of other bad numbers", (value) => {
    const heap = create();
    const p = heap.allocate(64);
    const before = heap.words.slice();
    const code = (fn: () => unknown) => thrownBy(fn).split(":")[0];
    expect(code(() => heap.allocate(value))).toBe("ERR_INVALID_SIZE");
    expect(code(() => heap.tryAllocate(value, 8))).toBe("ERR_INVALID_SIZE");
    expect(code(() => heap.allocate(64, value))).toBe("ERR_INVALID_ALIGNMENT");
    expect(code(() => heap.free(value))).toBe("ERR_INVALID_FREE");
    expect(code(() => heap.sizeOf(value))).toBe("ERR_INVALID_BLOCK");
    expect(code(() => heap.resize(value, 8))).toBe("ERR_INVALID_BLOCK");
    expect(code(() => heap.reallocate(value, 8))).toBe("ERR_INVALID_BLOCK");
    expect(code(() => heap.resize(p, value))).toBe("ERR_INVALID_SIZE");
    expect(code(() => heap.reallocate(p, value))).toBe("ERR_INVALID_SIZE");
    expect(code(() => heap.allocateMany(value, new Int32Array(1)))).toBe("ERR_INVALID_SIZE");
    expect(heap.words).toEqual(before);
  });

  test("arrays of other kinds", () => {
    const heap = create();
    const p = heap.allocate(20_000);
    const before = heap.words.slice();
    for (const array of [[p, 5n], Float64Array.of(p), BigInt64Array.of(5n), new Uint8Array(4), undefined]) {
      const message = /^ERR_INVALID_ARGUMENT: invalid offsets: .* is no Int32Array or Uint32Array$/;
      expect(thrownBy(() => heap.freeMany(array as unknown as Int32Array))).toMatch(message);
      expect(thrownBy(() => heap.allocateMany(64, array as unknown as Int32Array))).toMatch(message);
    }
    expect(heap.words).toEqual(before);
  });

  test("no options", () => {
    const none = (what: string) =>
      `ERR_INVALID_ARGUMENT: invalid options: ${what} is no object with capacity, buffer or memory`;
    expect(thrownBy(() => new SlabAllocator(undefined as never))).toBe(none("undefined"));
    expect(thrownBy(() => new SlabAllocator(65536 as never))).toBe(none("65536"));
  });
});
