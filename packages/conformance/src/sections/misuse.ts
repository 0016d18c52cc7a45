/**
 * Wrong arguments: each is refused by the right error, and then every other block is as it was, contents, stats and
 * `verify()` included. Types are cast away here on purpose: callers in JavaScript have none.
 */
import {
  type Allocator,
  DoubleFreeError,
  InvalidAlignmentError,
  InvalidBlockError,
  InvalidFreeError,
  InvalidSizeError,
  NULL,
  type Offset,
} from "@ariax/allocator";
import { check, print, refuses } from "../fail.ts";
import { capacityOf } from "../limits.ts";
import { doubleFree, freeRefused, neverBlock, notLive } from "../refusals.ts";
import { Shadow } from "../shadow.ts";
import { ROOMY, type Suite } from "../suite.ts";

/** Values that were never the offset of a block, `p` being a live one of 64 bytes. */
const NEVER_BLOCKS: Readonly<Record<string, (p: Offset, heap: Allocator) => unknown>> = {
  NULL: () => NULL,
  "one byte into a block": (p) => p + 1,
  "four bytes into a block": (p) => p + 4,
  "eight bytes into a block": (p) => p + 8,
  "the middle of a block": (p) => p + 32,
  "the last byte of a block": (p, heap) => p + heap.sizeOf(p) - 1,
  "a fraction above a block": (p) => p + 0.5,
  "the end of the memory": (_, heap) => heap.memory.buffer.byteLength,
  "far beyond the memory": () => 0xfffffff8,
  "a block plus 2³²": (p) => p + 2 ** 32,
  "a block plus 2⁵²": (p) => p + 2 ** 52,
  "a block minus 2³²": (p) => p - 2 ** 32,
  "a block, negative": (p) => -p,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  "-Infinity": () => Number.NEGATIVE_INFINITY,
  "a block as a string": (p) => String(p),
  "a block in a list": (p) => [p],
  "a block as a bigint": (p) => BigInt(p),
  "an object that turns into a block": (p) => ({ valueOf: () => p }),
  "an object that can't be turned into a number": () => STUBBORN,
  "a symbol": () => Symbol("8"),
  true: () => true,
  undefined: () => undefined,
  null: () => null,
  "an object": () => ({}),
  "an object without a prototype": () => Object.create(null),
};

const STUBBORN = {
  valueOf(): never {
    throw new Error("this is no number");
  },
};

/** No numbers. Reckoning with one of the last four throws an error that is not the allocator's. */
const NO_NUMBERS: Readonly<Record<string, unknown>> = {
  "a string": "8",
  null: null,
  true: true,
  "an object": {},
  "an object that turns into a number": { valueOf: () => 8 },
  "a list": [8],
  "an object that can't be turned into a number": STUBBORN,
  "a bigint": 8n,
  "a symbol": Symbol("8"),
  "an object without a prototype": Object.create(null),
};

const BAD_SIZES: Readonly<Record<string, unknown>> = {
  ...named(Number.NaN, -1, -8, 0.5, 64.5, 2 ** 32, 2 ** 32 + 64, 2 ** 53),
  ...named(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined),
  ...NO_NUMBERS,
};

const BAD_ALIGNMENTS: Readonly<Record<string, unknown>> = {
  ...named(0, 3, 6, 12, 24, -1, -8, 1.5, 0.5, Number.NaN),
  ...named(2 ** 31, 2 ** 32, 2 ** 32 + 8, 2 ** 53, Number.POSITIVE_INFINITY),
  ...NO_NUMBERS,
};

/** Of blocks that are freed twice. */
const SIZES = [0, 8, 16, 40, 64, 500, 3000, 9000, 20_000, 70_000];

export function misuse({ test, create, traits }: Suite): void {
  /** A fresh heap with neighbours around the block that the test is about. */
  const scene = (): { heap: Shadow; raw: Allocator; p: Offset; capacity: number } => {
    const heap = new Shadow(create(ROOMY));
    for (const size of [64, 8, 300]) heap.allocate(size);
    const p = heap.allocate(64);
    for (const size of [64, 2000, 0]) heap.allocate(size);
    return { heap, raw: heap.inner, p, capacity: capacityOf(heap) };
  };

  for (const [kind, value] of Object.entries(NEVER_BLOCKS)) {
    test(`${kind} is no block`, () => {
      const { heap, raw, p } = scene();
      const bad = value(p, raw) as Offset;
      const noBlock = new InvalidBlockError(bad);
      const shown = print(bad);
      refuses(`free(${shown})`, () => raw.free(bad), new InvalidFreeError(bad));
      heap.check();
      refuses(`sizeOf(${shown})`, () => raw.sizeOf(bad), noBlock);
      for (const size of [0, 16, 64, 5000]) {
        refuses(`resize(${shown}, ${size})`, () => raw.resize(bad, size), noBlock);
        refuses(`reallocate(${shown}, ${size})`, () => raw.reallocate(bad, size), noBlock);
      }
      heap.check();
    });
  }

  test("what lies behind the last block is no block", () => {
    const heap = new Shadow(create(ROOMY));
    const p = heap.allocate(64);
    for (const bad of [p + heap.sizeOf(p), p + 4096, p + 65536, Math.floor(ROOMY / 16) * 8]) notLive(heap, bad);
    heap.check();
  });

  test("around and inside of blocks, no offset is taken but theirs", () => {
    const heap = new Shadow(create(ROOMY));
    for (const size of [0, 1, 8, 24, 64, 100, 500]) heap.allocate(size);
    const [first, second, third] = heap.blocks.keys();
    heap.free(second);
    for (const p of [first, second, third, ...heap.blocks.keys()]) {
      const usable = heap.blocks.get(p)?.usable ?? 0;
      for (let bad = p - 17; bad < p + usable + 17; bad++) {
        if (bad > p && bad < p + usable) neverBlock(heap, bad);
        else if (bad > 0 && !heap.blocks.has(bad)) notLive(heap, bad);
      }
    }
    heap.check();
  });

  test("inside of a large block, no block begins", () => {
    const heap = new Shadow(create(ROOMY));
    for (const size of [3000, 9000, 20_000, 70_000]) {
      const p = heap.allocate(size);
      for (const at of [1, 8, 16, 1024, 4096, 8192, 16_384, 65_536, size >>> 1, size - 1]) {
        if (at < size) neverBlock(heap, p + at);
      }
      heap.check();
    }
  });

  test("a double free at once is a DoubleFreeError", () => {
    const { heap, p } = scene();
    heap.free(p);
    for (let i = 0; i < 3; i++) doubleFree(heap, p);
    heap.check();
    notLive(heap, p);
    heap.check();
  });

  test("a double free of every block of a row is found", () => {
    const heap = new Shadow(create(ROOMY));
    for (const size of SIZES) {
      const row = Array.from({ length: 5 }, () => heap.allocate(size));
      for (const p of row) {
        heap.free(p);
        doubleFree(heap, p);
      }
      for (const p of row) doubleFree(heap, p);
      heap.check();
    }
  });

  test("a double free after 1,024 others is found", () => {
    const heap = new Shadow(create(ROOMY));
    const p = heap.allocate(48);
    const others = Array.from({ length: 1024 }, () => heap.allocate(48));
    heap.free(p);
    for (const other of others) heap.free(other);
    for (const q of [p, ...others]) doubleFree(heap, q);
    heap.check();
  });

  test("a double free of a block among live ones is found, whatever else is allocated", () => {
    const heap = new Shadow(create(ROOMY));
    const row = Array.from({ length: 200 }, () => heap.allocate(32));
    const freed = row.filter((_, i) => i % 2 === 1);
    for (const [i, p] of freed.entries()) {
      heap.free(p);
      for (const size of [200, 5000]) heap.allocate(size);
      for (const q of freed.slice(0, i + 1)) doubleFree(heap, q);
    }
    heap.check();
  });

  test("a free where a block was once, in the midst of what is another one now, is a double or an invalid one", () => {
    for (const size of SIZES) {
      const heap = new Shadow(create(ROOMY));
      const row = Array.from({ length: 8 }, () => heap.allocate(size));
      heap.freeMany(Int32Array.from(row));
      for (const p of row) doubleFree(heap, p);
      const large = heap.allocate(6 * Math.max(size, 3000));
      for (const p of row) {
        if (p === large) continue;
        notLive(heap, p);
        const list = Int32Array.of(large, p);
        refuses(
          `freeMany([${list}])`,
          () => heap.inner.freeMany(list),
          new DoubleFreeError(p),
          new InvalidFreeError(p),
        );
        heap.check();
      }
      heap.free(large);
      doubleFree(heap, large);
      heap.check();
    }
  });

  test("a double free among other calls is found", () => {
    const heap = new Shadow(create(ROOMY));
    const blocks = Array.from({ length: 200 }, () => heap.allocate(32));
    for (const [i, p] of blocks.entries()) {
      heap.free(p);
      heap.allocate(200);
      if (i % 2 === 0) freeRefused(heap, p);
      if (i > 10) freeRefused(heap, blocks[i - 10]);
    }
    heap.check();
  });

  test("a double free after reuse frees the new block once, and no more", () => {
    for (const size of [8, 64, 1000, 20000]) {
      const heap = new Shadow(create(ROOMY));
      heap.allocate(size);
      const p = heap.allocate(size);
      heap.free(p);
      const q = heap.allocate(size);
      // reused? Then nobody can tell the old block from the new one.
      if (q === p) heap.free(p);
      freeRefused(heap, p);
      heap.check();
    }
  });

  test("a block that was reallocated elsewhere is free", () => {
    const { heap, p } = scene();
    const moved = heap.reallocate(p, 60000);
    if (moved !== p) doubleFree(heap, p);
    if (moved !== p) notLive(heap, p);
    heap.check();
  });

  test("blocks from before a reset are gone", () => {
    const { heap, p } = scene();
    heap.reset();
    notLive(heap, p);
    heap.check();
  });

  for (const [kind, size] of Object.entries(BAD_SIZES)) {
    test(`${kind} is no size`, () => {
      const { heap, raw, p, capacity } = scene();
      const bad = size as number;
      const expected = new InvalidSizeError(bad, capacity);
      const out = new Int32Array(4);
      const verbs: Readonly<Record<string, () => unknown>> = {
        allocate: () => raw.allocate(bad),
        tryAllocate: () => raw.tryAllocate(bad),
        "allocate, aligned": () => raw.allocate(bad, 8),
        allocateMany: () => raw.allocateMany(bad, out),
        resize: () => raw.resize(p, bad),
        reallocate: () => raw.reallocate(p, bad),
      };
      for (const [verb, call] of Object.entries(verbs)) {
        refuses(`${verb} with size ${print(size)}`, call, expected);
        heap.check();
      }
      check(
        out.every((word) => word === 0),
        () => `allocateMany with size ${print(size)} wrote [${out}]`,
      );
    });
  }

  for (const [kind, alignment] of Object.entries({ ...BAD_ALIGNMENTS, ...named(traits.maxAlignment * 2) })) {
    test(`${kind} is no alignment`, () => {
      const { heap, raw } = scene();
      const bad = alignment as number;
      const expected = new InvalidAlignmentError(bad, traits.maxAlignment);
      refuses(`allocate(64, ${print(bad)})`, () => raw.allocate(64, bad), expected);
      refuses(`tryAllocate(64, ${print(bad)})`, () => raw.tryAllocate(64, bad), expected);
      refuses(`allocate(0, ${print(bad)})`, () => raw.allocate(0, bad), expected);
      heap.check();
    });
  }
}

/** Values by what they print. */
function named(...values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(values.map((value) => [print(value), value]));
}
