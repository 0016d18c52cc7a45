import { CorruptionError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { PAGE_SIZE, SharedSlabAllocator, SlabAllocator } from "../src/index.ts";
import * as L from "../src/layout.ts";
import { drive, random, thrownBy } from "./heaps.ts";

const CAPACITY = 256 * 1024;

/** A heap in use, and its live blocks. */
function busy(seed = 1, capacity = CAPACITY): { heap: SlabAllocator; live: number[] } {
  const heap = new SlabAllocator({ capacity });
  const live: number[] = [];
  drive(heap, live, random(seed), 2000, 30_000);
  return { heap, live };
}

const bytesOf = (heap: SlabAllocator) => new Uint8Array(heap.memory.buffer);
const copyOf = (heap: SlabAllocator) => (heap.memory.buffer as ArrayBuffer).slice(0);

describe("attach continues a heap", () => {
  test("as if it were the one that made it: stats, contents, and all calls from there on", () => {
    const { heap, live } = busy();
    for (const p of live) bytesOf(heap).fill(p >>> 4, p, p + heap.sizeOf(p));
    const other = SlabAllocator.attach(copyOf(heap));
    expect(other.stats()).toEqual(heap.stats());
    expect(other.traits).toEqual(heap.traits);
    expect(other.capacity).toBe(heap.capacity);
    for (const p of live) expect(other.sizeOf(p)).toBe(heap.sizeOf(p));
    const alsoLive = [...live];
    drive(heap, live, random(2), 3000);
    drive(other, alsoLive, random(2), 3000);
    expect(alsoLive).toEqual(live);
    expect(bytesOf(other)).toEqual(bytesOf(heap));
    for (const p of alsoLive) other.free(p);
    expect(other.stats().blocks).toBe(0);
    expect(heap.stats().blocks).toBe(live.length);
  });

  test("at an offset, rounded up as it was when it was made", () => {
    const buffer = new SharedArrayBuffer(CAPACITY + 5 * PAGE_SIZE);
    const heap = new SlabAllocator({ buffer, byteOffset: 4097, byteLength: CAPACITY });
    const p = heap.allocate(1000);
    const other = SlabAllocator.attach(buffer, 4097);
    expect(other.memory.buffer).toBe(buffer);
    other.free(p);
    expect(heap.stats().blocks).toBe(0);
    expect(SlabAllocator.attach(buffer, 2 * PAGE_SIZE).stats().blocks).toBe(0);
  });

  test("in turns with its maker, over the same memory", () => {
    const { heap, live } = busy();
    const other = SlabAllocator.attach(heap.memory.buffer);
    for (let turn = 0; turn < 20; turn++) drive(turn % 2 === 0 ? heap : other, live, random(turn), 100);
    heap.verify();
    expect(other.stats()).toEqual(heap.stats());
    expect(heap.stats().blocks).toBe(live.length);
  });

  test("that can grow", () => {
    const heap = new SlabAllocator({ capacity: 65536, maxCapacity: 1 << 20 });
    const other = SlabAllocator.attach(heap.memory.buffer);
    expect(other.traits.grows).toBe(true);
    expect(other.allocate(500_000)).toBeGreaterThan(0);
    expect(heap.stats()).toEqual(other.stats());
  });
});

describe("attach refuses", () => {
  const attach = (buffer: ArrayBufferLike, byteOffset?: number) =>
    thrownBy(() => SlabAllocator.attach(buffer, byteOffset));

  test("what is no heap", () => {
    expect(attach(new ArrayBuffer(0))).toBe("ERR_CORRUPTED: corrupted: no heap: 0 bytes are too few for one");
    expect(attach(new ArrayBuffer(8191))).toBe("ERR_CORRUPTED: corrupted: no heap: 8191 bytes are too few for one");
    expect(attach(new ArrayBuffer(65536))).toBe("ERR_CORRUPTED: corrupted: no heap: no magic number at byte 0");
    const { heap } = busy();
    expect(attach(heap.memory.buffer, 1)).toBe("ERR_CORRUPTED: corrupted: no heap: no magic number at byte 4096");
    expect(attach(heap.memory.buffer, CAPACITY + 1)).toBe(
      "ERR_INVALID_ARGUMENT: invalid byteOffset: 262145 is not a whole number from 0 to 262144",
    );
  });

  test("a truncated heap, and one that was moved", () => {
    const { heap } = busy();
    expect(attach(copyOf(heap).slice(0, CAPACITY - 1))).toBe(
      "ERR_CORRUPTED: corrupted: truncated: the heap has 262144 bytes, 262143 are there",
    );
    const moved = new ArrayBuffer(2 * CAPACITY);
    new Uint8Array(moved).set(bytesOf(heap), PAGE_SIZE);
    expect(attach(moved, PAGE_SIZE)).toBe("ERR_CORRUPTED: corrupted: header word 2 is 0, must be 4096");
  });

  test("a heap with lanes, and says who opens it; and the other way round", () => {
    const shared = new SharedSlabAllocator({ capacity: 1 << 20 });
    expect(attach(shared.memory.buffer)).toBe(
      "ERR_CORRUPTED: corrupted: heap of version 3: a heap with lanes, SharedSlabAllocator opens it",
    );
    const buffer = new SharedArrayBuffer(1 << 20);
    const heap = new SlabAllocator({ buffer });
    expect(thrownBy(() => SharedSlabAllocator.attach(buffer))).toBe(
      "ERR_CORRUPTED: corrupted: heap of version 2: a heap without lanes, SlabAllocator opens it",
    );
    heap.words[L.H_VERSION] = 1;
    expect(thrownBy(() => SharedSlabAllocator.attach(buffer))).toBe(
      "ERR_CORRUPTED: corrupted: heap of version 1: one with lanes has 3",
    );
  });

  test.each([
    [L.H_VERSION, 1, "heap of version 1: this engine has 2"],
    [L.H_LIMIT, 15, "header word 3 is 15 pages"],
    [L.H_LANES, 2, "header word 4 is 2 lanes, this engine serves 1"],
    [L.H_PAGES, 65, "header word 16 is 65 pages"],
    [L.H_STACKS, 7, "header word 11 is 7, must be 1504"],
    [L.H_DEPTH, 64, "header word 12 is 64, must be 8"],
    [13, 7, "header word 13 is 7, must be 0"],
    [30, 7, "header word 30 is 7, must be 0"],
  ])("header word %i = %i", (word, value, message) => {
    const { heap } = busy();
    heap.words[word] = value;
    expect(attach(heap.memory.buffer)).toBe(`ERR_CORRUPTED: corrupted: ${message}`);
  });
});

/** Every word up to the page table, in turn, changed in four ways: but H_TRIM, any value of which is right. */
describe("attach refuses any one wrong word", () => {
  const heaps = { "a new heap": new SlabAllocator({ capacity: CAPACITY }), "a heap in use": busy().heap };
  const parts = { header: [0, L.HEADER_WORDS], "class lines": [L.LINES, L.TABLE] };

  describe.each(Object.entries(heaps))("of %s", (_, heap) => {
    test.each(Object.entries(parts))("in the %s", (_, [from, to]) => {
      const accepted: string[] = [];
      for (let i = from; i < to; i++) {
        if (i === L.H_TRIM) continue;
        const right = heap.words[i];
        for (const wrong of [right ^ 1, right ^ (1 << 31), 0, -1]) {
          if (wrong === right) continue;
          heap.words[i] = wrong;
          const error = thrownBy(() => SlabAllocator.attach(heap.memory.buffer));
          if (!error.startsWith("ERR_CORRUPTED: corrupted: "))
            accepted.push(`word ${i}, ${right} → ${wrong}: ${error}`);
        }
        heap.words[i] = right;
      }
      expect(accepted).toEqual([]);
      heap.verify();
    });
  });
});

test.each([0, -1, 1, 2 ** 31 - 1, -(2 ** 31)])("attach takes any number of pages to trim from: %i", (pages) => {
  const { heap, live } = busy();
  heap.words[L.H_TRIM] = pages;
  const other = SlabAllocator.attach(heap.memory.buffer);
  drive(other, live, random(7), 2000);
  other.verify();
  expect(other.stats().blocks).toBe(live.length);
});

describe("random damage to the control block", () => {
  test.each([1, 2, 3])("is refused, or harmless: what is accepted works (seed %i)", (seed) => {
    const next = random(seed);
    const { heap } = busy(seed);
    const sound = copyOf(heap);
    let accepted = 0;
    for (let run = 0; run < 1000; run++) {
      const buffer = sound.slice(0);
      const words = new Int32Array(buffer, 0, heap.words.length);
      for (let n = 1 + next(3); n > 0; n--) {
        const at = next(words.length);
        const values = [0, -1, words[at] ^ (1 << next(32)), words[next(words.length)], next(64), words[at] + 1];
        words[at] = values[next(values.length)];
      }
      let other: SlabAllocator;
      try {
        other = SlabAllocator.attach(buffer);
      } catch (error) {
        expect(error).toBeInstanceOf(CorruptionError);
        continue;
      }
      accepted++;
      // So no invariant is broken, and so none can become so.
      drive(other, [], next, 200);
      other.verify();
    }
    // Most words are those of pages in no use.
    expect(accepted).toBeGreaterThan(100);
    expect(accepted).toBeLessThan(900);
  });
});

test("contents survive a move by a context that did not see the memory grow", () => {
  const heap = new SlabAllocator({ capacity: 65536, maxCapacity: 1 << 20, shared: true });
  const other = SlabAllocator.attach(heap.memory.buffer);
  heap.allocate(300_000);
  const [p, near] = [heap.allocate(100), heap.allocate(200)];
  expect(p).toBeGreaterThan(65536);
  new Uint8Array(heap.memory.buffer, p, 100).fill(9);
  const { byteLength } = heap.memory.buffer;
  const moved = other.reallocate(p, 200);
  expect(moved - near).toBe(other.sizeOf(near));
  expect(heap.memory.buffer.byteLength).toBe(byteLength);
  expect(new Uint8Array(heap.memory.buffer, moved, 100).every((byte) => byte === 9)).toBe(true);
});
