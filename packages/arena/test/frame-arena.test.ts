import { type AllocatorError, DoubleFreeError, FrameExpiredError, InvalidBlockError, view } from "@ariax/allocator";
import { conformance } from "@ariax/conformance";
import { describe, expect, test } from "vitest";
import { FrameArena } from "../src/index.ts";

describe.each([false, true])("conformance, checked: %s", (checked) => {
  conformance({ test, create: (capacity) => new FrameArena({ capacity, frames: 3, checked }) });
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
