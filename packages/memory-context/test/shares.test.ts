/** How many children find room: what README.md says under "What is reserved". */
import { SlabAllocator } from "@ariax/slab";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MemoryContext, reserveFor } from "../src/index.ts";
import { bytesFor } from "../src/reserve.ts";
import { child, fillUp, random, root, verifyAll } from "./helpers.ts";

const PAGE = 4096;
const MIB = 1 << 20;

/** The least that a context of that quota is made with. */
const leastOf = (quota: number): number => bytesFor(quota, 32_768);

/** A root over an allocator. */
function over(capacity: number, quota: number, reserve?: number): MemoryContext {
  return new MemoryContext(new SlabAllocator({ capacity }), { name: "root", quota, reserve });
}

/** A root whose heap has exactly so many pages that are free. */
function rootWith(pages: number, quota: number, isOver: boolean): MemoryContext {
  const reserve = bytesFor(pages * PAGE, 0);
  const made = isOver ? over(reserve + MIB, quota, reserve) : root({ quota, reserve });
  expect(made.stats().free).toBe(pages * PAGE);
  return made;
}

/** Children of these quotas, in this order. */
function childrenOf(parent: MemoryContext, quotas: readonly number[]): MemoryContext[] {
  return quotas.map((quota, i) => child(parent, `${i}`, quota));
}

test("all of a quota goes to children, whatever their sizes and order, where the share of each is the least that it needs", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 300_000 }), fc.boolean(), (of, unit, isOver) => {
      const quotas = of.map((weight) => weight * unit);
      const quota = quotas.reduce((sum, one) => sum + one);
      const pages = Math.max(...quotas.map((one) => Math.ceil((leastOf(one) * quota) / one / PAGE)));
      const parent = rootWith(pages, quota, isOver);
      const all = childrenOf(parent, quotas);
      expect(parent.usage().available).toBe(0);
      for (const [i, one] of all.entries()) expect(one.usage().reserved).toBeGreaterThanOrEqual(leastOf(quotas[i]));
      expect(() => child(parent, "more", 1)).toThrow(expect.objectContaining({ code: "ERR_QUOTA_EXCEEDED" }));
      verifyAll(parent);
    }),
    { numRuns: 30 },
  );
});

test("one page less, and they do not: the least is what README.md says, 1.5 % more than the quota and 64 KiB", () => {
  for (let quota = 1; quota < 2 ** 31; quota = Math.ceil(1.1 * quota)) {
    expect(leastOf(quota)).toBeLessThanOrEqual(Math.ceil(1.015 * quota) + 65_536);
  }
  const parent = rootWith((4 * leastOf(MIB)) / PAGE - 1, 4 * MIB, false);
  expect(() => childrenOf(parent, [MIB, MIB, MIB, MIB])).toThrow(
    expect.objectContaining({ code: "ERR_OUT_OF_MEMORY" }),
  );
});

describe("over an allocator with room, without `reserve`, a root's whole quota goes to so many equal children", () => {
  test.each([
    [1, 8],
    [4, 16],
    [32, 64],
  ])("of %i MiB to %i", (mib, count) => {
    const parent = over(256 * MIB, mib * MIB);
    const all = childrenOf(parent, Array(count).fill((mib * MIB) / count));
    for (const one of all) {
      fillUp(one, 48);
      expect(one.usage().available).toBeLessThan(48);
    }
    expect(parent.usage().available).toBe(0);
  });
});

test("tenants come and go, and there is always room for all that the quota allows", () => {
  const parent = over(64 * MIB, 32 * MIB);
  const all = childrenOf(parent, Array(32).fill(MIB));
  const next = random(1);
  for (let i = 0; i < 200; i++) {
    const gone = new Set(Array.from({ length: 1 + next(8) }, () => next(32)));
    for (const at of gone) all[at].dispose();
    for (const at of gone) all[at] = child(parent, `${at}`, MIB);
  }
  expect(parent.usage().available).toBe(0);
  verifyAll(parent);
});

test("with `reserve` for n children at their best, each has all that it would have alone", () => {
  for (const [count, quota] of [
    [64, 65_536],
    [300, 1000],
    [5, MIB],
  ]) {
    const reserve = Math.ceil(1.02 * count * reserveFor(quota));
    const parent = over(Math.ceil(1.02 * reserve) + 65_536, count * quota, reserve);
    const all = childrenOf(parent, Array(count).fill(quota));
    for (const one of all) expect(one.usage().reserved).toBe(reserveFor(quota));
  }
});

test("an allocator has room for n roots with full slack, if each says so; without `reserve`, 1.6 quotas and 2 MiB are", () => {
  for (const [count, quota] of [
    [1, 4 * MIB],
    [7, MIB],
    [3, 32 * MIB],
  ]) {
    const region = new SlabAllocator({ capacity: Math.ceil(1.02 * count * reserveFor(quota)) });
    const reserve = reserveFor(quota);
    for (let i = 0; i < count; i++) new MemoryContext(region, { name: `${i}`, quota, reserve });
  }
  for (const quota of [MIB, 4 * MIB, 32 * MIB, 256 * MIB]) {
    expect(over(Math.ceil(1.6 * quota) + 2 * MIB, quota).usage().reserved).toBe(reserveFor(quota));
  }
});
