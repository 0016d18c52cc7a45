import { describe, expect, test } from "vitest";
import { MemoryContext } from "../src/index.ts";
import { roomFor } from "../src/room.ts";
import { caught, fillBlock, fillUp, isFilled, root, throws } from "./helpers.ts";

/** A context with `left` bytes of its quota left, in one of which there is plenty of memory. */
function nearlyFull(left: number): { context: MemoryContext; p: number } {
  const context = root({ quota: 100_000 });
  const p = context.allocate(1000);
  while (context.quota - context.used - left >= 16384) context.allocate(16384);
  context.quota = context.used + left;
  return { context, p };
}

describe("what the quota refuses", () => {
  const over = (bytes: number, used: number, quota: number) =>
    `quota exceeded: ${bytes} bytes on top of ${used} exceed the ${quota} of "root"`;

  test("is an error of allocate, NULL of tryAllocate, and counted", () => {
    const { context } = nearlyFull(100);
    const { used, quota } = context;
    const before = context.stats();
    throws(() => context.allocate(97), "QuotaExceededError", over(roomFor(97), used, quota));
    throws(() => context.allocate(8, 128), "QuotaExceededError", over(128, used, quota));
    throws(() => context.allocate(20_000), "QuotaExceededError", over(20_480, used, quota));
    expect(context.tryAllocate(97)).toBe(0);
    expect(context.tryAllocate(20_000)).toBe(0);
    expect(context.usage()).toMatchObject({ used, refused: 5 });
    expect(context.stats()).toEqual(before);
    // What fits is still served.
    expect(context.sizeOf(context.allocate(96))).toBe(96);
    context.verify();
  });

  test("has an error code of its own", () => {
    const { context } = nearlyFull(0);
    expect(caught(() => context.allocate(1))?.code).toBe("ERR_QUOTA_EXCEEDED");
  });

  test("is no argument error: those come first", () => {
    const { context } = nearlyFull(0);
    const { capacity } = context;
    const size = (bad: number) =>
      Number.isInteger(bad) && bad > 0
        ? `invalid size: ${bad} exceeds the capacity of ${capacity} bytes`
        : `invalid size: ${bad} is not a whole number of bytes from 0 to ${capacity}`;
    for (const bad of [-1, 0.5, Number.NaN, 2 ** 32, 0xffff0001]) {
      throws(() => context.allocate(bad), "InvalidSizeError", size(bad));
      throws(() => context.tryAllocate(bad), "InvalidSizeError", size(bad));
      throws(() => context.allocateMany(bad, new Int32Array(1)), "InvalidSizeError", size(bad));
    }
    throws(
      () => context.allocate(8, 3),
      "InvalidAlignmentError",
      "invalid alignment: 3 is not a power of two from 1 to 65536",
    );
    expect(context.usage().refused).toBe(0);
  });

  test("is what is larger than all the memory that there is, too", () => {
    const { context, p } = nearlyFull(200);
    const large = context.allocate(0, 128);
    const { capacity, used, quota } = context;
    for (const size of [capacity + 1, 1 << 30, 0xffff0000]) {
      const bytes = Math.ceil(size / 4096) * 4096;
      throws(() => context.allocate(size), "QuotaExceededError", over(bytes, used, quota));
      throws(() => context.allocate(size, 16), "QuotaExceededError", over(bytes, used, quota));
      throws(() => context.reallocate(p, size), "QuotaExceededError", over(bytes - 1024, used, quota));
      expect(context.tryAllocate(size)).toBe(0);
      expect(context.resize(p, size)).toBe(false);
      expect(context.allocateMany(size, new Int32Array(2))).toBe(0);
    }
    expect(large).not.toBe(0);
    expect(context.used).toBe(used);
    context.verify();
    // Where it is the memory that is short, it is no size for it.
    const full = root({ quota: 65_536, reserve: 65_536 });
    throws(
      () => full.tryAllocate(65_537),
      "InvalidSizeError",
      "invalid size: 65537 exceeds the capacity of 65536 bytes",
    );
  });

  test("is false of resize, and the block is as it was", () => {
    const { context } = nearlyFull(8192);
    const p = context.allocate(4096, 65536);
    const { used } = context;
    expect(context.resize(p, 12_289)).toBe(false);
    expect([context.sizeOf(p), context.used]).toEqual([4096, used]);
    expect(context.resize(p, 8192)).toBe(true);
    expect(context.used).toBe(context.quota);
    expect(context.usage().refused).toBe(1);
    context.verify();
  });

  test("is an error of reallocate, and the block is as it was", () => {
    const { context, p } = nearlyFull(200);
    fillBlock(context, p, 9);
    const { used, quota } = context;
    const before = context.stats();
    throws(() => context.reallocate(p, 1281), "QuotaExceededError", over(roomFor(1281) - 1024, used, quota));
    throws(() => context.reallocate(p, 50_000), "QuotaExceededError", over(53_248 - 1024, used, quota));
    expect(isFilled(context, p, 9)).toBe(true);
    expect(context.stats()).toEqual(before);
    context.verify();
  });

  test("is the difference only, where a block moves", () => {
    const context = root({ quota: 5120 });
    const p = context.allocate(4096);
    fillBlock(context, p, 3);
    // 4,096 and 5,120 bytes at once would be 9,216.
    const q = context.reallocate(p, 5000);
    expect(q).not.toBe(p);
    expect([context.used, context.load("u8", q, 4095)]).toEqual([5120, 3]);
    throws(() => context.free(p), "DoubleFreeError", `double free: the block at offset ${p} is free already`);
  });

  test("is what is left out of allocateMany", () => {
    const context = root({ quota: 1000 });
    const out = new Int32Array(20).fill(-1);
    // 104 bytes each.
    expect(context.allocateMany(100, out)).toBe(9);
    expect([...out.subarray(9)]).toEqual(new Array(11).fill(-1));
    expect(context.used).toBe(936);
    expect(context.allocateMany(100, out)).toBe(0);
    expect(context.allocateMany(104, out.subarray(0, 0))).toBe(0);
    expect(context.allocateMany(20_000, out.subarray(0, 4))).toBe(0);
    expect(context.usage().refused).toBe(3);
    context.freeMany(out, 9);
    expect(context.used).toBe(0);
    context.verify();
  });

  test("is an out-of-memory error where it is the memory that has no room", () => {
    const context = new MemoryContext(null, { name: "a", quota: 65536, reserve: 65536 });
    const blocks = fillUp(context, 1000);
    expect(blocks).toHaveLength(56);
    const message =
      "out of memory: no room for 1000 bytes aligned to 8 in a capacity of 65536 bytes: 0 are free, at most 0 of them in one piece";
    throws(() => context.allocate(1000), "OutOfMemoryError", message);
    throws(() => context.reallocate(blocks[0], 5000), "OutOfMemoryError", message.replace("1000 bytes", "5000 bytes"));
    expect(context.usage().refused).toBe(0);
    context.verify();
  });

  test("is what a block would really have, where its own class has no pages left", () => {
    // No page is left for a slab of 24-byte blocks, but there is one of 32-byte blocks.
    const scene = (left: number, options = {}) => {
      const context = root({ quota: 60_000, reserve: 65_536, ...options });
      const p = context.allocate(16);
      context.allocate(32);
      context.allocate(context.stats().free);
      context.quota = context.used + left;
      return { context, p, before: [context.used, context.stats().live, context.stats().blocks] };
    };
    const now = (context: MemoryContext) => [context.used, context.stats().live, context.stats().blocks];
    const a = scene(31);
    expect(a.context.tryAllocate(20)).toBe(0);
    throws(() => a.context.allocate(20), "QuotaExceededError", over(32, 49_200, 49_231));
    expect(a.context.allocateMany(20, new Int32Array(1))).toBe(0);
    expect(now(a.context)).toEqual(a.before);
    const b = scene(15);
    throws(() => b.context.reallocate(b.p, 20), "QuotaExceededError", over(16, 49_200, 49_215));
    expect(now(b.context)).toEqual(b.before);
    const c = scene(32);
    expect(c.context.sizeOf(c.context.allocate(20))).toBe(32);
    expect(c.context.used).toBe(c.context.quota);
    const d = scene(16);
    expect(d.context.sizeOf(d.context.reallocate(d.p, 20))).toBe(32);
    // A soft limit that only the larger room crosses is announced with that; one that is crossed anyway, once.
    for (const [soft, told] of [
      [25, [32]],
      [10, [24]],
    ] as const) {
      const sizes: number[] = [];
      const e = scene(100, { onPressure: (_: MemoryContext, size: number) => void sizes.push(size) });
      e.context.soft = e.context.used + soft;
      e.context.allocate(20);
      expect(sizes).toEqual(told);
      e.context.verify();
    }
    const moves: number[] = [];
    const f = scene(100, { onPressure: (_: MemoryContext, size: number) => void moves.push(size) });
    f.context.soft = f.context.used + 10;
    f.context.reallocate(f.p, 20);
    expect(moves).toEqual([16]);
    for (const { context } of [a, b, c, d, f]) context.verify();
  });
});
