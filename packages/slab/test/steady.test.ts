/** The stacks of freed blocks: what a program that replaces its blocks touches, and what it does not. */
import { describe, expect, test } from "vitest";
import { CLASS_SIZES, PAGE_SIZE, SlabAllocator } from "../src/index.ts";
import * as L from "../src/layout.ts";
import { classOf } from "../src/size-class.ts";
import { drive, fill, random, thrownBy } from "./heaps.ts";

const lineOf = (size: number) => L.LINES + (classOf(size) << L.LINE_SHIFT);
const topOf = ({ words }: SlabAllocator, size: number) =>
  (words[lineOf(size) + L.C_TOP] - words[lineOf(size) + L.C_BOTTOM]) / 2;
const stackOf = (heap: SlabAllocator, size: number): number[] => {
  const bottom = heap.words[lineOf(size) + L.C_BOTTOM];
  return Array.from({ length: topOf(heap, size) }, (_, i) => heap.words[bottom + 2 + 2 * i] >>> 0);
};
/** The words before `end` that differ. */
function changed(before: Int32Array, now: Int32Array, end: number): number[] {
  const all: number[] = [];
  for (let at = 0; at < end; at++) if (before[at] !== now[at]) all.push(at);
  return all;
}

describe.each([1 << 19, 1 << 22, 1 << 24])("a heap of %i bytes", (capacity) => {
  const depth = L.layoutOf(capacity / PAGE_SIZE, 1).depth;

  test.each([16, 64, 104, 1024, 4096])("replaces blocks of %i bytes: bits, a stack, and no other word", (size) => {
    const heap = new SlabAllocator({ capacity });
    const next = random(size);
    const live = new Int32Array(Math.min(5000, capacity / 2 / size));
    heap.allocateMany(size, live);
    // Full words all over: the cursor's goes on where it is dry.
    for (let i = 0; i < 2000; i++) replace(heap, live, next(live.length), size);
    const { words: w } = heap;
    // What lies behind these are bitmaps and stacks.
    const { bits } = L.layoutOf(capacity / PAGE_SIZE, 1);
    const touched = new Set<number>();
    let mark = 0;
    for (let i = 0; i < 300; i++) {
      const before = w.slice(0, bits);
      const at = next(live.length);
      heap.free(live[at] >>> 0);
      for (const word of changed(before, w, bits)) touched.add(word);
      live[at] = heap.allocate(size);
      for (const word of changed(before, w, bits)) touched.add(word);
      mark = live[at];
    }
    expect([...touched]).toEqual([lineOf(size) + L.C_TOP]);
    expect(heap.sizeOf(mark >>> 0)).toBe(size);
    heap.verify();
  });

  test.each([16, 104, 4096, 5120, 16384])(
    "a stack of %i-byte blocks is last in, first out, from empty to full",
    (size) => {
      const entries = L.stackEntries(size, depth);
      const heap = new SlabAllocator({ capacity });
      const all = fill(heap, size);
      // None of the cursor's word, whose blocks are not stacked.
      const blocks = all.filter((p) => wordOf(heap, p) !== heap.words[lineOf(size)]);
      const some = blocks.filter((_, i) => i % 2 === 0).slice(0, entries + 1);
      for (let i = 0; i < entries; i++) {
        expect(topOf(heap, size)).toBe(i);
        heap.free(some[i]);
        heap.verify();
      }
      expect(stackOf(heap, size)).toEqual(some.slice(0, entries));
      // It is full: one more is offered, by its summary bit and, if need be, the list; or its slab goes back.
      const before = heap.words.slice();
      heap.free(some[entries]);
      heap.verify();
      expect(topOf(heap, size)).toBe(entries);
      const { info, bits } = L.layoutOf(capacity / PAGE_SIZE, 1);
      expect(changed(before, heap.words, bits).some((at) => at >= info)).toBe(true);
      // And back: the stacked ones first, the newest of them first, then that one.
      const again = Array.from({ length: entries + 1 }, () => heap.allocate(size));
      expect(again.slice(0, entries)).toEqual(some.slice(0, entries).toReversed());
      if (size < PAGE_SIZE) expect(again[entries]).toBe(some[entries]);
      expect(topOf(heap, size)).toBe(0);
      expect(thrownBy(() => heap.verify())).toBe("nothing");
    },
  );
});

test.each([
  [8, 3],
  [32, 15],
  [64, 31],
])("of %i words, a stack has at most %i entries, and no more than 16 KiB of blocks but for 8", (depth, most) => {
  for (const size of CLASS_SIZES) {
    const entries = L.stackEntries(size, depth);
    expect(entries).toBeLessThanOrEqual(most);
    if (depth === 8 && size > PAGE_SIZE) expect(entries).toBe(0);
    else expect(entries).toBe(Math.min(most, Math.max(8, Math.floor(16384 / size))));
    // An entry beyond the last would begin where the next class's words begin.
    const layout = L.layoutOf(depth === 8 ? 255 : depth === 32 ? 256 : 4096, 1);
    expect(layout.depth).toBe(depth);
    const end = L.stackBottom(layout, classOf(size), size) + 2 + 2 * entries;
    expect(end).toBe(layout.stacks + (classOf(size) + 1) * depth);
    expect(end & (depth - 1)).toBe(0);
  }
});

describe("a slab with entries on the stack", () => {
  test.each([1, 2, 3, 4, 5, 6])("that becomes whole is given back, and no entry of it stays (seed %i)", (seed) => {
    const next = random(seed);
    const heap = new SlabAllocator({ capacity: 1 << 22 });
    const size = CLASS_SIZES[next(40)];
    const entries = L.stackEntries(size, heap.words[L.H_DEPTH]);
    const blocks = Array.from({ length: 6000 }, () => heap.tryAllocate(size)).filter((p) => p !== 0);
    const slabOf = (p: number) => heap.words[L.TABLE + (p >>> 12)] >>> L.ENTRY_SHIFT;
    const slabs = [...new Set(blocks.map(slabOf))].slice(0, -1);
    const [one, two] = [slabs[0], slabs[slabs.length >>> 1]];
    const inOne = blocks.filter((p) => slabOf(p) === one);
    const inTwo = blocks.filter((p) => slabOf(p) === two);
    // Blocks of two slabs in turns, until the stack is full; then the rest of the first.
    const kept: number[] = [];
    for (let i = 0; topOf(heap, size) < entries && inTwo.length > 1 && inOne.length > 1; i++) {
      const from = i % 2 === 0 ? inOne : inTwo;
      const [p] = from.splice(next(from.length), 1);
      if (from === inTwo) kept.push(p);
      heap.free(p);
      heap.verify();
    }
    const used = heap.stats().reserved;
    const rest = inOne.splice(0);
    // Where the stack has room still, others fill it.
    for (const p of blocks.filter((q) => slabOf(q) === slabs[1] && slabs[1] !== two)) {
      if (topOf(heap, size) === entries) break;
      kept.push(p);
      heap.free(p);
    }
    expect(topOf(heap, size)).toBe(entries);
    for (const p of rest) heap.free(p);
    heap.verify();
    expect(heap.stats().reserved).toBeLessThan(used);
    expect(stackOf(heap, size).every((p) => slabOf(p) !== one)).toBe(true);
    expect(stackOf(heap, size)).toEqual(kept);
    // What is allocated now is no block twice.
    const live = new Set(blocks.filter((p) => thrownBy(() => heap.sizeOf(p)) === "nothing"));
    for (const p of fill(heap, size)) {
      if (live.has(p)) expect.fail(`${p} is live already`);
      live.add(p);
    }
    heap.verify();
  });
});

describe("when everything is freed, one block of all pages fits", () => {
  const most = (heap: SlabAllocator) => heap.stats().committed - heap.stats().overhead;

  test.each(Array.from({ length: 24 }, (_, seed) => [seed, [1 << 16, 1 << 18, 1 << 20, 1 << 22][seed % 4]]))(
    "by any calls (seed %i, %i bytes)",
    (seed, capacity) => {
      const next = random(seed);
      const heap = new SlabAllocator({ capacity });
      const live: number[] = [];
      drive(heap, live, next, 1500, capacity / 8);
      while (live.length > 0) heap.free(live.splice(next(live.length), 1)[0]);
      heap.verify();
      const p = heap.allocate(most(heap));
      expect(heap.stats()).toMatchObject({ free: 0, blocks: 1, classes: [] });
      for (let line = L.LINES; line < L.TABLE; line += L.LINE_WORDS) {
        const { words } = heap;
        expect([words[line + L.C_TOP], words[line + L.C_WORD]]).toEqual([words[line + L.C_BOTTOM], L.H_ZERO]);
        expect([words[line + L.C_LIST], words[line + L.C_PAGES]]).toEqual([0, 0]);
      }
      heap.verify();
      heap.free(p);
    },
  );

  test.each(CLASS_SIZES)("of blocks of %i bytes", (size) => {
    const heap = new SlabAllocator({ capacity: 1 << 18 });
    const next = random(size);
    for (let round = 0; round < 3; round++) {
      const live = fill(heap, size);
      while (live.length > 0) heap.free(live.splice(round === 0 ? 0 : next(live.length), 1)[0]);
      heap.verify();
      heap.free(heap.allocate(most(heap)));
    }
  });
});

test("trimming leaves every live block where it is", () => {
  const heap = new SlabAllocator({ capacity: 1 << 20 });
  const live: number[] = [];
  drive(heap, live, random(3), 1000, 20_000);
  const sizes = live.map((p) => heap.sizeOf(p));
  const before = heap.stats();
  expect(heap.tryAllocate(1 << 20)).toBe(0);
  heap.verify();
  expect(live.map((p) => heap.sizeOf(p))).toEqual(sizes);
  const { classes } = heap.stats();
  expect(classes.every(({ blocks }) => blocks > 0)).toBe(true);
  expect(heap.stats().reserved).toBeLessThanOrEqual(before.reserved);
});

test("a heap of 64 KiB has a block of each of the 55 classes up to a page's in turn, and of a dozen at once", () => {
  const heap = new SlabAllocator({ capacity: 1 << 16 });
  for (const size of CLASS_SIZES) {
    const p = heap.allocate(size);
    expect(heap.sizeOf(p)).toBe(size);
    heap.free(p);
    heap.verify();
  }
  const pages = heap.stats().committed / PAGE_SIZE - heap.stats().overhead / PAGE_SIZE;
  const small = CLASS_SIZES.filter((size) => size <= PAGE_SIZE).slice(0, pages);
  expect(small.length).toBeGreaterThanOrEqual(12);
  for (const size of small) expect(heap.sizeOf(heap.allocate(size))).toBe(size);
  expect(heap.stats().classes).toHaveLength(small.length);
  heap.verify();
});

/** The bitmap word of a live small block. */
function wordOf({ words: w }: SlabAllocator, p: number): number {
  const entry = w[L.TABLE + (p >>> 12)];
  const end = (entry >>> L.ENTRY_SHIFT) * PAGE_SIZE;
  const size = w[((entry & L.ENTRY_LINE) << L.LINE_SHIFT) + L.C_SIZE];
  return ((w[L.H_BITS] + 8 * (entry >>> L.ENTRY_SHIFT)) * 32 - (end - p) / size) >>> 5;
}

function replace(heap: SlabAllocator, live: Int32Array, at: number, size: number): void {
  heap.free(live[at] >>> 0);
  live[at] = heap.allocate(size);
}
