import { describe, expect, test } from "vitest";
import { AtomicBitSet, BitSet, verify } from "../src/index.ts";
import { LENGTHS } from "./model.ts";

describe.each(LENGTHS)("%i bits", (n) => {
  // The edges of words and levels that lie inside, from both sides.
  const edges = [0, 1, 30, 31, 32, 33, 1023, 1024, 1025, 32767, 32768, 32769, 1048575, 1048576, n - 2, n - 1];
  const indices = [...new Set(edges.filter((i) => i >= 0 && i < n))].sort((a, b) => a - b);

  test("one bit alone: set, has, first, next, iteration, clear", () => {
    const set = new BitSet(n);
    expect(set.length).toBe(n);
    for (const i of indices) {
      expect(set.has(i)).toBe(false);
      expect(set.set(i)).toBe(true);
      expect(set.set(i)).toBe(false);
      expect(set.has(i)).toBe(true);
      expect(set.count).toBe(1);
      expect(set.first()).toBe(i);
      expect([set.next(0), set.next(i), set.next(i + 1), set.next(n)]).toEqual([i, i, -1, -1]);
      expect([...set]).toEqual([i]);
      verify(set);
      expect(set.clear(i)).toBe(true);
      expect(set.clear(i)).toBe(false);
      expect(set.first()).toBe(-1);
      expect(set.next(0)).toBe(-1);
      verify(set);
    }
    expect(set.words.every((word) => word === 0)).toBe(true);
  });

  test("several bits: next goes from each to the following", () => {
    const set = new BitSet(n);
    for (const i of indices.toReversed()) set.set(i);
    verify(set);
    expect([...set]).toEqual(indices);
    for (const [at, i] of indices.entries()) expect(set.next(i + 1)).toBe(indices[at + 1] ?? -1);
    for (const i of indices) expect(set.takeFirst()).toBe(i);
    expect(set.takeFirst()).toBe(-1);
    verify(set);
  });

  test("setAll, then every bit taken in order, then given back", () => {
    const set = new BitSet(n);
    set.setAll();
    verify(set);
    expect(set.count).toBe(n);
    let wrong = 0;
    for (let i = 0; i < n; i++) if (set.takeFirst() !== i) wrong++;
    expect(wrong).toBe(0);
    expect(set.takeFirst()).toBe(-1);
    verify(set);
    for (let i = n - 1; i >= 0; i--) if (!set.set(i) || set.first() !== i) wrong++;
    expect(wrong).toBe(0);
    expect(set.count).toBe(n);
    verify(set);
    set.clearAll();
    verify(set);
    expect(set.count).toBe(0);
  });

  test("ranges between all edges", () => {
    const set = new BitSet(n);
    for (const from of indices) {
      for (const to of [...indices, n]) {
        if (from > to) continue;
        set.clearAll();
        set.setRange(from, to);
        verify(set);
        expect(set.count).toBe(to - from);
        expect(set.first()).toBe(from < to ? from : -1);
        expect(set.next(to)).toBe(-1);
        set.setAll();
        set.clearRange(from, to);
        verify(set);
        expect(set.count).toBe(n - (to - from));
        expect(set.next(from)).toBe(to < n ? to : -1);
      }
    }
  });

  test("runs", () => {
    const set = new BitSet(n);
    expect(set.takeRun(1)).toBe(-1);
    set.setAll();
    expect(set.takeRun(n + 1)).toBe(-1);
    expect(set.takeRun(n)).toBe(0);
    expect(set.count).toBe(0);
    verify(set);
    for (const start of indices) {
      set.setRange(start, n);
      expect(set.takeRun(n - start + 1)).toBe(-1);
      expect(set.takeRun(n - start)).toBe(start);
      expect(set.count).toBe(0);
      verify(set);
    }
  });

  test("byteLength: an eighth, and at most 1/31 of it and a word per level for the summaries", () => {
    const bytes = BitSet.byteLength(n);
    expect(new BitSet(n).byteLength).toBe(bytes);
    expect(new AtomicBitSet(n).byteLength).toBe(AtomicBitSet.byteLength(n));
    expect(AtomicBitSet.byteLength(n)).toBe(bytes + 4);
    expect(bytes).toBeGreaterThanOrEqual(n / 8);
    expect(bytes).toBeLessThanOrEqual((Math.ceil(n / 32) * 4 * 32) / 31 + 4 * 5);
  });

  test("over: the neighbours stay as they are, and another set continues it", () => {
    const size = BitSet.byteLength(n) / 4;
    const words = new Int32Array(size + 10).fill(0x12345678);
    words.fill(0, 5, 5 + size);
    const set = BitSet.over(words, 5, n);
    expect(set.count).toBe(0);
    set.setAll();
    set.takeFirst();
    set.clearRange(0, n);
    set.set(n - 1);
    const again = BitSet.over(words, 5, n);
    verify(again);
    expect([...again]).toEqual([n - 1]);
    again.clearAll();
    again.setAll();
    expect(set.count).toBe(n);
    const untouched = [...words.subarray(0, 5), ...words.subarray(5 + size)];
    expect(untouched).toEqual(Array(10).fill(0x12345678));
  });
});

test("an empty set of length 0", () => {
  const set = new BitSet(0);
  set.setAll();
  set.setRange(0, 0);
  expect([set.count, set.first(), set.next(0), set.takeFirst(), set.takeRun(1), set.byteLength]).toEqual([
    0, -1, -1, -1, -1, 4,
  ]);
  verify(set);
  expect(() => set.has(0)).toThrow("invalid index: 0 is not a whole number from 0 to -1: there is none");
});

test("2 ** 30 bits: six levels", () => {
  const n = 2 ** 30;
  const set = new BitSet(n);
  for (const i of [n - 1, 2 ** 25, 2 ** 25 - 1, 5]) set.set(i);
  expect([...set]).toEqual([5, 2 ** 25 - 1, 2 ** 25, n - 1]);
  expect(set.takeRun(2)).toBe(2 ** 25 - 1);
  expect([set.takeFirst(), set.takeFirst(), set.takeFirst()]).toEqual([5, n - 1, -1]);
  expect(set.words[set.words.length - 1]).toBe(0);
  set.setRange(n - 100, n);
  expect([set.takeRun(99), set.first(), set.next(n)]).toEqual([n - 100, n - 1, -1]);
});

test("the leaves are an ordinary bitmap, lowest bit first", () => {
  const set = new BitSet(100);
  for (const i of [0, 31, 32, 99]) set.set(i);
  expect([...set.words]).toEqual([0x80000001 | 0, 1, 0, 8, 0b1011]);
});

test("a set works over a SharedArrayBuffer", () => {
  const set = BitSet.over(new Int32Array(new SharedArrayBuffer(BitSet.byteLength(2000))), 0, 2000);
  set.setAll();
  expect([set.takeRun(1500), set.takeFirst()]).toEqual([0, 1500]);
});

test("iteration sees what changes ahead of it", () => {
  const set = new BitSet(100);
  set.setRange(0, 10);
  const seen: number[] = [];
  for (const i of set) {
    seen.push(i);
    if (i === 3) {
      set.clearRange(4, 9);
      set.set(99);
    }
  }
  expect(seen).toEqual([0, 1, 2, 3, 9, 99]);
});

test("verify names the fault: a summary bit missing, one too many, a bit past the end", () => {
  const set = new BitSet(2000); // 63 leaves, 2 words above, the root
  set.set(40);
  const { words } = set;
  for (const [word, value, message] of [
    [63, 0, "corrupted: summary word 63 is 0, not 2"],
    [63, 6, "corrupted: summary word 63 is 6, not 2"],
    [64, 1, "corrupted: summary word 64 is 1, not 0"],
    [64, 1 << 31, "corrupted: summary word 64 is -2147483648, not 0"],
    [65, 0, "corrupted: summary word 65 is 0, not 1"],
    [65, 3, "corrupted: summary word 65 is 3, not 1"],
    [65, 5, "corrupted: summary word 65 is 5, not 1"],
    [62, 1 << 16, "corrupted: a bit past the length 2000 is set"],
  ] as const) {
    const right = words[word];
    words[word] = value;
    expect(() => verify(set)).toThrow(message);
    expect(() => verify(set)).toThrow(expect.objectContaining({ code: "ERR_CORRUPTED" }));
    words[word] = right;
    verify(set);
  }
});

describe.each([BitSet, AtomicBitSet])("bad arguments of %o are refused, and change nothing", (Kind) => {
  const bad = [-1, 100, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), 2 ** 53];

  test("indices", () => {
    const set = new Kind(100);
    set.setAll();
    const before = [...set.words];
    const others = { '"1"': "1", undefined, null: null, "an object": {} };
    for (const [shown, value] of [...bad.map((n) => [`${n}`, n] as const), ...Object.entries<never>(others as never)]) {
      const message = `invalid index: ${shown} is not a whole number from 0 to 99`;
      for (const call of [() => set.set(value), () => set.clear(value), () => set.has(value)]) {
        expect(call).toThrow(RangeError);
        expect(call).toThrow(message);
        expect(call).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
      }
    }
    expect([...set.words]).toEqual(before);
  });

  test("lengths", () => {
    for (const length of [-1, 0.5, Number.NaN, 2 ** 30 + 1, 2 ** 32, "8" as never]) {
      const message = `invalid length: ${typeof length === "string" ? '"8"' : length} is not a whole number from 0 to 1073741824`;
      expect(() => new Kind(length)).toThrow(message);
      expect(() => Kind.byteLength(length)).toThrow(message);
      expect(() => Kind.over(new Int32Array(10), 0, length)).toThrow(message);
    }
  });

  test("words", () => {
    const extra = Kind === BitSet ? 0 : 1;
    const words = new Int32Array(10);
    for (const at of [7 - extra, 11, -1, 0.5, Number.NaN]) {
      const message = `invalid start of ${4 + extra} words: ${at} is not a whole number from 0 to ${6 - extra}`;
      expect(() => Kind.over(words, at, 96)).toThrow(message);
    }
    const few = `invalid words: 3 are too few, ${17 + extra} are needed from word 0 on`;
    expect(() => Kind.over(new Int32Array(3), 0, 500)).toThrow(expect.objectContaining({ message: few }));
    expect(() => Kind.over(new Int32Array(3), 0, 500)).toThrow(RangeError);
    expect(() => Kind.over(new Uint32Array(10) as never, 0, 1)).toThrow(TypeError);
    expect(() => Kind.over(undefined as never, 0, 1)).toThrow("invalid words: not an Int32Array");
  });
});

test("bad ranges, run lengths and starting points are refused, and change nothing", () => {
  const set = new BitSet(100);
  set.setRange(10, 90);
  const before = [...set.words];
  for (const name of ["setRange", "clearRange"] as const) {
    expect(() => set[name](0, 101)).toThrow("invalid range end: 101 is not a whole number from 0 to 100");
    expect(() => set[name](-1, 50)).toThrow("invalid range start: -1 is not a whole number from 0 to 50");
    expect(() => set[name](51, 50)).toThrow("invalid range start: 51 is not a whole number from 0 to 50");
    expect(() => set[name](0.5, 50)).toThrow("invalid range start: 0.5 is not a whole number from 0 to 50");
    expect(() => set[name](0, Number.NaN)).toThrow("invalid range end: NaN is not a whole number from 0 to 100");
  }
  for (const n of [0, -1, 1.5, Number.NaN]) {
    expect(() => set.takeRun(n)).toThrow(`invalid run length: ${n} is not a whole number from 1 to 1073741824`);
  }
  for (const from of [-1, 101, 0.5, Number.NaN, 2 ** 32]) {
    expect(() => set.next(from)).toThrow(`invalid index: ${from} is not a whole number from 0 to 100`);
  }
  expect([...set.words]).toEqual(before);
});
