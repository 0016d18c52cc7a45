import { DoubleFreeError, InvalidBlockError, InvalidFreeError, MAX_CAPACITY, view } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { Arena, type ArenaOptions, type ResetMode } from "../src/index.ts";

const invalid = (message: string) => expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message });

describe("allocation", () => {
  test("blocks follow each other", () => {
    const arena = new Arena({ capacity: 64 });
    expect([arena.allocate(1), arena.allocate(8), arena.allocate(9), arena.allocate(0)]).toEqual([8, 16, 24, 40]);
    expect([8, 16, 24, 40].map((offset) => arena.sizeOf(offset))).toEqual([8, 8, 16, 8]);
    expect(() => arena.allocate(25)).toThrow(
      "out of memory: no room for 25 bytes aligned to 8 in a capacity of 64 bytes",
    );
    expect(arena.allocate(24)).toBe(48);
    expect(arena.tryAllocate(0)).toBe(0);
  });

  test("one block can have all of the capacity", () => {
    for (const capacity of [1, 8, 100, 255, 256, 257, 100_000]) {
      expect(new Arena({ capacity }).allocate(capacity)).toBe(8);
    }
  });

  test("padding belongs to no block", () => {
    const arena = new Arena({ capacity: 4096 });
    const a = arena.allocate(8);
    const b = arena.allocate(8, 64);
    const c = arena.allocate(8, 1024);
    expect([a, b, c]).toEqual([8, 64, 1024]);
    expect([a, b, c].map((offset) => arena.sizeOf(offset))).toEqual([8, 8, 8]);
    for (const padding of [16, 24, 72, 512, 1016]) expect(() => arena.free(padding)).toThrow(InvalidFreeError);
    expect(arena.stats()).toMatchObject({ blocks: 3, live: 24, reserved: 1024 });
    arena.free(c);
    expect(arena.allocate(8)).toBe(72);
    arena.verify();
  });
});

describe("free", () => {
  test("of the last block lowers the top, past those freed before", () => {
    const arena = new Arena({ capacity: 4096 });
    const [a, b, c, d] = [8, 600, 16, 24].map((size) => arena.allocate(size));
    arena.free(b);
    arena.free(c);
    expect(arena.stats().reserved).toBe(648);
    arena.free(d);
    expect(arena.stats()).toMatchObject({ blocks: 1, reserved: 8, peakReserved: 648 });
    expect(arena.allocate(8)).toBe(b);
    arena.free(b);
    arena.free(a);
    expect(arena.stats()).toMatchObject({ blocks: 0, live: 0, reserved: 0, free: 4096, largestFree: 4096 });
    arena.verify();
  });

  test("a freed block is known until its memory is a block's again", () => {
    const arena = new Arena({ capacity: 4096 });
    const [a, b, c] = [16, 16, 16].map((size) => arena.allocate(size));
    arena.freeMany(Int32Array.of(a, c, b));
    for (const offset of [a, b, c]) expect(() => arena.free(offset)).toThrow(DoubleFreeError);
    expect(arena.allocate(24)).toBe(a);
    expect(() => arena.free(b)).toThrow(InvalidFreeError);
    expect(() => arena.free(c)).toThrow(DoubleFreeError);
    arena.reset();
    for (const offset of [a, b, c]) expect(() => arena.free(offset)).toThrow(InvalidFreeError);
  });
});

describe("resize", () => {
  test("grows and shrinks the last block, and no other", () => {
    const arena = new Arena({ capacity: 4096 });
    const a = arena.allocate(100);
    const b = arena.allocate(100);
    expect(arena.resize(a, 105)).toBe(false);
    expect(arena.resize(a, 104)).toBe(true);
    expect(arena.resize(a, 10)).toBe(true);
    expect(arena.sizeOf(a)).toBe(104);
    for (const size of [2000, 3984, 40, 304, 0, 32]) {
      expect(arena.resize(b, size)).toBe(true);
      expect(arena.sizeOf(b)).toBe(Math.max(8, size));
      expect(arena.sizeOf(a)).toBe(104);
      arena.verify();
    }
    expect(arena.resize(b, 3993)).toBe(false);
    expect(arena.allocate(8)).toBe(b + 32);
    arena.free(b + 32);
    expect(arena.sizeOf(b)).toBe(32);
  });

  test("covers what was there before", () => {
    const arena = new Arena({ capacity: 4096 });
    for (let i = 0; i < 100; i++) arena.allocate(8);
    arena.reset();
    const a = arena.allocate(8);
    const b = arena.allocate(8);
    arena.free(b);
    expect(() => arena.free(b)).toThrow(DoubleFreeError);
    expect(arena.resize(a, 2000)).toBe(true);
    for (let offset = b; offset < 4096; offset += 8) expect(() => arena.free(offset)).toThrow(InvalidFreeError);
    expect(arena.sizeOf(a)).toBe(2000);
  });

  test("across a row of the block map, the block before is still found", () => {
    const arena = new Arena({ capacity: 1 << 20 });
    const a = arena.allocate(8);
    const b = arena.allocate(8);
    arena.resize(b, 50_000);
    const c = arena.allocate(8);
    arena.free(c);
    expect(arena.sizeOf(b)).toBe(50_000);
    arena.free(b);
    expect(arena.allocate(8)).toBe(b);
    expect(arena.sizeOf(a)).toBe(8);
  });
});

describe("checkpoints", () => {
  test("rewind ends what was allocated since", () => {
    const arena = new Arena({ capacity: 4096 });
    const a = arena.allocate(16);
    const mark = arena.checkpoint();
    for (let round = 0; round < 3; round++) {
      const b = arena.allocate(500);
      const c = arena.allocate(8, 1024);
      arena.rewind(mark);
      expect(() => arena.sizeOf(b)).toThrow(InvalidBlockError);
      expect(() => arena.free(c)).toThrow(InvalidFreeError);
      expect(arena.stats()).toMatchObject({ blocks: 1, reserved: 16 });
      arena.verify();
    }
    expect(arena.sizeOf(a)).toBe(16);
  });

  test("using rewinds at the end of the scope", () => {
    const arena = new Arena({ capacity: 4096 });
    {
      using _outer = arena.checkpoint();
      arena.allocate(8);
      {
        using _inner = arena.checkpoint();
        arena.allocate(8);
      }
      expect(arena.stats().blocks).toBe(1);
    }
    expect(arena.stats().blocks).toBe(0);
  });

  test("a checkpoint that the arena has been below is refused", () => {
    const arena = new Arena({ capacity: 4096 });
    const low = arena.checkpoint();
    const a = arena.allocate(8);
    const high = arena.checkpoint();
    const error = invalid("invalid checkpoint: at 16, rewound, freed or reset below it since");
    arena.rewind(low);
    expect(() => arena.rewind(high)).toThrow(error);
    // the same place again is not the same moment
    expect(arena.allocate(8)).toBe(a);
    expect(() => arena.rewind(high)).toThrow(error);
    const freed = arena.checkpoint();
    arena.free(a);
    arena.allocate(8);
    expect(() => arena.rewind(freed)).toThrow(error);
    arena.rewind(low);
    arena.reset();
    expect(() => arena.rewind(low)).toThrow(
      invalid("invalid checkpoint: at 8, rewound, freed or reset below it since"),
    );
    const other = new Arena({ capacity: 64 }).checkpoint();
    arena.checkpoint();
    expect(() => arena.rewind(other)).toThrow(/^invalid checkpoint: at 8,/);
  });

  test("a block from before may grow, and may be freed, above the checkpoint", () => {
    const arena = new Arena({ capacity: 4096 });
    const a = arena.allocate(8);
    const b = arena.allocate(8);
    const mark = arena.checkpoint();
    arena.resize(b, 100);
    arena.rewind(mark);
    expect(arena.sizeOf(b)).toBe(104);
    arena.allocate(8);
    arena.free(b);
    arena.rewind(mark);
    expect(arena.stats()).toMatchObject({ blocks: 1, reserved: 8 });
    expect(arena.sizeOf(a)).toBe(8);
    arena.verify();
  });

  test("without a new block in between it is the same object", () => {
    const arena = new Arena({ capacity: 4096 });
    const mark = arena.checkpoint();
    for (let i = 0; i < 10; i++) {
      expect(arena.checkpoint()).toBe(mark);
      arena.allocate(100);
      arena.rewind(mark);
    }
  });
});

describe("reset", () => {
  test("retains the contents, or zeroes all that was ever used", () => {
    const arena = new Arena({ capacity: 1024 });
    const bytes = new Uint8Array(arena.memory.buffer);
    view(arena, arena.allocate(1000), Uint8Array, 1000).fill(7);
    arena.reset();
    expect(bytes[8]).toBe(7);
    arena.allocate(8);
    arena.reset("zero");
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(() => arena.reset("discard" as ResetMode)).toThrow(
      invalid('invalid mode: "discard" is not one of "retain", "zero"'),
    );
  });
});

describe("memory", () => {
  test("over a part of a buffer, offsets are the buffer's", () => {
    const bytes = new Uint8Array(1024).fill(0xee);
    const arena = new Arena({ buffer: bytes.buffer, byteOffset: 100, byteLength: 333 });
    expect(arena.capacity).toBe(328);
    const offset = arena.allocate(328);
    expect(offset).toBe(104);
    view(arena, offset, Uint8Array, 328).fill(0);
    arena.reset("zero");
    expect(bytes.indexOf(0)).toBe(104);
    expect(bytes.lastIndexOf(0)).toBe(431);
    expect(() => arena.free(96)).toThrow(InvalidFreeError);
    expect(() => arena.free(432)).toThrow(InvalidFreeError);
  });

  test("over a given memory, the offset 0 stays free", () => {
    const memory = { buffer: new SharedArrayBuffer(64) };
    const arena = new Arena({ memory });
    expect(arena.traits.shared).toBe(true);
    expect(arena.memory).toBe(memory);
    expect(arena.allocate(56)).toBe(8);
  });

  test("impossible places are refused", () => {
    const bad: [unknown, string][] = [
      [{ capacity: 0 }, "invalid capacity: 0 is not a whole number from 1 to 4294901760"],
      [{ capacity: Number.NaN }, "invalid capacity: NaN is not a whole number from 1 to 4294901760"],
      [{ capacity: 2 ** 32 }, "invalid capacity: 4294967296 is not a whole number from 1 to 4294901760"],
      [{ buffer: null }, "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"],
      [{}, "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"],
      [undefined, "invalid options: capacity, buffer or memory is needed"],
      [null, "invalid options: null is no object"],
      [5, "invalid options: 5 is no object"],
      [{ memory: {} }, "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"],
      [{ buffer: new ArrayBuffer(15) }, "invalid buffer: 15 bytes at 0 have no room for a block"],
      [{ buffer: new ArrayBuffer(64), byteOffset: 57 }, "invalid buffer: 7 bytes at 57 have no room for a block"],
      [{ buffer: new ArrayBuffer(64), byteOffset: 65 }, "invalid byteOffset: 65 is not a whole number from 0 to 64"],
      [
        { buffer: new ArrayBuffer(64), byteOffset: 8, byteLength: 57 },
        "invalid byteLength: 57 is not a whole number from 0 to 56",
      ],
    ];
    for (const [options, message] of bad) expect(() => new Arena(options as ArenaOptions)).toThrow(invalid(message));
  });

  test("up to 4 GiB: offsets are unsigned", () => {
    // The arena never touches the blocks' bytes, so they take no RAM.
    const arena = new Arena({ buffer: new ArrayBuffer(2 ** 32) });
    expect(arena.capacity).toBe(MAX_CAPACITY);
    const blocks = [1, 2 ** 31, 64, 2 ** 30 + 5, 0].map((size) => arena.allocate(size, 16));
    expect(blocks).toEqual([16, 32, 2 ** 31 + 32, 2 ** 31 + 96, 2 ** 31 + 2 ** 30 + 112]);
    const rest = arena.stats().free;
    const last = arena.allocate(rest);
    expect(last + rest).toBe(8 + MAX_CAPACITY);
    expect(arena.tryAllocate(0)).toBe(0);
    arena.verify();
    expect(arena.sizeOf(blocks[1])).toBe(2 ** 31);
    expect(() => arena.free(blocks[3] - 2 ** 32)).toThrow(InvalidFreeError);
    arena.freeMany(Int32Array.from([...blocks, last]));
    expect(arena.stats()).toMatchObject({ blocks: 0, reserved: 0, peakReserved: MAX_CAPACITY });
    const out = new Int32Array(2);
    arena.allocate(2 ** 31);
    expect(arena.allocateMany(2 ** 30, out)).toBe(1);
    expect(arena.sizeOf(out[0] >>> 0)).toBe(2 ** 30);
    arena.verify();
  });

  test("contents move intact above 2 GiB", () => {
    const arena = new Arena({ capacity: 2.5 * 2 ** 30 });
    arena.allocate(2 ** 31);
    const block = arena.allocate(1000);
    view(arena, block, Uint8Array, 1000).fill(9);
    arena.allocate(8);
    const moved = arena.reallocate(block, 5000);
    expect(moved).toBeGreaterThan(2 ** 31);
    expect(view(arena, moved, Uint8Array, 1000).every((byte) => byte === 9)).toBe(true);
    expect(() => arena.free(block)).toThrow(DoubleFreeError);
  });
});
