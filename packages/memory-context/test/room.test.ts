/** What is read from a heap's words is what its layout says, and what a block is charged is what it gets. */
import { CLASS_SIZES, SlabAllocator } from "@ariax/slab";
import { layoutOf } from "@ariax/slab/engine";
import { expect, test } from "vitest";
import { isBlocks, isLarge, MOST_SMALL, pagesFor, roomAt, roomFor } from "../src/room.ts";
import { random } from "./helpers.ts";

test("the page table begins where the layout has it", () => {
  expect(layoutOf(1000, 1).bins - 1000).toBe(600);
});

test("a block is charged what it will have, for every small size", () => {
  const heap = new SlabAllocator({ capacity: 4 << 20 });
  const w = heap.words;
  for (let size = 0; size <= 16_400; size++) {
    const p = heap.allocate(size);
    const room = heap.sizeOf(p);
    if (
      roomFor(size) !== room ||
      roomAt(w, 0, p) !== room ||
      !isBlocks(w, 0, p) ||
      isLarge(w, 0, p) !== size > 16_384
    ) {
      expect.fail(`a block of ${size} bytes has ${room}, ${roomFor(size)} were foreseen, ${roomAt(w, 0, p)} read`);
    }
    heap.free(p);
  }
});

test("the same with every alignment, and of large sizes", () => {
  const heap = new SlabAllocator({ capacity: 16 << 20 });
  for (let alignment = 1; alignment <= 65_536; alignment *= 2) {
    for (const size of [0, 1, 8, 17, 100, 1000, 4095, 4096, 4097, 16_384, 16_385, 65_536, 1_000_000]) {
      const p = heap.allocate(size, alignment);
      expect([size, alignment, roomFor(size, alignment)]).toEqual([size, alignment, heap.sizeOf(p)]);
      expect(roomAt(heap.words, 0, p)).toBe(heap.sizeOf(p));
      heap.free(p);
    }
  }
  expect([0, 1, 4096, 4097].map(pagesFor)).toEqual([4096, 4096, 4096, 8192]);
});

test("no small block has more than 16 KiB, wherever it comes from", () => {
  expect(MOST_SMALL).toBe(CLASS_SIZES.at(-1));
  const next = random(3);
  let [most, elsewhere] = [0, 0];
  for (let round = 0; round < 20; round++) {
    const heap = new SlabAllocator({ capacity: 1 << 17 });
    // Full: what no slab can be made for comes from other classes, or has pages of its own.
    for (let i = 0; i < 300; i++) {
      const size = next(next(2) === 0 ? 300 : 16_385);
      const p = heap.tryAllocate(size);
      if (p === 0) continue;
      most = Math.max(most, heap.sizeOf(p));
      if (heap.sizeOf(p) !== roomFor(size)) elsewhere++;
      expect(roomAt(heap.words, 0, p)).toBe(heap.sizeOf(p));
    }
  }
  expect(most).toBe(MOST_SMALL);
  expect(elsewhere).toBeGreaterThan(10);
});

test("a free page, a control block, and a page inside of a large block hold no blocks", () => {
  const heap = new SlabAllocator({ capacity: 1 << 20 });
  const p = heap.allocate(100_000);
  heap.free(heap.allocate(200_000));
  const w = heap.words;
  expect([p, p + 4096, p + 98_304, 0, p + 102_400].map((offset) => isBlocks(w, 0, offset))).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
