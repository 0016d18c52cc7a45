/**
 * Wrong arguments: each is refused by the right error, and then every other block is as it was, contents, stats and
 * `verify()` included. Types are cast away here on purpose: callers in JavaScript have none.
 */
import {
  type Allocator,
  AllocatorError,
  DoubleFreeError,
  InvalidAlignmentError,
  InvalidBlockError,
  InvalidFreeError,
  InvalidSizeError,
  NULL,
  type Offset,
} from "@ariax/allocator";
import { check, describe, fail, print, refuses } from "../fail.ts";
import { capacityOf } from "../limits.ts";
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
  true: () => true,
  undefined: () => undefined,
  null: () => null,
  "an object": () => ({}),
};

const BAD_SIZES: readonly unknown[] = [
  ...[
    Number.NaN,
    -1,
    -8,
    0.5,
    64.5,
    2 ** 32,
    2 ** 32 + 64,
    2 ** 53,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ],
  ...["16", null, {}, true],
];

const BAD_ALIGNMENTS: readonly unknown[] = [
  ...[0, 3, 6, 12, 24, -1, -8, 1.5, 0.5, Number.NaN, 2 ** 31, 2 ** 32, 2 ** 32 + 8, 2 ** 53, Number.POSITIVE_INFINITY],
  ...["8", null, {}, true],
];

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
      for (let bad = p - 17; bad < p + usable + 17; bad++) if (bad > 0 && !heap.blocks.has(bad)) notLive(heap, bad);
    }
    heap.check();
  });

  test("a double free at once is a DoubleFreeError", () => {
    const { heap, raw, p } = scene();
    heap.free(p);
    for (let i = 0; i < 3; i++) refuses(`free(${p}) again`, () => raw.free(p), new DoubleFreeError(p));
    heap.check();
    notLive(heap, p);
    heap.check();
  });

  test("a double free of every block of a row is found", () => {
    const heap = new Shadow(create(ROOMY));
    for (const size of [0, 8, 16, 40, 64, 500, 3000, 9000]) {
      const row = Array.from({ length: 5 }, () => heap.allocate(size));
      for (const p of row) {
        heap.free(p);
        refuses(`free(${p}) again`, () => heap.inner.free(p), new DoubleFreeError(p));
      }
      heap.check();
    }
  });

  test("a double free after 1,024 others is found", () => {
    const heap = new Shadow(create(ROOMY));
    const p = heap.allocate(48);
    const others = Array.from({ length: 1024 }, () => heap.allocate(48));
    heap.free(p);
    for (const other of others) heap.free(other);
    for (const q of [p, others[0], others[511], others[1023]]) freeRefused(heap, q);
    heap.check();
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
    if (moved !== p) notLive(heap, p);
    heap.check();
  });

  test("blocks from before a reset are gone", () => {
    const { heap, p } = scene();
    heap.reset();
    notLive(heap, p);
    heap.check();
  });

  test("freeMany finds one bad offset anywhere, and frees none", () => {
    const { heap, raw, p } = scene();
    const good = Array.from({ length: 6 }, () => heap.allocate(64));
    const stale = heap.allocate(64);
    heap.free(stale);
    const bad = [NULL, p + 1, p + 8, p + 32, stale, -p, good[0], good[3], good[5], raw.memory.buffer.byteLength, -8];
    for (const offset of bad) {
      for (let at = 0; at <= good.length; at++) {
        const list = Int32Array.from(good.toSpliced(at, 0, offset));
        const copy = list.slice();
        const what = `freeMany([${list}])`;
        const error = caught(what, () => raw.freeMany(list));
        check(
          isRefusedFree(error),
          () => `${what} threw ${describe(error)}, expected InvalidFreeError or DoubleFreeError`,
        );
        check(
          list.every((word, i) => word === copy[i]),
          () => `${what} changed its list to [${list}]`,
        );
        heap.check();
      }
    }
    heap.freeMany(Int32Array.from(good));
    heap.check();
  });

  for (const size of [...BAD_SIZES, undefined]) {
    test(`${print(size)} is no size`, () => {
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

  for (const alignment of [...BAD_ALIGNMENTS, traits.maxAlignment * 2]) {
    test(`${print(alignment)} is no alignment`, () => {
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

/** No verb takes `offset`. It may or may not have been a block before. */
function notLive({ inner }: Shadow, offset: Offset): void {
  refuses(`free(${offset})`, () => inner.free(offset), new DoubleFreeError(offset), new InvalidFreeError(offset));
  const noBlock = new InvalidBlockError(offset);
  refuses(`sizeOf(${offset})`, () => inner.sizeOf(offset), noBlock);
  refuses(`resize(${offset}, 8)`, () => inner.resize(offset, 8), noBlock);
  refuses(`reallocate(${offset}, 8)`, () => inner.reallocate(offset, 8), noBlock);
}

/** `free` refuses `offset`, unless it is a live block again. */
function freeRefused({ blocks, inner }: Shadow, offset: Offset): void {
  if (blocks.has(offset)) return;
  refuses(`free(${offset}) again`, () => inner.free(offset), new DoubleFreeError(offset), new InvalidFreeError(offset));
}

function caught(what: string, call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return fail(`${what} was accepted`);
}

function isRefusedFree(error: unknown): boolean {
  return error instanceof AllocatorError && (error.code === "ERR_DOUBLE_FREE" || error.code === "ERR_INVALID_FREE");
}
