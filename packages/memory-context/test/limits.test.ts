/** Quotas that are set, and those of parents and children. */
import { InvalidFreeError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import type { MemoryContext } from "../src/index.ts";
import { caught, child, fillBlock, findBase, isFilled, root, seen, throws, verifyAll } from "./helpers.ts";

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
      const message =
        /^invalid quota: .* (is not a whole number from 1024 to \d+|is more than \d+, where its run ends: .+)$/;
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
      'quota exceeded: 10001 bytes on top of 90000 exceed the 100000 of "root"',
    );
    expect([a.quota, b.quota, top.used]).toEqual([10_000, 80_000, 90_000]);
    a.quota = 20_000;
    expect(top.usage().available).toBe(0);
    verifyAll(top);
    a.dispose();
    expect(top.used).toBe(80_000);
  });

  test("of a child, larger: its parent's callback may change the child before that", () => {
    const scene = (act: (a: MemoryContext) => void) => {
      const top = root({ quota: 200_000, soft: 50_000, onPressure: (of) => act(of.child("a")!) });
      const a = child(top, "a", 40_000);
      return { top, a };
    };
    const used = scene((a) => {
      a.quota = 100_000;
      a.allocate(80_000);
    });
    expect(() => (used.a.quota = 60_000)).toThrow("invalid quota: 60000 is not a whole number from 81920 to");
    expect([used.a.quota, used.top.used]).toEqual([100_000, 100_000]);
    const gone = scene((a) => a.dispose());
    throws(() => (gone.a.quota = 60_000), "ContextDisposedError", 'context disposed: "a" and its blocks are gone');
    expect(gone.top.used).toBe(0);
    verifyAll(used.top, gone.top);
  });

  test("of a parent is kept by children with memory of their own, however large its heap is", () => {
    const top = root({ quota: 65_536, reserve: 65_536 });
    const p = top.allocate(40_000);
    const over = (bytes: number) => `quota exceeded: ${bytes} bytes on top of 40960 exceed the 65536 of "root"`;
    for (const memory of [undefined, "separate"] as const) {
      throws(() => child(top, "a", 24_577, { memory }), "QuotaExceededError", over(24_577));
    }
    const a = child(top, "a", 20_000, { memory: "separate" });
    throws(
      () => (a.quota = 30_000),
      "QuotaExceededError",
      'quota exceeded: 10000 bytes on top of 60960 exceed the 65536 of "root"',
    );
    top.free(p);
    a.quota = 65_536;
    throws(
      () => top.allocate(1),
      "QuotaExceededError",
      'quota exceeded: 16 bytes on top of 65536 exceed the 65536 of "root"',
    );
    verifyAll(top);
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
    for (const call of calls)
      throws(call, "InvalidBlockError", `invalid block: no live block begins at offset ${base}`);
    expect(seen(top)).toEqual(before);
    expect(a.sizeOf(p)).toBe(104);
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
