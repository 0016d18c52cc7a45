/** Memory that is gone, or became too short: every call says so, and has changed nothing. */
import { SlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { MemoryContext } from "../src/index.ts";
import { caught, child, fillBlock, isFilled, root, uses, verifyAll } from "./helpers.ts";

/** What needs no memory: it is the context's own. Or the memory, which is there, of another one. */
const CALM = new Set([
  ...["memory", "usage", "used", "quota", "soft", "soft = 0", "children", "child", "quota = 1"],
  ...["check", "new child with memory of its own"],
]);

/** Arguments may be looked at first. */
const REFUSED = /^ERR_(DETACHED|CORRUPTED|INVALID_ARGUMENT|INVALID_SIZE)$/;

/** A context whose heap lies in a buffer; `p` is a block at its beginning. */
const scenes: Record<string, () => { of: MemoryContext; buffer: ArrayBuffer; all: MemoryContext[] }> = {
  "memory of its own": () => {
    const buffer = new ArrayBuffer(1 << 18, { maxByteLength: 1 << 18 });
    const of = new MemoryContext(null, { name: "a", quota: 1 << 16, reserve: 1 << 18, memory: () => ({ buffer }) });
    return { of, buffer, all: [of] };
  },
  "a region": () => {
    const region = new SlabAllocator({ capacity: 1 << 18, maxCapacity: 1 << 20 });
    const buffer = region.memory.buffer as ArrayBuffer;
    const of = new MemoryContext(region, { name: "a", quota: 1 << 16, reserve: 240 << 10, aside: 4096 });
    return { of, buffer, all: [of] };
  },
  "a context": () => {
    const buffer = new ArrayBuffer(1 << 20, { maxByteLength: 1 << 20 });
    const top = new MemoryContext(null, { name: "top", quota: 1 << 17, reserve: 1 << 20, memory: () => ({ buffer }) });
    const of = child(top, "a", 1 << 16, { reserve: 940 << 10 });
    return { of, buffer, all: [top, of] };
  },
};

describe.each(Object.entries(scenes))("in %s", (_, make) => {
  test.each([
    ["too short by 8 bytes", (buffer: ArrayBuffer, end: number) => buffer.resize(end - 8)],
    ["too short by nearly all", (buffer: ArrayBuffer) => buffer.resize(4096)],
    ["of no byte", (buffer: ArrayBuffer) => buffer.resize(0)],
  ])("memory %s is refused, and used again once it is back", (__, cut) => {
    const { of, buffer, all } = make();
    const p = of.allocate(100);
    const large = of.allocate(20_000);
    fillBlock(of, p, 7);
    const length = buffer.byteLength;
    const end = new Uint8Array(buffer).slice();
    const now = () => all.map((context) => ({ ...context.usage(), refused: 0 }));
    const before = now();
    cut(buffer, of.aside.byteOffset);
    const calls = {
      ...uses(of, p),
      "reallocate, large": () => of.reallocate(large, 30_000),
      "resize, large": () => of.resize(large, 16_384),
      "free, large": () => of.free(large),
    };
    for (const [use, call] of Object.entries(calls)) {
      if (CALM.has(use)) continue;
      expect([use, caught(call)?.code]).toEqual([use, expect.stringMatching(REFUSED)]);
      expect(now()).toEqual(before);
    }
    buffer.resize(length);
    new Uint8Array(buffer).set(end);
    expect(isFilled(of, p, 7)).toBe(true);
    of.free(of.allocate(8));
    of.free(large);
    verifyAll(...all);
  });

  test("memory that was transferred away is refused, and the end of the context is none the less its end", () => {
    const { of, buffer, all } = make();
    const p = of.allocate(100);
    structuredClone(buffer, { transfer: [buffer] });
    for (const [use, call] of Object.entries(uses(of, p))) {
      if (CALM.has(use)) continue;
      expect([use, caught(call)?.code]).toEqual([use, expect.stringMatching(REFUSED)]);
    }
    all[0].dispose();
    expect(all.every(({ disposed }) => disposed)).toBe(true);
  });
});

test("what is left of a memory that became too short is wiped", () => {
  const buffer = new ArrayBuffer(1 << 18, { maxByteLength: 1 << 18 });
  const of = root({ zero: true, reserve: 1 << 18, quota: 1 << 16, memory: () => ({ buffer }) });
  fillBlock(of, of.allocate(100), 7);
  buffer.resize(1 << 17);
  of.dispose();
  expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
});

test("a region that became too short for a new context is refused, and gets its block back", () => {
  const slab = new SlabAllocator({ capacity: 1 << 18, maxCapacity: 1 << 20 });
  const buffer = slab.memory.buffer as ArrayBuffer;
  // A region that does not look, as long as its own words are there.
  const freed: number[] = [];
  const region = Object.assign(Object.create(slab), {
    tryAllocate: () => 65_536,
    free: (offset: number) => void freed.push(offset),
  });
  buffer.resize(70_000);
  expect(() => new MemoryContext(region, { name: "a", quota: 1000, reserve: 65_536 })).toThrow(
    "corrupted: truncated: the context ends at byte 131072, its buffer at 70000",
  );
  expect(freed).toEqual([65_536]);
});
