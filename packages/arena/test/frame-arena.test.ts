import { type AllocatorError, DoubleFreeError, FrameExpiredError, InvalidBlockError, view } from "@ariax/allocator";
import { conformance } from "@ariax/conformance";
import { describe, expect, test } from "vitest";
import { FrameArena, type FrameArenaOptions } from "../src/index.ts";

describe.each([false, true])("conformance, checked: %s", (checked) => {
  conformance({ test, runs: 20, create: (capacity) => new FrameArena({ capacity, frames: 3, checked }) });
});

describe.each([false, true])("conformance over memory that exists, checked: %s", (checked) => {
  conformance({
    test,
    runs: 20,
    create: (capacity) => {
      const buffer = new SharedArrayBuffer(1000 + 6 * (capacity + 8));
      return new FrameArena({ capacity, frames: 3, checked, buffer, byteOffset: 501 });
    },
  });
});

describe.each([false, true])("frames, checked: %s", (checked) => {
  test("a block lives until as many frames have begun", () => {
    const arena = new FrameArena({ capacity: 1000, frames: 3, checked });
    const blocks: number[] = [];
    for (let frame = 0; frame < 20; frame++) {
      expect(arena.frame).toBe(frame);
      const block = arena.allocate(1000);
      expect(arena.tryAllocate(1)).toBe(0);
      view(arena, block, Uint8Array, 1000).fill(frame);
      blocks.push(block);
      for (let old = Math.max(0, frame - 2); old <= frame; old++) {
        expect(view(arena, blocks[old], Uint8Array, 1000).every((byte) => byte === old)).toBe(true);
      }
      expect(arena.stats().blocks).toBe(Math.min(3, frame + 1));
      arena.verify();
      expect(arena.nextFrame()).toBe(frame + 1);
    }
  });

  test("a reference tells for ever whether its block lives", () => {
    const arena = new FrameArena({ capacity: 1000, frames: 2, checked });
    const block = arena.allocate(64);
    const ref = arena.ref(block);
    arena.nextFrame();
    expect(arena.check(ref)).toBe(block);
    for (let frame = 2; frame < 50; frame++) {
      arena.nextFrame();
      arena.allocate(64);
      const message = `frame expired: the block at offset 8 lived in frame 0, it is ${frame} now`;
      expect(() => arena.check(ref)).toThrow(expect.objectContaining({ code: "ERR_FRAME_EXPIRED", message }));
    }
    const freed = arena.allocate(8);
    const freedRef = arena.ref(freed);
    arena.free(freed);
    expect(() => arena.check(freedRef)).toThrow(InvalidBlockError);
    expect(() => arena.ref(freed)).toThrow(InvalidBlockError);
    expect(() => arena.check(Number.NaN as typeof ref)).toThrow(InvalidBlockError);
  });

  test("reset ends all frames", () => {
    const arena = new FrameArena({ capacity: 1000, frames: 3, checked });
    const refs = [0, 1, 2].map(() => {
      const ref = arena.ref(arena.allocate(10));
      arena.nextFrame();
      return ref;
    });
    arena.reset();
    for (const ref of refs) expect(() => arena.check(ref)).toThrow(FrameExpiredError);
    expect(arena.stats()).toMatchObject({ blocks: 0, live: 0, reserved: 0, free: 1000 });
  });

  test("freeMany reaches across frames, or frees nothing", () => {
    const arena = new FrameArena({ capacity: 1000, frames: 2, checked });
    const [a, b] = [arena.allocate(8), arena.allocate(8)];
    arena.nextFrame();
    const c = arena.allocate(8);
    for (const bad of [
      [a, c, 24],
      [c, a, c],
      [a, b, c, a + 1],
    ]) {
      expect(() => arena.freeMany(Int32Array.from(bad))).toThrow(/^(double|invalid) free: /);
      expect(arena.stats().blocks).toBe(3);
    }
    arena.freeMany(Int32Array.of(a, c, b));
    expect(arena.stats()).toMatchObject({ blocks: 0, reserved: 0 });
  });

  test("a block that is reallocated moves to the current frame, if it must move", () => {
    const arena = new FrameArena({ capacity: 1000, frames: 2, checked });
    const old = arena.allocate(8);
    arena.allocate(8);
    view(arena, old, Uint8Array, 8).fill(5);
    arena.nextFrame();
    const moved = arena.reallocate(old, 100);
    arena.nextFrame();
    expect([...view(arena, moved, Uint8Array, 8)]).toEqual([5, 5, 5, 5, 5, 5, 5, 5]);
  });
});

describe("checked", () => {
  const expired = "frame expired: the block at offset 8 lived in frame 0, it is 2 now";

  test("what outlives its frame is detected, by offset, with the frame it came from", () => {
    const arena = new FrameArena({ capacity: 1000, frames: 2, checked: true });
    const block = arena.allocate(64);
    const gone = arena.allocate(64);
    const stale = view(arena, block, Uint8Array, 64);
    arena.free(gone);
    arena.nextFrame();
    expect(arena.sizeOf(block)).toBe(64);
    arena.nextFrame();
    const uses = [
      () => arena.sizeOf(block),
      () => arena.free(block),
      () => arena.resize(block, 8),
      () => arena.reallocate(block, 8),
      () => view(arena, block, Uint8Array, 8),
      () => arena.ref(block),
      () => arena.freeMany(Int32Array.of(block)),
    ];
    for (const use of uses) expect(use).toThrow(expired);
    // a view that was kept sees that it is over
    expect(stale.every((byte) => byte === 0xdb)).toBe(true);
    // what was freed in time is a double free, not late
    expect(() => arena.free(gone)).toThrow(DoubleFreeError);
    arena.nextFrame();
    expect(() => arena.sizeOf(block)).toThrow(FrameExpiredError);
  });

  test("unchecked, an expired block is no block, or another one", () => {
    const arena = new FrameArena({ capacity: 1000, frames: 2 });
    const block = arena.allocate(64);
    arena.nextFrame();
    arena.nextFrame();
    expect(() => arena.sizeOf(block)).toThrow(InvalidBlockError);
    expect(arena.allocate(64)).toBe(block);
  });
});

describe("memory that exists", () => {
  test("several arenas lie in one buffer, and touch nothing else; offsets are the buffer's", () => {
    const bytes = new Uint8Array(1000).fill(7);
    const { buffer } = bytes;
    const a = new FrameArena({ capacity: 100, frames: 2, checked: true, buffer, byteOffset: 50 });
    const b = new FrameArena({ capacity: 64, frames: 3, buffer, byteOffset: 56 + 4 * 104 });
    expect([a.memory.buffer, b.memory.buffer]).toEqual([buffer, buffer]);
    expect([a.allocate(8), b.allocate(8)]).toEqual([56, 472]);
    for (const arena of [a, b]) {
      for (let i = 0; i < 20; i++) {
        arena.nextFrame();
        view(arena, arena.allocate(arena.capacity), Uint8Array, arena.capacity).fill(0);
      }
      arena.reset();
    }
    expect(bytes.findIndex((byte) => byte !== 7)).toBe(56);
    expect(bytes.findLastIndex((byte) => byte !== 7)).toBe(472 + 3 * 64 - 1);
  });

  test("0 is never a block, and the last granule below 4 GiB none", () => {
    expect(new FrameArena({ capacity: 8, buffer: new ArrayBuffer(64) }).allocate(8)).toBe(8);
    const buffer = new ArrayBuffer(2 ** 32);
    const frames = new FrameArena({ capacity: 2 ** 30, frames: 1, buffer, byteOffset: 2 ** 32 - 2 ** 30 - 8 });
    const top = frames.allocate(2 ** 30);
    expect(top).toBe(2 ** 32 - 2 ** 30 - 8);
    expect(frames.check(frames.ref(top))).toBe(top);
    frames.verify();
    const above = () => new FrameArena({ capacity: 2 ** 30, frames: 1, buffer, byteOffset: 2 ** 32 - 2 ** 30 });
    expect(above).toThrow("invalid buffer: 1073741824 bytes from 3221225472 on do not fit into its 4294967296");
  });

  test("a memory whose buffer is replaced by a longer one", () => {
    const memory = { buffer: new ArrayBuffer(1000) as ArrayBufferLike };
    const arena = new FrameArena({ capacity: 100, memory, checked: true });
    const ref = arena.ref(arena.allocate(8));
    memory.buffer = new ArrayBuffer(100_000);
    const block = arena.check(ref);
    expect(view(arena, block, Uint8Array, 8).buffer).toBe(memory.buffer);
    for (let i = 0; i < 2; i++) arena.nextFrame();
    expect(new Uint8Array(memory.buffer)[block]).toBe(0xdb);
    expect(() => arena.check(ref)).toThrow(FrameExpiredError);
  });

  test("a reference of another arena in the buffer is none of this one, nor is one of a frame to come", () => {
    const buffer = new ArrayBuffer(10_000);
    const a = new FrameArena({ capacity: 100, buffer });
    const b = new FrameArena({ capacity: 100, buffer, byteOffset: 1000 });
    const [x, y] = [a.allocate(8), b.allocate(8)];
    expect(() => a.check(b.ref(y))).toThrow("invalid block: no live block begins at offset 1000");
    expect(() => b.check(a.ref(x))).toThrow("invalid block: no live block begins at offset 8");
    a.nextFrame();
    a.nextFrame();
    const later = a.ref(a.allocate(8));
    const early = new FrameArena({ capacity: 100, buffer });
    early.allocate(8);
    expect(() => early.check(later)).toThrow("invalid block: no live block begins at offset 8");
    for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 0, "1", 1n, null, undefined]) {
      expect(() => a.check(bad as typeof later)).toThrow(InvalidBlockError);
    }
  });

  test("a checked frame over memory that is gone does not begin", () => {
    const buffer = new ArrayBuffer(1000);
    const arena = new FrameArena({ capacity: 100, buffer, checked: true });
    structuredClone(buffer, { transfer: [buffer] });
    expect(() => arena.nextFrame()).toThrow(expect.objectContaining({ code: "ERR_DETACHED" }));
    expect(arena.frame).toBe(0);
  });

  test("impossible places are refused", () => {
    const bad: [unknown, string][] = [
      [null, "invalid options: null is no object"],
      [undefined, "invalid options: capacity is needed"],
      [{ capacity: 100, byteOffset: 0 }, "invalid byteOffset: no buffer or memory is given"],
      [{ capacity: 100, buffer: null }, "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"],
      [{ capacity: 100, memory: null }, "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"],
      [
        { capacity: 100, buffer: new Uint8Array(1000) },
        "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer",
      ],
      [{ capacity: 100, buffer: new ArrayBuffer(215) }, "invalid buffer: 208 bytes from 8 on do not fit into its 215"],
      [
        { capacity: 100, buffer: new ArrayBuffer(999), byteOffset: 785 },
        "invalid buffer: 208 bytes from 792 on do not fit into its 999",
      ],
      [
        { capacity: 100, buffer: new ArrayBuffer(64), byteOffset: -8 },
        "invalid byteOffset: -8 is not a whole number from 0 to 64",
      ],
    ];
    for (const [options, message] of bad) {
      expect(() => new FrameArena(options as FrameArenaOptions)).toThrow(
        expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message }),
      );
    }
  });
});

test("impossible frames are refused", () => {
  const make = (capacity: number, frames: number) => () => new FrameArena({ capacity, frames });
  const range = "is not a whole number from";
  expect(make(0, 2)).toThrow(`invalid capacity: 0 ${range} 1 to 4294901760`);
  expect(make(100, 0)).toThrow(`invalid frames: 0 ${range} 1 to 65536`);
  expect(make(100, 1.5)).toThrow(`invalid frames: 1.5 ${range} 1 to 65536`);
  expect(make(2 ** 31, 2)).toThrow("invalid capacity: 2 times 2147483648 bytes are above 4294901760");
  const error: Partial<AllocatorError> = { code: "ERR_INVALID_ARGUMENT" };
  expect(make(Number.NaN, 2)).toThrow(expect.objectContaining(error));
});
