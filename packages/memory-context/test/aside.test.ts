/** Bytes set aside, that no verb of the context reaches, and being told when they are gone. */
import { SlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { MemoryContext } from "../src/index.ts";
import { caught, child, root, throws, verifyAll } from "./helpers.ts";

const SECRET = 0x5ec3e7;

/** A context whose bytes aside hold a pattern; and a check that they still do. */
function withAside(options: object = {}) {
  const parent = root({ quota: 4 << 20, shared: true });
  const context = child(parent, "a", 1 << 18, { aside: 10_000, ...options });
  const { byteOffset, byteLength } = context.aside;
  const words = new Int32Array(context.memory.buffer, byteOffset, byteLength / 4);
  words.fill(SECRET);
  return { parent, context, words, isWhole: () => words.every((word) => word === SECRET) };
}

describe("bytes set aside", () => {
  test("are whole pages at the end of the run, and count in the quota", () => {
    const { parent, context } = withAside();
    const { byteOffset, byteLength } = context.aside;
    expect(byteLength).toBe(12_288);
    expect(byteOffset % 4096).toBe(0);
    expect(context.used).toBe(12_288);
    expect(context.usage()).toMatchObject({ aside: 12_288, granted: 0, available: (1 << 18) - 12_288 });
    expect(root().aside.byteLength).toBe(0);
    verifyAll(parent);
  });

  test.each([
    ["its own memory", { parent: null }],
    ["an allocator", { parent: new SlabAllocator({ capacity: 1 << 22 }) }],
    ["an allocator, all that is asked for", { parent: new SlabAllocator({ capacity: 1 << 22 }), reserve: 1 << 20 }],
  ])("are there in %s", (_, { parent, ...more }) => {
    const context = new MemoryContext(parent, { name: "a", quota: 1 << 19, aside: 4096, ...more });
    const blocks: number[] = [];
    for (let p = context.tryAllocate(1000); p !== 0; p = context.tryAllocate(1000)) blocks.push(p);
    expect(blocks.length).toBe(Math.floor(((1 << 19) - 4096) / 1024));
    const { byteOffset } = context.aside;
    for (const p of blocks) expect(p + 1024 <= byteOffset || p >= byteOffset + 4096).toBe(true);
    context.verify();
    context.dispose();
  });

  test("are no block, and stay through all that the context does", () => {
    const { parent, context, isWhole } = withAside();
    const { byteOffset } = context.aside;
    const blocks = Array.from({ length: 200 }, () => context.allocate(1000));
    const inner = child(context, "inner", 4096);
    const before = context.used;
    throws(() => context.free(byteOffset), "InvalidFreeError", `invalid free: no block begins at offset ${byteOffset}`);
    throws(
      () => context.sizeOf(byteOffset),
      "InvalidBlockError",
      `invalid block: no live block begins at offset ${byteOffset}`,
    );
    expect(context.used).toBe(before);
    for (const p of blocks) context.fill(p, 255);
    context.reset();
    expect(context.used).toBe(12_288 + 4096);
    inner.dispose();
    const snapshot = context.snapshot();
    context.fill(context.allocate(50_000), 255);
    context.restore(snapshot);
    expect(context.used).toBe(12_288);
    expect(isWhole()).toBe(true);
    verifyAll(parent);
  });

  test("are nobody's block to a neighbour", () => {
    const { parent, context } = withAside({ aside: 8 * 4096 });
    const other = child(parent, "other");
    for (let page = 0; page < 8; page++) {
      const offset = context.aside.byteOffset + page * 4096;
      throws(() => other.free(offset), "InvalidFreeError", `invalid free: no block begins at offset ${offset}`);
    }
  });

  test("make no run longer than there can be", () => {
    const huge = root({ quota: 2 ** 32 - 65536, aside: 2 ** 31 });
    expect(huge.usage().reserved).toBe(2 ** 32 - 65536);
    huge.verify();
  });

  test("go with the context, and are zeroed where it zeroes", () => {
    const { parent, context, words } = withAside({ zero: true });
    context.dispose();
    expect(words.every((word) => word === 0)).toBe(true);
    expect(parent.used).toBe(0);
  });

  test("go along in a loan, and come back", () => {
    const { parent, context, isWhole } = withAside();
    const { aside } = context;
    const loan = structuredClone({ ...context.lend(), buffer: undefined }) as never;
    const there = MemoryContext.adopt({ ...(loan as object), buffer: parent.memory.buffer } as never);
    expect(there.aside).toEqual(aside);
    expect(there.used).toBe(12_288);
    there.allocate(1000);
    there.verify();
    there.dispose();
    context.reclaim();
    expect(context.used).toBe(12_288 + 1024);
    expect(isWhole()).toBe(true);
    verifyAll(parent);
  });

  test.each([-1, 1.5, Number.NaN, "4096", 2 ** 33])("can't be %s", (aside) => {
    const message = caught(() => root({ aside: aside as number }))?.message;
    expect(message).toMatch(/^invalid aside: .+ is not a whole number from 0 to 4294901760$/);
  });

  test("above the quota are refused, and the name stays free", () => {
    const parent = root();
    throws(
      () => child(parent, "a", 65536, { aside: 65537 }),
      "QuotaExceededError",
      'quota exceeded: 69632 bytes on top of 0 exceed the 65536 of "a"',
    );
    child(parent, "a", 65536, { aside: 65536 });
    expect(parent.used).toBe(65536);
    verifyAll(parent);
  });

  test("a loan with bytes aside that can't be is refused", () => {
    const { context } = withAside();
    const loan = context.lend();
    for (const aside of [-4096, 1.5, 1 << 30, 4097])
      expect(caught(() => MemoryContext.adopt({ ...loan, aside }))).toBeDefined();
    context.reclaim();
  });
});

describe("onLeave", () => {
  test("is called once the context is over, by whatever call, or lent", () => {
    const told: string[] = [];
    const onLeave = ({ name, disposed, lent }: MemoryContext) => told.push(`${name} ${disposed} ${lent}`);
    const parent = root({ quota: 1 << 20, shared: true, onLeave });
    const a = child(parent, "a", 65536, { onLeave });
    child(a, "b", 4096, { onLeave });
    const c = child(parent, "c", 65536, { onLeave });
    c.lend();
    c.reclaim();
    a.dispose();
    expect(told).toEqual(["c false true", "b true false", "a true false"]);
    parent[Symbol.dispose]();
    expect(told.slice(3)).toEqual(["c true false", "root true false"]);
  });

  test("that ends a context while it is lent, or takes it back, makes lend throw", () => {
    const parent = root({ quota: 1 << 20, shared: true });
    const ended = child(parent, "ended", 65536, { onLeave: (c) => c[Symbol.dispose]() });
    throws(() => ended.lend(), "InvalidArgumentError", 'invalid loan: "ended" was taken back by its onLeave');
    const back = child(parent, "back", 65536, { onLeave: (c) => c.lent && c.reclaim() });
    throws(() => back.lend(), "InvalidArgumentError", 'invalid loan: "back" was taken back by its onLeave');
    back.allocate(8);
    verifyAll(parent);
  });

  test("what it throws comes out, and all are over nonetheless", () => {
    const parent = root();
    const fail = () => {
      throw new RangeError("mine");
    };
    const a = child(parent, "a", 65536, { onLeave: fail });
    const b = child(a, "b", 4096);
    expect(() => a.dispose()).toThrow("mine");
    expect([a.disposed, b.disposed, parent.used]).toEqual([true, true, 0]);
    verifyAll(parent);
    throws(() => root({ onLeave: 5 as never }), "InvalidArgumentError", "invalid onLeave: it is no function");
  });
});
