/** A full heap: what is free is found, and what can be given up is. */
import { describe, expect, test } from "vitest";
import { CLASS_SIZES, PAGE_SIZE, SlabAllocator, SMALL_MAX } from "../src/index.ts";
import * as L from "../src/layout.ts";
import { drive, fill, freePages, random } from "./heaps.ts";

describe("runs of pages, against a plain list of pages", () => {
  test.each([1, 2, 3, 4, 5, 6])("are found wherever one fits (seed %i)", (seed) => {
    const next = random(seed);
    const base = next(20) * PAGE_SIZE;
    const heap = new SlabAllocator({ buffer: new ArrayBuffer(base + (1 << 20)), byteOffset: base });
    const taken = new Uint8Array(heap.capacity / PAGE_SIZE).fill(1, 0, heap.stats().overhead / PAGE_SIZE);
    const live = new Map<number, number>();
    const fits = (at: number, pages: number) =>
      at + pages <= taken.length && taken.subarray(at, at + pages).every((page) => page === 0);
    let failures = 0;
    for (let call = 0; call < 4000; call++) {
      const pages = 5 + next(next(4) === 0 ? 60 : 8);
      const dice = next(100);
      if (dice < ((call >>> 8) % 2 === 0 ? 60 : 40)) {
        const align = next(4) === 0 ? 1 << next(5) : 1;
        const p = heap.tryAllocate(pages * PAGE_SIZE, align * PAGE_SIZE);
        if (p === 0) {
          failures++;
          for (let at = 0; at < taken.length; at++) {
            if ((at + base / PAGE_SIZE) % align === 0 && fits(at, pages)) expect.fail(`${pages} pages fit at ${at}`);
          }
          continue;
        }
        const at = (p - base) / PAGE_SIZE;
        if (!fits(at, pages)) expect.fail(`${pages} pages at ${at} are not free`);
        taken.fill(1, at, at + pages);
        live.set(p, pages);
      } else if (live.size > 0) {
        const p = [...live.keys()][next(live.size)];
        const [at, now] = [(p - base) / PAGE_SIZE, live.get(p)!];
        if (dice < 90) {
          heap.free(p);
          live.delete(p);
          taken.fill(0, at, at + now);
        } else {
          const room = pages <= now || fits(at + now, pages - now);
          if (heap.resize(p, pages * PAGE_SIZE) !== room) expect.fail(`${now} to ${pages} pages at ${at}: not ${room}`);
          if (!room) continue;
          taken.fill(0, at, at + now).fill(1, at, at + pages);
          live.set(p, pages);
        }
      }
      if (call % 100 === 0) heap.verify();
    }
    expect(failures).toBeGreaterThan(50);
    expect(freePages(heap)).toEqual(Array.from(taken, (page) => page === 0));
    heap.verify();
  });
});

describe("when pages are short", () => {
  test("slabs that are wholly free are given up, the cursors' too", () => {
    const heap = new SlabAllocator({ capacity: 1 << 20 });
    const blocks = CLASS_SIZES.map((size) => heap.allocate(size));
    for (const p of blocks) heap.free(p);
    expect(heap.stats().classes).toHaveLength(CLASS_SIZES.length);
    const all = heap.capacity - heap.stats().overhead;
    const p = heap.allocate(all);
    expect(heap.stats()).toMatchObject({ live: all, free: 0, blocks: 1 });
    heap.verify();
    heap.free(p);
  });

  test("empty slabs are given back at once, but the cursor's, and those with blocks on the stack", () => {
    const heap = new SlabAllocator({ capacity: 1 << 20 });
    const blocks = Array.from({ length: 10_000 }, () => heap.allocate(64));
    // Where the slab ends, 0 where there is none.
    const slabOf = (p: number) => Math.max(0, heap.words[L.TABLE + (p >>> 12)]) >>> L.ENTRY_SHIFT;
    const all = new Set(blocks.map(slabOf)).size;
    for (const p of blocks) heap.free(p);
    const line = L.LINES + (CLASS_SIZES.indexOf(64) << L.LINE_SHIFT);
    const [top, bottom] = [heap.words[line + L.C_TOP], heap.words[line + L.C_BOTTOM]];
    const held = new Set<number>();
    for (let at = bottom + 2; at <= top; at += 2) held.add(slabOf(heap.words[at]));
    held.add(slabOf(blocks[9999])); // the cursor's
    const slabs = new Set(blocks.map(slabOf).filter((end) => end > 0));
    expect(slabs).toEqual(held);
    expect(all).toBeGreaterThan(20);
    expect(slabs.size).toBeLessThanOrEqual(3);
    heap.verify();
  });

  test("a class whose slab does not fit uses a block of the next ones", () => {
    const heap = new SlabAllocator({ capacity: 1 << 20 });
    heap.allocate(128); // 31 blocks of its slab are free
    heap.allocate(224); // more than twice as long
    heap.allocate(heap.stats().free);
    const some = Array.from({ length: 31 }, () => heap.allocate(100));
    expect(some.map((p) => heap.sizeOf(p))).toEqual(some.map(() => 128));
    expect(heap.tryAllocate(100)).toBe(0);
    expect(heap.sizeOf(heap.allocate(108))).toBe(224);
    for (const p of some) heap.free(p);
    heap.verify();
  });

  test("fallback keeps the alignment that was asked for", () => {
    const heap = new SlabAllocator({ capacity: 256 * 1024 });
    fill(heap, 5 * PAGE_SIZE);
    for (let p = heap.tryAllocate(48, 16); p !== 0; p = heap.tryAllocate(48, 16)) {
      if (p % 16 !== 0) expect.fail(`${p} is not aligned to 16`);
    }
    heap.verify();
  });

  test("a failed allocation of any size changes no block and no number", () => {
    const heap = new SlabAllocator({ capacity: 256 * 1024 });
    const live: number[] = [];
    drive(heap, live, random(9), 500);
    for (const size of CLASS_SIZES.toReversed()) live.push(...fill(heap, size));
    const before = heap.stats();
    for (const size of [16, 17, 100, 1000, SMALL_MAX, SMALL_MAX + 1, 100_000]) expect(heap.tryAllocate(size)).toBe(0);
    expect(heap.stats()).toEqual(before);
    heap.verify();
    for (const p of live) heap.free(p);
    expect(heap.stats().blocks).toBe(0);
  });
});
