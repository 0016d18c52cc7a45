/** Charging is exact, and what the quota refuses has changed nothing. */
import { DoubleFreeError, InvalidFreeError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { MemoryContext } from "../src/index.ts";
import { caught, child, fillBlock, fillUp, findBase, isFilled, root, seen, throws, verifyAll } from "./helpers.ts";

/** A context with `left` bytes of its quota left, in one of which there is plenty of memory. */
function nearlyFull(left: number): { context: MemoryContext; p: number } {
  const context = root({ quota: 100_000 });
  const p = context.allocate(1000);
  while (context.quota - context.used - left >= 16384) context.allocate(16384);
  context.quota = context.used + left;
  return { context, p };
}

describe("what is charged", () => {
  test("is what sizeOf says, of blocks of every size and alignment", () => {
    const context = root();
    let sum = 0;
    for (const alignment of [undefined, 1, 8, 16, 256, 4096, 65536]) {
      for (const size of [0, 1, 8, 16, 17, 100, 1000, 4096, 5000, 16384, 16385, 40_000]) {
        sum += context.sizeOf(context.allocate(size, alignment));
        expect(context.used).toBe(sum);
      }
    }
    context.verify();
  });

  test("comes back with every free", () => {
    const context = root();
    const blocks = [0, 100, 5000, 20_000].map((size) => context.allocate(size));
    let { used } = context;
    for (const p of blocks) {
      used -= context.sizeOf(p);
      context.free(p);
      expect(context.used).toBe(used);
    }
    expect(used).toBe(0);
  });

  test("is nothing for a free that is refused", () => {
    const context = root();
    const p = context.allocate(100);
    const large = context.allocate(50_000);
    context.free(p);
    const { used } = context;
    for (const bad of [p, large + 4096, large + 8, 0, 2 ** 32, -1, 0.5, "8", null, undefined, {}, 8n, Symbol("8")]) {
      expect(() => context.free(bad as number)).toThrow(/^(double|invalid) free: /);
      expect(context.used).toBe(used);
    }
    expect(() => context.free(p)).toThrow(DoubleFreeError);
    context.verify();
  });

  test("is the pages that a large block has after resize", () => {
    const context = root();
    const p = context.allocate(20_000);
    for (const size of [40_000, 4096, 0, 100_000]) {
      expect(context.resize(p, size)).toBe(true);
      expect(context.used).toBe(context.sizeOf(p));
      expect(context.used).toBe(Math.max(1, Math.ceil(size / 4096)) * 4096);
    }
    const small = context.allocate(100);
    const { used } = context;
    expect([context.resize(small, 112), context.resize(small, 0), context.resize(small, 113)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(context.used).toBe(used);
    context.verify();
  });

  test("is right after reallocate, in place and not", () => {
    const context = root();
    let p = context.allocate(10);
    for (const size of [100, 90, 5000, 16384, 16385, 100_000, 50_000, 60_000, 0, 7, 300_000]) {
      p = context.reallocate(p, size);
      expect(context.used).toBe(context.sizeOf(p));
      expect(context.stats().blocks).toBe(1);
      context.verify();
    }
  });

  test("is the room of a larger class where the own one finds no pages", () => {
    // A slab of 40-byte blocks is 5 pages; none is left of that length, only a page here and there.
    const context = root({ quota: 65536, reserve: 65536 });
    const pages: number[] = [];
    for (let p = context.tryAllocate(4096, 65536); p !== 0; p = context.tryAllocate(4096, 65536)) pages.push(p);
    const row = fillUp(context, 4096);
    context.free(row[0]);
    for (const size of [33, 40, 49]) {
      const { used } = context;
      const p = context.tryAllocate(size);
      if (p !== 0) expect(context.used - used).toBe(context.sizeOf(p));
      context.verify();
    }
  });

  test("is nothing once all is reset", () => {
    const context = root();
    fillUp(context, 1000);
    context.reset();
    expect(context.used).toBe(0);
    expect(context.usage().peak).toBe(context.quota);
    context.verify();
  });
});

describe("the most that was used", () => {
  test("is kept through frees, resizes, resets and moves", () => {
    const context = root();
    const peaks: number[] = [];
    const note = () => peaks.push(context.usage().peak);
    const p = context.allocate(100_000);
    note();
    context.resize(p, 5000);
    note();
    context.free(p);
    note();
    const q = context.allocate(110_000);
    const other = context.allocate(1000);
    context.free(other);
    context.reallocate(q, 200_000);
    context.reset();
    note();
    expect(peaks).toEqual([102_400, 102_400, 102_400, 200_704]);
  });

  test("does not count a move twice: both blocks are there for a moment, only one is charged", () => {
    const context = root();
    const p = context.allocate(5000);
    context.reallocate(p, 10_000);
    expect(context.usage().peak).toBe(10_240);
  });
});

describe("what the quota refuses", () => {
  const over = (bytes: number, used: number, quota: number) =>
    `quota exceeded: ${bytes} bytes on top of ${used} are over the ${quota} of "root"`;

  test("is an error of allocate, NULL of tryAllocate, and counted", () => {
    const { context } = nearlyFull(100);
    const { used, quota } = context;
    const before = context.stats();
    throws(() => context.allocate(97), "QuotaExceededError", over(112, used, quota));
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
    const size = (bad: unknown) => `invalid size: ${bad} is not a whole number of bytes from 0 to ${capacity}`;
    throws(() => context.allocate(-1), "InvalidSizeError", size(-1));
    throws(() => context.tryAllocate(capacity + 1), "InvalidSizeError", size(capacity + 1));
    throws(() => context.tryAllocate(Number.NaN), "InvalidSizeError", size("NaN"));
    throws(
      () => context.allocate(8, 3),
      "InvalidAlignmentError",
      "invalid alignment: 3 is not a power of two from 1 to 65536",
    );
    expect(context.usage().refused).toBe(0);
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
    throws(() => context.reallocate(p, 1281), "QuotaExceededError", over(1536 - 1024, used, quota));
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
    expect(context.allocateMany(100, out)).toBe(8);
    expect([...out.subarray(8)]).toEqual(new Array(12).fill(-1));
    expect(context.used).toBe(896);
    expect(context.allocateMany(100, out)).toBe(0);
    expect(context.allocateMany(104, out.subarray(0, 0))).toBe(0);
    expect(context.allocateMany(20_000, out.subarray(0, 4))).toBe(0);
    expect(context.usage().refused).toBe(3);
    context.freeMany(out, 8);
    expect(context.used).toBe(0);
    context.verify();
  });

  test("is an out-of-memory error where it is the memory that has no room", () => {
    const context = new MemoryContext(null, { name: "a", quota: 65536, reserve: 65536 });
    const blocks = fillUp(context, 1000);
    expect(blocks).toHaveLength(56);
    const message = "out of memory: no room for 1000 bytes aligned to 8 in a capacity of 65536 bytes";
    throws(() => context.allocate(1000), "OutOfMemoryError", message);
    throws(() => context.reallocate(blocks[0], 5000), "OutOfMemoryError", message.replace("1000 bytes", "5000 bytes"));
    expect(context.usage().refused).toBe(0);
    context.verify();
  });
});

describe("freeMany", () => {
  test("gives all charges back, or none", () => {
    const context = root();
    const blocks = [8, 100, 5000, 20_000, 3].map((size) => context.allocate(size));
    const { used } = context;
    const attempts: [number[], string][] = [
      [[...blocks, blocks[0]], `double free: the block at offset ${blocks[0]} is free already`],
      [[...blocks, blocks[3] + 8], `invalid free: no block begins at offset ${blocks[3] + 8}`],
      [[...blocks, 0], "invalid free: no block begins at offset 0"],
    ];
    for (const [list, message] of attempts) {
      expect(() => context.freeMany(Int32Array.from(list))).toThrow(message);
      expect(context.used).toBe(used);
      context.verify();
    }
    expect(() => context.freeMany([blocks[0]] as unknown as Int32Array)).toThrow(
      "invalid offsets: an object is no Int32Array",
    );
    expect(() => context.freeMany(new Int32Array(2), 3)).toThrow("invalid count: 3 is not a whole number from 0 to 2");
    context.freeMany(Int32Array.from(blocks), 4);
    expect(context.used).toBe(16);
    context.verify();
  });
});

describe("the quota", () => {
  test("can be set from what is used to what is reserved", () => {
    const context = root({ quota: 100_000 });
    context.allocate(1000);
    const { reserved } = context.usage();
    for (const quota of [1024, 1025, 50_000, reserved]) {
      context.quota = quota;
      expect(context.usage()).toMatchObject({ quota, soft: quota, available: quota - 1024 });
      context.verify();
    }
    const before = seen(context);
    for (const bad of [1023, 0, reserved + 1, Number.NaN, -0, 0.5, "2000", 2000n, null, undefined]) {
      const message = /^invalid quota: .* is not a whole number from 1024 to \d+$/;
      expect(caught(() => (context.quota = bad as number))?.message).toMatch(message);
    }
    expect(seen(context)).toEqual(before);
  });

  test("lowered to what is used, refuses everything; raised again, nothing", () => {
    const context = root();
    context.allocate(1000);
    context.quota = context.used;
    expect(context.tryAllocate(1)).toBe(0);
    context.quota = 1 << 20;
    expect(context.tryAllocate(1)).not.toBe(0);
  });

  test("of an empty context is at least 1", () => {
    const context = root();
    expect(() => (context.quota = 0)).toThrow("invalid quota: 0 is not a whole number from 1 to");
    context.quota = 1;
    expect(context.tryAllocate(1)).toBe(0);
  });

  test("lowered below the soft limit takes that along; one that was not set follows it", () => {
    const context = root({ quota: 1000, soft: 800 });
    context.quota = 500;
    expect(context.soft).toBe(500);
    context.quota = 900;
    expect(context.soft).toBe(500);
    const other = root({ quota: 1000 });
    other.quota = 500;
    other.quota = 900;
    expect(other.soft).toBe(900);
    verifyAll(context, other);
  });

  test("of a child is charged to its parent, as it changes", () => {
    const top = root({ quota: 100_000 });
    const a = child(top, "a", 40_000);
    a.quota = 60_000;
    expect(top.usage()).toMatchObject({ used: 60_000, granted: 60_000 });
    a.quota = 10_000;
    expect(top.usage()).toMatchObject({ used: 10_000, granted: 10_000, peak: 60_000 });
    const b = child(top, "b", 80_000);
    throws(
      () => (a.quota = 20_001),
      "QuotaExceededError",
      'quota exceeded: 10001 bytes on top of 90000 are over the 100000 of "root"',
    );
    expect([a.quota, b.quota, top.used]).toEqual([10_000, 80_000, 90_000]);
    a.quota = 20_000;
    expect(top.usage().available).toBe(0);
    verifyAll(top);
    a.dispose();
    expect(top.used).toBe(80_000);
  });

  test("of a parent is not below what its children have", () => {
    const top = root({ quota: 100_000 });
    child(top, "a", 40_000);
    expect(() => (top.quota = 39_999)).toThrow("invalid quota: 39999 is not a whole number from 40000 to");
    top.quota = 40_000;
    expect(top.tryAllocate(1)).toBe(0);
    verifyAll(top);
  });
});

describe("a child's bytes", () => {
  test("are no block of its parent's", () => {
    const top = root();
    const block = top.allocate(100);
    const a = child(top, "a");
    const p = a.allocate(100);
    // Where they begin can be found: the control block is there.
    const base = findBase(top, a);
    const before = seen(top);
    for (const call of [() => top.free(base), () => top.freeMany(Int32Array.of(block, base))]) {
      throws(call, "InvalidFreeError", `invalid free: no block begins at offset ${base}`);
    }
    const other = root();
    const calls = [
      () => top.sizeOf(base),
      () => top.resize(base, 1 << 16),
      () => top.reallocate(base, 1 << 16),
      () => top.view(base, Uint8Array),
      () => top.load("u8", base, 0),
      () => top.store("u8", base, 0, 1),
      () => top.fill(base),
      () => top.copy(base, 0, block, 0, 8),
      () => top.ref(base),
      () => top.transfer(base, other),
    ];
    for (const call of calls) throws(call, "InvalidBlockError", `invalid block: no live block begins at offset ${base}`);
    expect(seen(top)).toEqual(before);
    expect(a.sizeOf(p)).toBe(112);
    expect(() => top.free(base)).toThrow(InvalidFreeError);
    verifyAll(top, other);
  });

  test("stay where the parent is reset", () => {
    const top = root();
    const a = child(top, "a");
    const p = a.allocate(100);
    fillBlock(a, p, 5);
    const blocks = [100, 5000, 20_000].map((size) => top.allocate(size));
    top.reset();
    expect(top.usage()).toMatchObject({ used: 65536, granted: 65536, children: 1 });
    expect(top.stats()).toMatchObject({ blocks: 0, live: 0 });
    for (const q of blocks) expect(() => top.sizeOf(q)).toThrow("invalid block");
    expect(isFilled(a, p, 5)).toBe(true);
    verifyAll(top);
  });
});
