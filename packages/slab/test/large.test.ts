import { describe, expect, test } from "vitest";
import { PAGE_SIZE, SlabAllocator } from "../src/index.ts";
import { thrownBy } from "./heaps.ts";

const PAGES = 4;
const SIZE = PAGES * PAGE_SIZE + 1; // five pages
const ROOM = 5 * PAGE_SIZE;

/** Five blocks end to end, nothing behind them. */
function row(): { heap: SlabAllocator; row: number[] } {
  const heap = new SlabAllocator({ capacity: 65536 + 2 * ROOM });
  const first = heap.stats().overhead;
  const row = Array.from({ length: 4 }, (_, i) => {
    expect(heap.allocate(SIZE)).toBe(first + i * ROOM);
    return first + i * ROOM;
  });
  expect(heap.allocate(heap.stats().largestFree)).toBe(first + 4 * ROOM);
  expect(heap.stats().free).toBe(0);
  return { heap, row };
}

test("a large block is whole pages, on a page, in place of no slab", () => {
  const heap = new SlabAllocator({ capacity: 1 << 20 });
  for (const [size, room] of [
    [16385, 20480],
    [20480, 20480],
    [20481, 24576],
  ]) {
    const p = heap.allocate(size);
    expect(p % PAGE_SIZE).toBe(0);
    expect(heap.sizeOf(p)).toBe(room);
  }
  expect(heap.stats().classes).toEqual([]);
  expect(heap.stats().reserved).toBe(20480 * 2 + 24576);
});

describe("resize in place", () => {
  test("grows into free pages behind the block, not past them", () => {
    const { heap, row: blocks } = row();
    const before = new Uint8Array(heap.memory.buffer, blocks[0], ROOM).fill(7);
    heap.free(blocks[1]);
    expect(heap.resize(blocks[0], 2 * ROOM + 1)).toBe(false);
    expect(heap.sizeOf(blocks[0])).toBe(ROOM);
    expect(heap.resize(blocks[0], 2 * ROOM)).toBe(true);
    expect(heap.sizeOf(blocks[0])).toBe(2 * ROOM);
    expect(before.every((byte) => byte === 7)).toBe(true);
    expect(heap.stats().free).toBe(0);
    heap.verify();
    heap.free(blocks[0]);
    expect(heap.stats().largestFree).toBe(2 * ROOM);
  });

  test("shrinks to the pages needed, one at least, and gives the others back", () => {
    const { heap, row: blocks } = row();
    expect(heap.resize(blocks[0], 2 * PAGE_SIZE)).toBe(true);
    expect(heap.stats().free).toBe(3 * PAGE_SIZE);
    expect(heap.resize(blocks[0], 0)).toBe(true);
    expect(heap.sizeOf(blocks[0])).toBe(PAGE_SIZE);
    expect(heap.stats()).toMatchObject({ free: 4 * PAGE_SIZE, largestFree: 4 * PAGE_SIZE });
    heap.verify();
  });

  test("the last block of the heap neither grows out of it nor wraps around", () => {
    const heap = new SlabAllocator({ capacity: 1 << 20 });
    const p = heap.allocate(heap.stats().largestFree);
    expect(heap.resize(p, heap.capacity)).toBe(false);
    expect(heap.resize(p, 30_000)).toBe(true);
    expect(heap.resize(p, heap.capacity - heap.stats().overhead)).toBe(true);
    expect(heap.stats().free).toBe(0);
    heap.verify();
  });

  test("reallocate moves only what can't grow, with its contents", () => {
    const heap = new SlabAllocator({ capacity: 1 << 20 });
    const a = heap.allocate(20_000);
    const b = heap.reallocate(a, 200_000);
    expect(b).toBe(a);
    const wall = heap.allocate(20_000);
    new Uint8Array(heap.memory.buffer, b, 200_000).fill(9);
    const c = heap.reallocate(b, 300_000);
    expect(c).not.toBe(b);
    expect(new Uint8Array(heap.memory.buffer, c, 200_000).every((byte) => byte === 9)).toBe(true);
    expect(thrownBy(() => heap.sizeOf(b))).toBe(
      `ERR_INVALID_BLOCK: invalid block: no live block begins at offset ${b}`,
    );
    heap.free(wall);
    expect(heap.stats().blocks).toBe(1);
  });
});

describe("freed runs are merged at once", () => {
  test.each([
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ])("in the order %i, %i, %i", (...order) => {
    const { heap, row: blocks } = row();
    for (const i of order) {
      heap.free(blocks[i]);
      heap.verify();
    }
    expect(heap.stats()).toMatchObject({ free: 3 * ROOM, largestFree: 3 * ROOM });
    expect(heap.allocate(3 * ROOM)).toBe(blocks[0]);
  });
});

describe("alignment", () => {
  const placed: [string, number][] = [
    ["at the start of its buffer", 0],
    ["five pages into it", 5 * PAGE_SIZE],
  ];
  test.each(placed)("up to 64 KiB, in a heap %s", (_, byteOffset) => {
    const heap = new SlabAllocator({ buffer: new ArrayBuffer(4 << 20), byteOffset });
    for (let alignment = 1; alignment <= 65536; alignment *= 2) {
      for (const size of [0, 1, 24, 5000, 16384, 20_000, 70_000]) {
        const p = heap.allocate(size, alignment);
        if (p % alignment !== 0) expect.fail(`${size} bytes aligned to ${alignment} lie at ${p}`);
        expect(heap.sizeOf(p)).toBeGreaterThanOrEqual(size);
      }
    }
    heap.verify();
    // What was skipped is not lost.
    const { committed, overhead, reserved, free } = heap.stats();
    expect(overhead + reserved + free).toBe(committed);
  });

  test("finds the one run in which it fits, however short the others", () => {
    const heap = new SlabAllocator({ capacity: 512 * 1024 });
    const blocks: number[] = [];
    for (let p = heap.tryAllocate(17_000); p !== 0; p = heap.tryAllocate(17_000)) blocks.push(p);
    const around = blocks.find((p) => p < 5 * 65536 && p + 20480 > 5 * 65536)!;
    heap.free(around);
    const size = around + 20480 - 5 * 65536;
    expect(heap.tryAllocate(size + 1, 65536)).toBe(0);
    expect(heap.tryAllocate(Math.max(size, 16385), 65536)).toBe(size > 16384 ? 5 * 65536 : 0);
    expect(heap.tryAllocate(1, 65536)).toBe(size > 16384 ? 0 : 5 * 65536);
    heap.verify();
  });
});

describe("what is no live block", () => {
  const invalid = (p: number) => `ERR_INVALID_FREE: invalid free: no block begins at offset ${p}`;
  const double = (p: number) => `ERR_DOUBLE_FREE: double free: the block at offset ${p} is free already`;

  test("interior pages and bytes", () => {
    const { heap, row: blocks } = row();
    for (const p of [1, 8, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 8, ROOM - PAGE_SIZE]) {
      expect(thrownBy(() => heap.free(blocks[1] + p))).toBe(invalid(blocks[1] + p));
    }
    heap.verify();
  });

  test("a double free is told after merges on either side, and until a block begins there again", () => {
    const { heap, row: blocks } = row();
    heap.free(blocks[1]);
    expect(thrownBy(() => heap.free(blocks[1]))).toBe(double(blocks[1]));
    heap.free(blocks[0]);
    heap.free(blocks[2]);
    for (const i of [0, 1, 2]) expect(thrownBy(() => heap.free(blocks[i]))).toBe(double(blocks[i]));
    expect(thrownBy(() => heap.free(blocks[1] + 8))).toBe(invalid(blocks[1] + 8));
    expect(thrownBy(() => heap.free(blocks[1] + PAGE_SIZE))).toBe(invalid(blocks[1] + PAGE_SIZE));
    // Reused: by one block, in whose middle the second was.
    const p = heap.allocate(3 * ROOM);
    expect(p).toBe(blocks[0]);
    expect(thrownBy(() => heap.free(blocks[1]))).toBe(double(blocks[1]));
    heap.free(p);
    expect(thrownBy(() => heap.free(p))).toBe(double(p));
    heap.verify();
  });

  test("the pages that a block shrank away from", () => {
    const { heap, row: blocks } = row();
    heap.resize(blocks[0], PAGE_SIZE);
    expect(thrownBy(() => heap.free(blocks[0] + PAGE_SIZE))).toBe(invalid(blocks[0] + PAGE_SIZE));
  });
});
