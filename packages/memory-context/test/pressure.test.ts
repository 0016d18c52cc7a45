/** The soft limit: notice before it is crossed, once; and a callback that may do anything. */
import { describe, expect, test } from "vitest";
import type { ContextOptions } from "../src/index.ts";
import { caught, child, root, seen, verifyAll } from "./helpers.ts";

/** A context that notes what it is told, and what was used then. */
function noting(options: Partial<ContextOptions> = {}) {
  const calls: [used: number, size: number][] = [];
  const context = root({
    quota: 10_000,
    soft: 5000,
    onPressure: (of, size) => void calls.push([of.used, size]),
    ...options,
  });
  return { context, calls };
}

describe("notice", () => {
  test("is given before soft is crossed, once, with the bytes that are to come", () => {
    const { context, calls } = noting();
    for (let i = 0; i < 5; i++) context.allocate(1000);
    expect(calls).toEqual([[4096, 1024]]);
    for (let i = 0; i < 4; i++) context.allocate(1000);
    expect(calls).toHaveLength(1);
    expect(context.usage()).toMatchObject({ used: 9216, pressures: 1 });
    context.verify();
  });

  test("is not given where soft is reached exactly", () => {
    const { context, calls } = noting({ soft: 2048 });
    context.allocate(1000);
    context.allocate(1000);
    expect(calls).toEqual([]);
    context.allocate(1);
    expect(calls).toEqual([[2048, 16]]);
  });

  test("is given again once used fell to soft, or below", () => {
    const { context, calls } = noting({ soft: 2048 });
    const blocks = [1, 2, 3, 4].map(() => context.allocate(1000));
    expect(calls).toHaveLength(1);
    context.free(blocks[3]);
    context.free(context.allocate(1000)); // from above soft to above soft
    expect(calls).toHaveLength(1);
    context.free(blocks[2]);
    expect(context.used).toBe(2048);
    context.allocate(16);
    expect(calls).toEqual([
      [2048, 1024],
      [2048, 16],
    ]);
    context.freeMany(Int32Array.from(blocks.slice(0, 2)));
    context.allocate(4000);
    expect(calls).toHaveLength(3);
    context.reset();
    context.allocate(4000);
    expect(calls).toHaveLength(4);
    context.verify();
  });

  test("is given before tryAllocate, resize, reallocate, a child, a child's larger quota, a transfer to it", () => {
    const { context, calls } = noting({ quota: 200_000, soft: 20_000 });
    const base = context.allocate(4096, 65536);
    const last = (): unknown => calls.at(-1);
    const again = () => context.resize(base, 4096);
    context.tryAllocate(17_000);
    expect(last()).toEqual([4096, 20_480]);
    context.reset();
    const large = context.allocate(4096, 65536);
    expect(context.resize(large, 20_001)).toBe(true);
    expect(last()).toEqual([4096, 16_384]);
    context.resize(large, 4096);
    context.free(context.reallocate(large, 40_000));
    expect(last()).toEqual([4096, 36_864]);
    const small = context.allocate(100);
    const room = context.sizeOf(small);
    context.free(context.reallocate(small, 30_000));
    expect(last()).toEqual([room, 32_768 - room]);
    const a = child(context, "a", 20_001);
    expect(last()).toEqual([0, 20_001]);
    a.quota = 10_000;
    a.quota = 30_000;
    expect(last()).toEqual([10_000, 20_000]);
    a.dispose();
    child(context, "b", 20_001, { memory: "separate" }).dispose();
    expect(last()).toEqual([0, 20_001]);
    const other = root();
    other.transfer(other.allocate(30_000), context);
    expect(last()).toEqual([0, 32_768]);
    expect(calls).toHaveLength(8);
    expect(again).toThrow("invalid block");
    verifyAll(context, other);
  });

  test("is given once for allocateMany, with the bytes of all", () => {
    const { context, calls } = noting({ soft: 100 });
    const out = new Int32Array(20);
    expect(context.allocateMany(1000, out)).toBe(9);
    expect(calls).toEqual([[0, 20 * 1024]]);
    context.allocateMany(10, out.subarray(0, 0));
    expect(calls).toHaveLength(1);
    context.verify();
  });

  test("is not given for what changes nothing, or less", () => {
    const { context, calls } = noting({ soft: 8192 });
    const p = context.allocate(8192, 65536);
    context.resize(p, 8000);
    context.resize(p, 4096);
    context.reallocate(p, 100);
    context.free(p);
    expect(() => context.allocate(-1)).toThrow();
    expect(() => context.resize(p, 9000)).toThrow();
    expect(() => context.reallocate(p, 9000)).toThrow();
    expect(calls).toEqual([]);
  });

  test("is given before the quota refuses, if no soft limit is set", () => {
    const { context, calls } = noting({ quota: 2048, soft: undefined });
    context.allocate(1000);
    context.allocate(1000);
    expect(calls).toEqual([]);
    expect(context.tryAllocate(1)).toBe(0);
    expect(context.tryAllocate(1)).toBe(0);
    expect(calls).toHaveLength(2);
    expect(context.usage()).toMatchObject({ soft: 2048, refused: 2, pressures: 2 });
  });

  test("without a callback is only counted", () => {
    const context = root({ quota: 10_000, soft: 100 });
    context.allocate(1000);
    expect(context.usage().pressures).toBe(1);
  });
});

describe("the soft limit", () => {
  test("can be set, from 0 to the quota", () => {
    const { context, calls } = noting();
    context.soft = 0;
    context.allocate(1);
    expect(calls).toEqual([[0, 16]]);
    context.soft = 10_000;
    context.allocate(1000);
    expect(calls).toHaveLength(1);
    // Below what is used, it has been crossed already.
    context.soft = 500;
    context.allocate(1000);
    expect(calls).toHaveLength(1);
    const before = seen(context);
    for (const bad of [10_001, -1, Number.NaN, 0.5, "1", null, 1n, undefined]) {
      const { message } = caught(() => (context.soft = bad as number))!;
      expect(message).toMatch(/^invalid soft: .+ is not a whole number from 0 to 10000$/);
    }
    expect(seen(context)).toEqual(before);
    context.verify();
  });
});
