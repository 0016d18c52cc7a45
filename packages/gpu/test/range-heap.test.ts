/** Each verb by itself, each refusal word for word. */
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { BlockMovingError, type Handle, RangeHeap } from "../src/index.ts";

const MIB = 2 ** 20;
const make = (more: object = {}) => new RangeHeap({ bytes: MIB, ...more });
const bad = (value: unknown) => value as Handle;

describe("allocate", () => {
  test("the first block begins at byte 0, and its handle is 1", () => {
    const heap = make();
    const h = heap.allocate(1000);
    expect([h, heap.offsetOf(h), heap.sizeOf(h)]).toEqual([1, 0, 1024]);
    expect(heap.offsetOf(heap.allocate(1))).toBe(1024);
  });

  test("0 bytes are a granule", () => {
    const heap = make({ granule: 16 });
    expect(heap.sizeOf(heap.allocate(0))).toBe(16);
  });

  test("the whole range is one block, and no byte is left", () => {
    const heap = make();
    const h = heap.allocate(MIB);
    expect(heap.sizeOf(h)).toBe(MIB);
    expect(heap.tryAllocate(0)).toBe(0);
    heap.free(h);
    expect(heap.tryAllocate(MIB)).toBe(1);
  });

  test.each([1, 4, 16, 256, 4096])("granules of %i bytes: any alignment, less and more", (granule) => {
    const heap = make({ granule });
    heap.allocate(1);
    for (let alignment = 1; alignment <= 65536; alignment *= 2) {
      const h = heap.allocate(granule, alignment);
      expect(heap.offsetOf(h) % alignment).toBe(0);
      heap.verify();
    }
  });

  test("a gap in front of an aligned block is used", () => {
    const heap = make();
    heap.allocate(256);
    const aligned = heap.allocate(256, 65536);
    expect(heap.offsetOf(aligned)).toBe(65536);
    expect(heap.offsetOf(heap.allocate(65536 - 256))).toBe(256);
  });

  test("a gap of exactly this length comes before longer ones", () => {
    const heap = make();
    const handles = Array.from({ length: 9 }, (_, i) => heap.allocate(256 * (100 + i)));
    for (const i of [1, 3, 5, 7]) heap.free(handles[i]);
    for (const i of [5, 1, 7, 3]) expect(heap.allocate(256 * (100 + i))).toBe(handles[i]);
  });

  test("what does not fit is refused", () => {
    const heap = make();
    heap.allocate(MIB - 512);
    expect(heap.tryAllocate(513)).toBe(0);
    expect(() => heap.allocate(513)).toThrow(/^out of memory: no room for 513 bytes aligned to 256/);
    expect(() => heap.allocate(256, 2 ** 20)).toThrow(/^out of memory: no room for 256 bytes aligned to 1048576/);
    for (const size of [MIB + 1, 2 ** 60]) {
      const message = `invalid size: ${size} exceeds the capacity of 1048576 bytes`;
      expect(() => heap.tryAllocate(size)).toThrow(new RegExp(`^${message}$`));
      expect(() => heap.tryResize(1 as Handle, size)).toThrow(new RegExp(`^${message}$`));
    }
    for (const size of [-1, 0.5, Number.NaN, "1", 1n, null, Symbol.iterator, {}]) {
      expect(() => heap.tryAllocate(size as number)).toThrow(
        /^invalid size: .* is not a whole number of bytes from 0 to 1048576$/,
      );
    }
    for (const alignment of [0, -1, 3, 2 ** 31, 2 ** 32, "4", 4n, null, Symbol.iterator, {}]) {
      expect(() => heap.tryAllocate(1, alignment as number)).toThrow(
        /^invalid alignment: .* is not a power of two from 1 to 1073741824$/,
      );
    }
  });

  test("no more blocks than were asked for", () => {
    const heap = make({ blocks: 3 });
    const [a, b] = [heap.allocate(1), heap.allocate(1), heap.allocate(1)];
    expect(heap.tryAllocate(1)).toBe(0);
    expect(() => heap.allocate(1)).toThrow("block table exhausted: all 3 slots are live");
    heap.defer(a, 1);
    expect(heap.tryAllocate(1), "a deferred block counts").toBe(0);
    heap.reach(1);
    expect(heap.tryAllocate(1)).toBe(a);
    heap.free(b);
    expect(heap.moves(), "a target would be one more").not.toEqual([]);
    expect(heap.tryAllocate(1)).toBe(0);
  });
});

describe("free", () => {
  test("of a block that is free, or none", () => {
    const heap = make();
    const [a, b] = [heap.allocate(1000), heap.allocate(1)];
    heap.free(a);
    expect(() => heap.free(a)).toThrow("double free: the block at offset 0 is free already");
    heap.free(b);
    expect(() => heap.free(b)).toThrow("double free: the block at offset 1024 is free already");
    expect(() => heap.free(bad(2))).toThrow("invalid free: no block begins at offset 256");
    expect(() => heap.free(bad(4096))).toThrow("invalid free: no block begins at offset 1048320");
    const none = [0, -1, 4097, 1.5, 2 ** 32 + 1, 2 ** 53, Number.NaN, "1", 1n, null, undefined, {}, Symbol.iterator];
    for (const value of none) {
      expect(() => heap.free(bad(value))).toThrow(/^invalid free: .* is no handle: pass what allocate returned$/);
      expect(() => heap.defer(bad(value), 1)).toThrow(/^invalid free: .* is no handle: pass what allocate returned$/);
      expect(() => heap.offsetOf(bad(value))).toThrow(/^invalid block: .* is no handle: pass what allocate returned$/);
      expect(heap.isLive(bad(value))).toBe(false);
    }
  });

  test("that a block was freed is known until its row is needed", () => {
    const heap = make();
    const handles = Array.from({ length: 20 }, () => heap.allocate(256));
    for (const h of handles) heap.free(h);
    for (const h of handles) expect(() => heap.free(h)).toThrow(`the block at offset ${(h - 1) * 256} is free already`);
    // One run is left of all, and its rows are taken again: that of the second block first.
    heap.allocate(512);
    expect(() => heap.free(handles[1])).toThrow("invalid free: no block begins at offset 256");
    expect(() => heap.free(handles[19])).toThrow("double free: the block at offset 4864 is free already");
  });

  test("sizeOf, offsetOf, tryResize of what is not live", () => {
    const heap = make();
    const a = heap.allocate(1);
    heap.free(a);
    for (const call of [() => heap.sizeOf(a), () => heap.offsetOf(a), () => heap.tryResize(a, 1)]) {
      expect(call).toThrow("invalid block: no live block begins at offset 0");
    }
  });
});

describe("what waits is said where there is no room", () => {
  const REACH = "wait for reach(fence)";
  const NONE = "out of memory: no room for 1000 bytes aligned to 256 in a capacity of 4096 bytes";

  test("of deferred blocks, of moves and of nothing", () => {
    const heap = new RangeHeap({ bytes: 4096 });
    const handles = Array.from({ length: 8 }, () => heap.allocate(512));
    const refusal = () => {
      try {
        heap.allocate(1000);
      } catch (error) {
        return (error as Error).message;
      }
      return "";
    };
    expect(refusal()).toBe(`${NONE}: 0 are free, at most 0 of them in one piece`);
    for (const i of [1, 3]) heap.defer(handles[i], 3);
    heap.defer(handles[5], 4);
    expect(refusal()).toBe(`${NONE}: 0 are free, at most 0 of them in one piece; 1536 bytes ${REACH}`);
    heap.reach(3);
    heap.moves(512, 4096);
    expect(refusal()).toBe(
      `${NONE}: 512 are free, at most 512 of them in one piece; 512 bytes ${REACH}, 512 bytes wait for commit or drop of moves`,
    );
  });

  test("of slots of the block table", () => {
    const heap = new RangeHeap({ bytes: MIB, blocks: 2 });
    const handles = [heap.allocate(1), heap.allocate(1)];
    expect(() => heap.allocate(1)).toThrow(/^block table exhausted: all 2 slots are live$/);
    heap.defer(handles[0], 1);
    expect(() => heap.allocate(1)).toThrow(/^block table exhausted: all 2 slots are taken; 1 wait for reach\(fence\)$/);
  });
});

describe("names", () => {
  test("are drawn, and never given again", () => {
    const heap = make({ handles: "table" });
    const [a, b] = [heap.allocate(1), heap.allocate(1)];
    expect([a, b]).toEqual([1, 2]);
    heap.free(a);
    expect(heap.allocate(1)).toBe(3);
    expect(heap.offsetOf(bad(3))).toBe(0);
    expect(() => heap.free(a)).toThrow("double free: the block of handle 1 is free already");
    expect(() => heap.offsetOf(a)).toThrow("stale handle: 1 is not live");
    for (const never of [0, 4, -1, 1.5, 2 ** 40, "1", null]) {
      expect(() => heap.free(bad(never))).toThrow(/^invalid free: no block has the handle /);
      expect(() => heap.sizeOf(bad(never))).toThrow(/^invalid block: no live block has the handle /);
    }
    heap.reset();
    expect(heap.allocate(1)).toBe(4);
    expect(() => heap.free(b)).toThrow("double free: the block of handle 2 is free already");
  });

  test("beyond 32 bits: exact still, and those whose low word is in use are left out", () => {
    const heap = make({ handles: "table" });
    const [a, b] = [heap.allocate(1), heap.allocate(1)];
    const words = new Int32Array(heap.buffer);
    words[22] = -2; // NAMES: as if so many had been drawn
    const last = heap.allocate(1);
    expect(last).toBe(2 ** 32 - 1);
    const next = heap.allocate(1000);
    expect(next, "0, 1 and 2 are left out").toBe(2 ** 32 + 3);
    heap.verify();
    expect([a, b, last, next].map((h) => heap.offsetOf(h))).toEqual([0, 256, 512, 768]);
    expect(() => heap.free(bad(3))).toThrow("double free: the block of handle 3 is free already");
    heap.free(a);
    expect(() => heap.free(bad(2 ** 32 + 1))).toThrow("the block of handle 4294967297 is free already");
    expect(() => heap.free(bad(2 ** 32 + 4))).toThrow("invalid free: no block has the handle 4294967300");
    heap.free(last);
    heap.free(b);
    // The gap is too short for it: it goes up, and then down.
    for (let turn = 0; turn < 2; turn++) {
      const [move] = heap.moves(undefined, MIB);
      expect(move).toMatchObject({ handle: next, size: 1024 });
      expect(heap.commit(move)).toBe(next);
    }
    expect(heap.offsetOf(next)).toBe(0);
    heap.defer(next, 2 ** 52);
    expect(() => heap.free(next)).toThrow("the block of handle 4294967299 is free already");
    heap.verify();
  });
});

describe("tryResize", () => {
  test("where it is: into the gap behind it, or leaving one", () => {
    const heap = make();
    const [a, b] = [heap.allocate(1000), heap.allocate(1000)];
    expect(heap.tryResize(a, 1024)).toBe(true);
    expect(heap.tryResize(a, 1025)).toBe(false);
    expect(heap.tryResize(b, MIB - 1024)).toBe(true);
    expect(heap.sizeOf(b)).toBe(MIB - 1024);
    expect(heap.tryResize(b, MIB - 1023)).toBe(false);
    expect(heap.tryResize(a, 0)).toBe(true);
    expect([heap.sizeOf(a), heap.stats().free]).toEqual([256, 768]);
    expect(heap.tryResize(a, 500)).toBe(true);
    heap.verify();
    expect(() => heap.tryResize(a, -1)).toThrow("invalid size: -1 is not a whole number of bytes from 0 to 1048576");
  });
});

describe("defer and reach", () => {
  test("what waits is nobody's, and is counted", () => {
    const heap = make();
    const a = heap.allocate(MIB);
    heap.defer(a, 7);
    expect(heap.isLive(a)).toBe(false);
    expect(heap.tryAllocate(1)).toBe(0);
    expect(heap.stats()).toMatchObject({
      blocks: 0,
      live: 0,
      reserved: MIB,
      free: 0,
      deferredBlocks: 1,
      deferredBytes: MIB,
    });
    expect(() => heap.defer(a, 7)).toThrow("double free: the block at offset 0 is free already");
    expect(() => heap.free(a)).toThrow("double free: the block at offset 0 is free already");
    expect([heap.reach(6), heap.reached]).toEqual([0, 6]);
    expect([heap.reach(7), heap.reached]).toEqual([1, 7]);
    expect(heap.stats()).toMatchObject({ free: MIB, deferredBlocks: 0, deferredBytes: 0 });
    expect(heap.allocate(MIB)).toBe(a);
  });

  test("fences in any order, up to 2⁵³ − 1", () => {
    const heap = make();
    const fences = [9, 3, 2 ** 53 - 1, 5, 2 ** 32, 3, 2 ** 32 + 1, 2 ** 31, 1];
    for (const fence of fences) heap.defer(heap.allocate(1), fence);
    const reached = [1, 2, 3, 4, 8, 9, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 52, 2 ** 53 - 1];
    expect(reached.map((fence) => heap.reach(fence))).toEqual([1, 0, 2, 0, 1, 1, 0, 1, 1, 1, 1]);
    heap.verify();
  });

  test("a fence that was reached gives back at once", () => {
    const heap = make();
    const [a, b] = [heap.allocate(1), heap.allocate(1)];
    heap.defer(a, 0);
    heap.reach(9);
    heap.defer(b, 9);
    expect(heap.stats()).toMatchObject({ deferredBlocks: 0, free: MIB });
    expect([heap.reach(9), heap.reach(3), heap.reached]).toEqual([0, 0, 9]);
  });

  test.each([-1, 1.5, 2 ** 53, Number.NaN, "1", 1n, null, undefined])("%s is no fence", (fence) => {
    const heap = make();
    const a = heap.allocate(1);
    const text = /^invalid fence: .* is not a whole number from 0 to 9007199254740991$/;
    expect(() => heap.defer(a, fence as number)).toThrow(text);
    expect(() => heap.reach(fence as number)).toThrow(text);
    expect(heap.isLive(a)).toBe(true);
  });
});

describe("grow and reset", () => {
  test("the range becomes longer, up to what was said", () => {
    const heap = make({ maxBytes: 2 * MIB });
    const a = heap.allocate(MIB);
    expect(() => heap.allocate(MIB + 1)).toThrow(
      /^invalid size: 1048577 exceeds the capacity of 1048576 bytes: grow first$/,
    );
    expect(() => heap.allocate(2 * MIB + 1)).toThrow(/exceeds the capacity of 1048576 bytes$/);
    heap.grow(MIB + 300);
    expect([heap.capacity, heap.stats().free]).toEqual([MIB + 256, 256]);
    heap.grow(2 * MIB);
    expect(heap.allocate(MIB)).toBe(4097);
    heap.verify();
    expect(() => heap.grow(MIB)).toThrow("invalid bytes: 1048576 is not a whole number from 2097152 to 2097152");
    expect(() => heap.grow(3 * MIB)).toThrow("invalid bytes: 3145728 exceed the heap's maxBytes of 2097152");
    expect(() => make().grow(MIB + 256)).toThrow("invalid bytes: 1048832 exceed the heap's maxBytes of 1048576");
    expect(heap.isLive(a)).toBe(true);
  });

  test("reset gives up all, and fences go on", () => {
    const heap = make();
    const handles = Array.from({ length: 200 }, () => heap.allocate(1000));
    for (const h of handles.slice(0, 50)) heap.free(h);
    heap.defer(handles[60], 8);
    heap.reach(5);
    const [move] = heap.moves();
    heap.reset();
    heap.verify();
    expect(heap.stats()).toMatchObject({ blocks: 0, free: MIB, deferredBlocks: 0, moves: 0, peakReserved: 200 * 1024 });
    expect(heap.reached).toBe(5);
    expect(() => heap.commit(move)).toThrow(/^invalid move: \d+ of the block of handle \d+ is not under way$/);
    expect(() => heap.free(handles[70])).toThrow("invalid free: no block begins at offset 71680");
    expect(heap.allocate(MIB)).toBe(1);
  });
});

test("a block in a move can't be freed, deferred or resized", () => {
  const heap = make();
  const [a, b] = [heap.allocate(MIB / 2), heap.allocate(256)];
  heap.free(a);
  const [move] = heap.moves(undefined, MIB);
  expect(move).toEqual({ id: 1, handle: b, from: MIB / 2, to: 0, size: 256 });
  for (const call of [() => heap.free(b), () => heap.defer(b, 1), () => heap.tryResize(b, 1)]) {
    expect(call).toThrow(BlockMovingError);
    expect(call).toThrow("block moving: the block of handle 2049 has a move to be committed or dropped first");
  }
  expect([heap.isLive(b), heap.offsetOf(b)]).toEqual([true, MIB / 2]);
  heap.drop(move);
  heap.free(b);
});

test("stats add up, and metadata follows the blocks", () => {
  const heap = make();
  const empty = heap.stats();
  expect(empty).toMatchObject({
    committed: MIB + empty.overhead,
    reserved: 0,
    free: MIB,
    largestFree: MIB,
    fragmentation: 0,
  });
  expect(empty.overhead).toBeLessThan(7000);
  for (let i = 0; i < 1000; i++) heap.allocate(512);
  const { overhead, committed, reserved, free } = heap.stats();
  expect(committed).toBe(overhead + reserved + free);
  expect(overhead).toBe(heap.buffer.byteLength);
  expect(overhead).toBeLessThan(4064 + 1.5 * 40 * 1001 + 80);
  expect(make({ blocks: 1000 }).stats().overhead).toBe(RangeHeap.byteLength(1000));
  expect(RangeHeap.byteLength(1000)).toBe(4064 + 80 * 1001);
});

test("printed, it is a line; it can't be sent", () => {
  const heap = make();
  heap.defer(heap.allocate(1), 1);
  heap.allocate(1000);
  expect(inspect(heap)).toBe("RangeHeap { 1 MiB, 1 block, 1 KiB live, 1023 KiB free, 256 B deferred }");
  expect(JSON.stringify(heap)).toBe(JSON.stringify(inspect(heap)));
  expect(() => structuredClone(heap)).toThrow(
    /^unsupported: a heap can't be cloned or sent to another thread: post heap.buffer/,
  );
});
