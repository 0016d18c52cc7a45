/** Blocks that go from context to context. */
import { SlabAllocator } from "@ariax/slab";
import { expect, test } from "vitest";
import { MemoryContext } from "../src/index.ts";
import { child, fillBlock, isFilled, root, seen, throws, verifyAll } from "./helpers.ts";

const SIZES = [0, 1, 16, 100, 5000, 16_384, 16_385, 100_000];

test("a block moves with all its bytes, and its charge", () => {
  const region = new SlabAllocator({ capacity: 8 << 20 });
  const top = new MemoryContext(region, { name: "top", quota: 1 << 20 });
  const a = child(top, "a", 1 << 18);
  const inner = child(a, "inner", 1 << 17);
  const own = child(top, "own", 1 << 18, { memory: "separate", shared: true });
  const other = root();
  const contexts = [top, a, inner, own, other];
  for (const from of contexts) {
    for (const to of contexts) {
      if (from === to) continue;
      for (const [i, size] of SIZES.entries()) {
        const p = from.allocate(size);
        const room = from.sizeOf(p);
        fillBlock(from, p, i + 1);
        const used = [from.used, to.used];
        const q = from.transfer(p, to);
        expect([from.used, to.used]).toEqual([used[0] - room, used[1] + room]);
        expect(to.sizeOf(q)).toBe(room);
        expect(isFilled(to, q, i + 1)).toBe(true);
        expect(() => from.sizeOf(p)).toThrow(/^(invalid|foreign) block: /);
        to.free(q);
      }
    }
  }
  verifyAll(top, other);
});

test("only its first bytes, if so asked", () => {
  const [from, to] = [root(), root()];
  const p = from.allocate(1000);
  fillBlock(from, p, 7);
  fillBlock(to, to.allocate(100), 9);
  to.reset();
  const q = from.transfer(p, to, 100);
  expect(to.sizeOf(q)).toBe(104);
  expect([0, 99, 100].map((i) => to.load("u8", q, i))).toEqual([7, 7, 9]);
  expect(from.used).toBe(0);
  const r = from.allocate(1000);
  for (const bytes of [1025, -1, 0.5, Number.NaN, "8" as never, null as never]) {
    expect(() => from.transfer(r, to, bytes)).toThrow(/^invalid bytes: .+ is not a whole number from 0 to 1024$/);
  }
  expect(to.sizeOf(from.transfer(r, to, 0))).toBe(16);
});

test("to its own context, it stays where it is", () => {
  const context = root({ quota: 1024 });
  const p = context.allocate(1000);
  fillBlock(context, p, 7);
  expect(context.transfer(p, context)).toBe(p);
  expect(context.transfer(p, context, 8)).toBe(p);
  expect([context.sizeOf(p), isFilled(context, p, 7)]).toEqual([1024, true]);
  context.free(p);
  expect(() => context.transfer(p, context)).toThrow("invalid block");
});

test("that can't be, leaves both as they were", () => {
  const from = root();
  const p = from.allocate(1000);
  const large = from.allocate(500_000);
  fillBlock(from, p, 7);
  const small = root({ name: "small", quota: 1000 });
  const full = root({ name: "full", quota: 65536, reserve: 65536 });
  while (full.tryAllocate(1000) !== 0);
  const gone = root({ name: "gone" });
  gone.dispose();
  full.soft = full.used - 1; // crossed already, so nothing is counted
  const before = [seen(from), seen(full)];
  throws(
    () => from.transfer(p, small),
    "QuotaExceededError",
    'quota exceeded: 1024 bytes on top of 0 exceed the 1000 of "small"',
  );
  throws(
    () => from.transfer(large, small),
    "QuotaExceededError",
    'quota exceeded: 503808 bytes on top of 0 exceed the 1000 of "small"',
  );
  const memory = (size: number) =>
    `out of memory: no room for ${size} bytes aligned to 8 in a capacity of 65536 bytes: 0 are free, at most 0 of them in one piece`;
  throws(() => from.transfer(p, full), "OutOfMemoryError", memory(1024));
  // More than it can ever have.
  throws(() => from.transfer(large, full), "OutOfMemoryError", memory(503_808));
  throws(() => from.transfer(p, gone), "ContextDisposedError", 'context disposed: "gone" and its blocks are gone');
  for (const to of [null, undefined, 7, {}, new SlabAllocator({ capacity: 1 << 20 })]) {
    throws(() => from.transfer(p, to as never), "InvalidArgumentError", "invalid context: it is no MemoryContext");
  }
  expect([seen(from), seen(full)]).toEqual(before);
  expect(small.usage()).toMatchObject({ used: 0, peak: 0, refused: 2 });
  expect(isFilled(from, p, 7)).toBe(true);
  verifyAll(from, small, full);
});
