/**
 * `allocateMany` and `freeMany` do what a loop would, but all or nothing where an offset is bad. An allocator may serve them
 * by code of their own (batches, sorted copies, one call into another language), and that code has limits of its own: so
 * here are lists longer than any batch, and one bad offset among a thousand.
 */
import {
  type Allocator,
  DoubleFreeError,
  InvalidArgumentError,
  InvalidFreeError,
  NULL,
  type Offset,
} from "@ariax/allocator";
import { check, equal, print, refuses } from "../fail.ts";
import { random, shuffle } from "../random.ts";
import { Shadow } from "../shadow.ts";
import { ROOMY, type Suite, TIGHT } from "../suite.ts";

/** What lies around a part of an array, and must stay. */
const GUARD = 0x5a5a5a5a;

/** Bytes of a block, and how many are asked for: what fits a roomy heap, and last what does not. */
const LISTS: readonly (readonly [size: number, length: number])[] = [
  [0, 500],
  [16, 3000],
  [64, 1000],
  [1000, 300],
  [5000, 65],
  [20_000, 17],
  [100_000, 4],
  [100_000, 17],
];

/** No arrays of offsets, `p` being a live block's. Types are cast away on purpose. */
const NO_OFFSETS: Readonly<Record<string, (p: Offset) => unknown>> = {
  "a plain array": (p) => [p],
  "a Uint8Array": () => new Uint8Array(4),
  "a Float64Array": (p) => Float64Array.of(p),
  "a BigInt64Array": (p) => BigInt64Array.of(BigInt(p)),
  "an object": () => ({ length: 1 }),
  null: () => null,
  undefined: () => undefined,
};

const NO_COUNTS: readonly unknown[] = [-1, 5, 0.5, Number.NaN, 2 ** 32, "2", 2n, null, {}, Symbol("2")];

export function bulk({ test, create, seed }: Suite): void {
  test("allocateMany makes all that is asked for, or all that there is room for", () => {
    const heap = new Shadow(create(ROOMY));
    for (const [size, length] of LISTS) {
      // The shadow looks for room where fewer are made.
      heap.allocateMany(size, new Int32Array(length));
      heap.check();
      heap.reset();
    }
  });

  test("allocateMany fills a heap at one call", () => {
    for (const size of [256, 5000, 20_000]) {
      const heap = new Shadow(create(TIGHT));
      const out = new Int32Array(Math.ceil(TIGHT / size) + 1);
      const made = heap.allocateMany(size, out);
      check(made > 0 && made < out.length, () => `allocateMany(${size}, ${out.length} slots) returned ${made}`);
      heap.check();
      heap.freeMany(out, made);
      heap.check();
    }
  });

  for (const type of [Int32Array, Uint32Array]) {
    test(`both take a part of a larger ${type.name}, and leave the rest alone`, () => {
      const heap = new Shadow(create(ROOMY));
      const all = new type(40).fill(GUARD);
      const part = all.subarray(10, 30) as Int32Array;
      equal("allocateMany(48, 20 slots)", heap.allocateMany(48, part), 20);
      heap.check();
      heap.freeMany(part.subarray(5), 10);
      equal("stats().blocks", heap.stats().blocks, 10);
      heap.check();
      for (const i of [...all.keys()].filter((i) => i < 10 || i >= 30)) equal(`item ${i} of the array`, all[i], GUARD);
    });
  }

  test("the list may lie in the heap's own memory", () => {
    const { heap, list } = withList(create(ROOMY), 100);
    equal("allocateMany(64, 100 slots)", heap.allocateMany(64, list()), 100);
    heap.checkBlocks();
    heap.freeMany(list().subarray(50));
    heap.freeMany(list(), 50);
    equal("stats().blocks after all but the list's own were freed", heap.stats().blocks, 1);
    heap.verify();
  });

  test("freeMany takes offsets in any order, and leaves its list as it is", () => {
    const heap = new Shadow(create(ROOMY));
    for (const [size, length] of LISTS) {
      const out = new Int32Array(length);
      const made = heap.allocateMany(size, out);
      heap.freeMany(Int32Array.from(shuffle([...out.subarray(0, made)], random(seed))));
      heap.check();
      equal("stats().blocks after all were freed", heap.stats().blocks, 0);
      heap.reset();
    }
  });

  test("both verbs take a Uint32Array as well, also one that lies in the memory", () => {
    const { heap, list } = withList(create(ROOMY), 100);
    const { buffer, byteOffset } = list();
    for (const out of [new Uint32Array(100), new Uint32Array(buffer, byteOffset, 100)]) {
      equal("allocateMany(64, a Uint32Array of 100)", heap.allocateMany(64, out), 100);
      const words = out.length === 100 ? out : new Uint32Array(list().buffer, byteOffset, 100);
      const copy = words.slice();
      equal("sizeOf(the first) > 0", heap.sizeOf(copy[0]) > 0, true);
      heap.checkBlocks();
      refuses(
        "freeMany, of a Uint32Array, of one twice",
        () => {
          heap.inner.freeMany(Uint32Array.of(copy[0], copy[1], copy[0]));
        },
        new DoubleFreeError(copy[0]),
      );
      heap.freeMany(copy, 40);
      heap.freeMany(Int32Array.from(copy.subarray(40, 70)));
      heap.freeMany(copy.subarray(70));
      equal("stats().blocks after all but the list's own were freed", heap.stats().blocks, 1);
    }
    heap.verify();
  });

  for (const length of [6, 100, 1000]) {
    test(`freeMany of ${length} offsets and a bad one says which, and frees none`, () => {
      const { heap, raw, good } = row(create(ROOMY), length, seed);
      const [p] = good;
      const stale = heap.allocate(64);
      heap.free(stale);
      const never = [NULL, p + 1, p + 8, p + 32, raw.memory.buffer.byteLength, -8, -p].map((word) => word >>> 0);
      const expected = [...never.map((word) => new InvalidFreeError(word)), new DoubleFreeError(stale)];
      for (const [i, word] of [...never, stale].entries()) {
        for (const at of [0, length >>> 1, length]) refused(heap, good.toSpliced(at, 0, word), expected[i], at);
      }
      heap.freeMany(Int32Array.from(good));
      heap.check();
    });

    test(`freeMany of ${length} offsets, one of them twice, is a double free, and frees none`, () => {
      const { heap, good } = row(create(ROOMY), length, seed);
      const half = length >>> 1;
      // Which comes again, and at which place: beside its twin, as far from it as can be, half of the list away.
      const twins = [
        [0, 1],
        [0, length],
        [half, 0],
        [half - 1, 0],
        [0, half],
        [half, length],
        [length - half, length],
      ];
      for (const [of, at] of twins) {
        refused(heap, good.toSpliced(at, 0, good[of]), new DoubleFreeError(good[of] >>> 0), at);
      }
      heap.freeMany(Int32Array.from(good));
      heap.check();
    });
  }

  for (const [kind, value] of Object.entries(NO_OFFSETS)) {
    test(`${kind} is no array of offsets`, () => {
      const heap = new Shadow(create(ROOMY));
      heap.allocate(64);
      const p = heap.allocate(64);
      const bad = value(p) as Int32Array;
      const shown = bad === undefined || bad === null ? print(bad) : "an object";
      const expected = new InvalidArgumentError(`invalid offsets: ${shown} is no Int32Array or Uint32Array`);
      const before = print(bad) + String(bad);
      for (const size of [0, 64, 20_000]) {
        refuses(`allocateMany(${size}, ${kind})`, () => heap.inner.allocateMany(size, bad), expected);
      }
      for (const count of [undefined, 0, 1]) {
        refuses(`freeMany(${kind}, ${count})`, () => heap.inner.freeMany(bad, count), expected);
      }
      equal(kind, print(bad) + String(bad), before);
      heap.check();
    });
  }

  test("count is a whole number, up to the length of the list", () => {
    const heap = new Shadow(create(ROOMY));
    const out = new Int32Array(4);
    heap.allocateMany(64, out);
    for (const count of NO_COUNTS) {
      const expected = new InvalidArgumentError(`invalid count: ${print(count)} is not a whole number from 0 to 4`);
      refuses(`freeMany(4 offsets, ${print(count)})`, () => heap.inner.freeMany(out, count as number), expected);
      heap.check();
    }
    heap.freeMany(out, 0);
    heap.check();
  });
}

/**
 * A heap with a block of its own for a list of `length` offsets, which the shadow knows nothing of: it would fill it, and look for
 * that. So its `checkBlocks` is for here, its `check` is not.
 */
export function withList(raw: Allocator, length: number): { heap: Shadow; list: () => Int32Array } {
  const place = raw.allocate(4 * length);
  return { heap: new Shadow(raw), list: () => new Int32Array(raw.memory.buffer, place, length) };
}

/** A heap with a row of blocks, and their offsets in no order. */
function row(raw: ReturnType<Suite["create"]>, length: number, seed: number) {
  const heap = new Shadow(raw);
  const out = new Int32Array(length);
  equal(`allocateMany(64, ${length} slots)`, heap.allocateMany(64, out), length);
  return { heap, raw, good: shuffle([...out], random(seed)) };
}

/** `freeMany` of a list whose item `at` is bad. */
function refused(
  heap: Shadow,
  words: readonly number[],
  expected: DoubleFreeError | InvalidFreeError,
  at: number,
): void {
  const list = Int32Array.from(words);
  const what = `freeMany of ${list.length} offsets, of which item ${at}, ${list[at]}, is bad,`;
  refuses(what, () => heap.inner.freeMany(list), expected);
  const copy = Int32Array.from(words);
  for (const [i, word] of list.entries()) equal(`item ${i} of a list that freeMany refused`, word, copy[i]);
  heap.check();
}
