/** Contexts by example, in the order in which one would try them out. The other files have the edges. */
import { QuotaExceededError } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { expect, test } from "vitest";
import { MemoryContext, reserveFor } from "../src/index.ts";
import { child, fillUp, root, throws, verifyAll } from "./helpers.ts";

test("a context is a heap with a name and a quota", () => {
  const context = new MemoryContext(null, { name: "vm", quota: 1000 });
  const p = context.allocate(100);
  expect([context.name, context.path, context.quota]).toEqual(["vm", "vm", 1000]);
  // Charged is what the block has, as with any heap that rounds up.
  expect(context.sizeOf(p)).toBe(104);
  expect(context.used).toBe(104);
  context.view(p, Uint8Array).fill(7);
  expect(context.load("u8", p, 103)).toBe(7);
  throws(
    () => context.allocate(1000),
    "QuotaExceededError",
    'quota exceeded: 1024 bytes on top of 104 exceed the 1000 of "vm"',
  );
  expect(context.tryAllocate(1000)).toBe(0);
  context.free(p);
  expect(context.used).toBe(0);
  context.verify();
});

test("the quota can be used to the last byte", () => {
  for (const size of [16, 24, 64, 112, 1024, 3072, 16384, 40960]) {
    const context = root({ quota: 10 * size });
    expect(fillUp(context, size)).toHaveLength(10);
    expect(context.usage()).toMatchObject({ used: 10 * size, available: 0, refused: 1 });
    context.verify();
  }
});

test("many contexts are cut from one region, whose memory they share", () => {
  const region = new SlabAllocator({ capacity: 8 << 20 });
  const contexts = ["a", "b", "c", "d"].map((name) => new MemoryContext(region, { name, quota: 1 << 18 }));
  const blocks = contexts.map((context) => context.allocate(1000));
  for (const [i, context] of contexts.entries()) {
    expect(context.memory.buffer).toBe(region.memory.buffer);
    context.view(blocks[i], Uint8Array).fill(i);
  }
  for (const [i, context] of contexts.entries()) expect(context.load("u8", blocks[i], 999)).toBe(i);
  expect(region.stats().blocks).toBe(4);
  for (const context of contexts) context.dispose();
  expect(region.stats()).toMatchObject({ blocks: 0, live: 0 });
  region.verify();
});

test("contexts have children, whose quotas count in theirs", () => {
  const top = root({ quota: 1 << 20 });
  const a = child(top, "a", 1 << 18);
  const inner = child(a, "inner", 1 << 16);
  expect(inner.path).toBe("root/a/inner");
  expect(inner.parent).toBe(a);
  expect(top.parent).toBe(undefined);
  expect(top.children).toEqual([a]);
  expect(top.child("a")).toBe(a);
  expect(top.child("b")).toBe(undefined);
  expect(top.usage()).toMatchObject({ used: 1 << 18, granted: 1 << 18, children: 1 });
  expect(a.usage()).toMatchObject({ used: 1 << 16, granted: 1 << 16, children: 1 });
  top.allocate(5000);
  expect(top.used).toBe((1 << 18) + 5120);
  verifyAll(top);
});

test("what a context has left is its children's to have, in any number", () => {
  for (const count of [1, 2, 4, 8]) {
    const top = root({ quota: 1 << 20 });
    const children = Array.from({ length: count }, (_, i) => child(top, `${i}`, (1 << 20) / count));
    expect(top.usage().available).toBe(0);
    throws(
      () => child(top, "more", 1),
      "QuotaExceededError",
      'quota exceeded: 1 bytes on top of 1048576 exceed the 1048576 of "root"',
    );
    for (const one of children) expect(fillUp(one, 64)).toHaveLength((1 << 20) / count / 64);
    verifyAll(top);
  }
});

test("exhausting one context changes nothing in any other", () => {
  const top = root();
  const [a, b] = [child(top, "a"), child(top, "b")];
  const before = [b.usage(), b.stats(), top.usage(), top.stats()];
  fillUp(a, 48);
  expect(() => a.allocate(48)).toThrow(QuotaExceededError);
  expect([b.usage(), b.stats(), top.usage(), top.stats()]).toEqual(before);
  expect(fillUp(b, 64)).toHaveLength(1024);
});

test("dispose ends a context and all below it, with one free", () => {
  const top = root();
  const a = child(top, "a", 1 << 18);
  const inner = child(a, "inner", 1 << 16);
  const p = inner.allocate(100);
  a.dispose();
  expect([top.disposed, a.disposed, inner.disposed]).toEqual([false, true, true]);
  expect(top.usage()).toMatchObject({ used: 0, granted: 0, children: 0 });
  const gone = 'context disposed: "inner" and its blocks are gone';
  throws(() => inner.free(p), "ContextDisposedError", gone);
  throws(() => inner.allocate(8), "ContextDisposedError", gone);
  throws(() => a.dispose(), "ContextDisposedError", 'context disposed: "a" and its blocks are gone');
  // The name is free again, and the memory.
  child(top, "a", 1 << 20);
  verifyAll(top);
});

test("a context ends with its scope", () => {
  const top = root();
  let kept: MemoryContext;
  {
    using scratch = child(top, "scratch");
    kept = scratch;
    scratch.allocate(1000);
  }
  expect(kept.disposed).toBe(true);
  kept[Symbol.dispose](); // nothing more to do
  expect(top.used).toBe(0);
});

test("usage says what a context holds", () => {
  const context = root({ quota: 10_000, soft: 8000 });
  const p = context.allocate(4000);
  context.allocate(1000);
  context.free(p);
  context.tryAllocate(20_000);
  expect(context.usage()).toEqual({
    name: "root",
    quota: 10_000,
    soft: 8000,
    used: 1024,
    granted: 0,
    aside: 0,
    peak: 5120,
    available: 8976,
    reserved: context.usage().reserved,
    children: 0,
    refused: 1,
    pressures: 1,
  });
  expect(context.usage().reserved).toBeGreaterThan(reserveFor(10_000));
  expect(context.stats()).toMatchObject({ live: 1024, blocks: 1 });
});
