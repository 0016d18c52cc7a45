/** The end of contexts: what goes with them, what stays, and that every later use says so. */
import { type Allocator, DetachedError, NULL } from "@ariax/allocator";
import { Arena } from "@ariax/arena";
import { SlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { MemoryContext } from "../src/index.ts";
import { caught, child, fillBlock, fillUp, isFilled, root, seen, throws, tree, uses, verifyAll } from "./helpers.ts";

describe("a context that was disposed of", () => {
  const kinds: Record<string, () => { of: MemoryContext; top?: MemoryContext }> = {
    "a root": () => ({ of: root() }),
    "a root in a region": () => ({
      of: new MemoryContext(new SlabAllocator({ capacity: 1 << 20 }), { name: "root", quota: 65536 }),
    }),
    "a child": () => {
      const top = root();
      return { of: child(top, "a"), top };
    },
    "a child with memory of its own": () => {
      const top = root();
      return { of: child(top, "a", 65536, { memory: "separate" }), top };
    },
    "one that zeroes": () => ({ of: root({ zero: true }) }),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    test(`${kind} refuses every use, by its name`, () => {
      const { of, top } = make();
      const p = of.allocate(100);
      const { name, path, parent, capacity } = of;
      const before = top === undefined ? undefined : { ...top.usage(), used: 0, granted: 0, children: 0 };
      of.dispose();
      const message = `context disposed: ${JSON.stringify(name)} and its blocks are gone`;
      const all = { ...uses(of, p), reclaim: () => of.reclaim(), dispose: () => of.dispose() };
      for (const [use, call] of Object.entries(all)) {
        const error = caught(call);
        expect([use, error?.name, error?.message, error?.code]).toEqual([
          use,
          "ContextDisposedError",
          message,
          "ERR_CONTEXT_DISPOSED",
        ]);
      }
      // Who it was, can still be asked.
      expect(of.parent).toBe(parent);
      expect(of).toMatchObject({ name, path, capacity, disposed: true, lent: false });
      expect(of.traits.name).toBe("memory-context");
      of[Symbol.dispose]();
      if (top !== undefined) {
        expect(top.usage()).toMatchObject({ ...before, available: 1 << 20, peak: 65536 });
        verifyAll(top);
      }
    });
  }

  test("is one with all of its descendants, each by its own name", () => {
    const top = root();
    const a = child(top, "a", 1 << 18);
    const all = [a, child(a, "b", 1 << 16), child(a, "c", 1 << 17), child(a.child("c")!, "d", 1 << 16)];
    child(all[2], "e", 1000, { memory: "separate" });
    all.push(all[2].child("e")!);
    const blocks = all.map((one) => one.allocate(100));
    a.dispose();
    for (const [i, one] of all.entries()) {
      const gone = `context disposed: "${one.name}" and its blocks are gone`;
      throws(() => one.free(blocks[i]), "ContextDisposedError", gone);
      throws(() => one.dispose(), "ContextDisposedError", gone);
    }
    expect(top.usage()).toMatchObject({ used: 0, children: 0 });
    verifyAll(top);
  });

  test("leaves what is beside it alone", () => {
    const top = root();
    const [a, b, c] = ["a", "b", "c"].map((name) => child(top, name));
    const own = top.allocate(3000);
    const blocks = [a, b, c].map((one) => one.allocate(5000));
    for (const [i, one] of [a, b, c].entries()) fillBlock(one, blocks[i], i + 1);
    fillBlock(top, own, 9);
    const before = [seen(a), seen(c)];
    b.dispose();
    expect([seen(a), seen(c)]).toEqual(before);
    expect([isFilled(a, blocks[0], 1), isFilled(c, blocks[2], 3), isFilled(top, own, 9)]).toEqual([true, true, true]);
    // What it had is had again.
    const again = child(top, "b");
    fillBlock(again, again.allocate(5000), 8);
    expect([isFilled(a, blocks[0], 1), isFilled(c, blocks[2], 3)]).toEqual([true, true]);
    verifyAll(top);
  });

  test("keeps no memory: what it had goes to the collector, though the context is kept", () => {
    const context = root({ quota: 1 << 20 });
    const { buffer } = context.memory;
    context.view(context.allocate(8), Uint8Array);
    context.load("u8", context.allocate(8), 0);
    context.dispose();
    const reached = new Set<unknown>();
    const reach = (value: unknown): void => {
      if (typeof value !== "object" || value === null || reached.has(value)) return;
      reached.add(value);
      if (ArrayBuffer.isView(value)) reach(value.buffer);
      for (const key of Reflect.ownKeys(value)) {
        if (!ArrayBuffer.isView(value)) reach(Object.getOwnPropertyDescriptor(value, key)?.value);
      }
    };
    reach(context);
    expect(reached.size).toBeGreaterThan(3);
    expect(reached.has(buffer)).toBe(false);
  });
});

describe("offsets of a context that is gone", () => {
  test("are no blocks of its parent's, nor of a neighbour's", () => {
    const top = root();
    const own = top.allocate(100);
    const [a, b] = [child(top, "a"), child(top, "b")];
    const kept = b.allocate(100);
    const blocks = [8, 100, 5000, 20_000].map((size) => a.allocate(size));
    a.dispose();
    for (const p of blocks) {
      for (const other of [top, b]) {
        expect(caught(() => other.free(p))?.message).toMatch(/^(invalid|double) free: /);
        expect(caught(() => other.freeMany(Int32Array.of(other === b ? kept : own, p)))?.message).toMatch(/free: /);
        throws(() => other.sizeOf(p), "InvalidBlockError", `invalid block: no live block begins at offset ${p}`);
        expect(() => other.resize(p, 8)).toThrow("invalid block");
        expect(() => other.reallocate(p, 8)).toThrow("invalid block");
        expect(() => other.view(p, Uint8Array)).toThrow("invalid block");
        expect(() => other.load("u8", p, 0)).toThrow("invalid block");
        expect(() => other.transfer(p, top)).toThrow("invalid block");
        expect(() => other.ref(p)).toThrow("invalid block");
      }
    }
    expect([b.sizeOf(kept), top.sizeOf(own)]).toEqual([104, 104]);
    verifyAll(top);
  });
});

describe("while", () => {
  test("children are walked, they may be disposed of", () => {
    const top = root();
    for (const name of ["a", "b", "c", "d"]) child(top, name, 10_000);
    const met: string[] = [];
    for (const one of top.children) {
      met.push(`${one.name} ${one.disposed}`);
      if (one.name === "a") top.child("c")?.dispose();
      if (!one.disposed) one.dispose();
      if (one.name === "b") child(top, "new", 10_000);
    }
    expect(met).toEqual(["a false", "b false", "c true", "d false"]);
    expect(top.children.map(({ name }) => name)).toEqual(["new"]);
    verifyAll(top);
  });

  test("memory is asked for, a parent may be disposed of, or the name be taken", () => {
    const make = (act: (top: MemoryContext) => void) => {
      const top = root({ quota: 100_000 });
      const released: number[] = [];
      const memory = (bytes: number) => {
        act(top);
        return { buffer: new ArrayBuffer(bytes), [Symbol.dispose]: () => void released.push(bytes) };
      };
      return { top, released, call: () => child(top, "a", 50_000, { memory }) };
    };
    const gone = make((top) => top.dispose());
    throws(gone.call, "ContextDisposedError", 'context disposed: "root" and its blocks are gone');
    const taken = make((top) => void child(top, "a", 1000));
    throws(taken.call, "InvalidArgumentError", 'invalid name: there is a context "a" already');
    const full = make((top) => void top.allocate(70_000));
    throws(full.call, "QuotaExceededError", 'quota exceeded: 50000 bytes on top of 73728 exceed the 100000 of "root"');
    for (const { released } of [gone, taken, full]) expect(released).toHaveLength(1);
    expect(taken.top.usage()).toMatchObject({ used: 1000, granted: 1000, children: 1 });
    verifyAll(taken.top, full.top);
  });
});

describe("what is given back", () => {
  test("is one block of the region, however much lay in it", () => {
    const region = new SlabAllocator({ capacity: 4 << 20 });
    const freed: number[] = [];
    const watched: Allocator = Object.create(region, {
      free: {
        value: (p: number) => {
          freed.push(p);
          region.free(p);
        },
      },
    });
    const top = new MemoryContext(watched, { name: "top", quota: 1 << 20 });
    const a = child(top, "a", 1 << 18);
    fillUp(child(a, "b", 1 << 16), 24);
    fillUp(a, 100);
    fillUp(top, 1000);
    top.dispose();
    expect(freed).toHaveLength(1);
    expect(region.stats()).toMatchObject({ blocks: 0, reserved: 0 });
    region.verify();
  });

  test("is the end of an arena, where that was the last block", () => {
    const arena = new Arena({ capacity: 1 << 20 });
    const a = new MemoryContext(arena, { name: "a", quota: 100_000 });
    const p = a.allocate(5000);
    fillBlock(a, p, 1);
    a.verify();
    a.dispose();
    expect(arena.stats()).toMatchObject({ blocks: 0, reserved: 0 });
  });

  test("is nothing where the region's memory is gone: the context ends all the same", () => {
    const buffer = new ArrayBuffer(1 << 20);
    const region = new SlabAllocator({ buffer });
    const context = new MemoryContext(region, { name: "a", quota: 1000, zero: true });
    const inner = child(context, "b", 100);
    const p = context.allocate(100);
    structuredClone(buffer, { transfer: [buffer] });
    for (const call of [
      () => context.allocate(8),
      () => context.free(p),
      () => context.sizeOf(p),
      () => context.view(p, Uint8Array),
      () => context.load("u8", p, 0),
      () => context.freeMany(Int32Array.of(p)),
      () => context.allocateMany(8, new Int32Array(1)),
      () => context.resize(p, 8),
      () => context.reallocate(p, 800),
      () => context.stats(),
      () => context.verify(),
      () => context.reset(),
      () => context.snapshot(),
    ]) {
      const error = caught(call);
      if (error?.name !== "InvalidArgumentError") expect(error).toBeInstanceOf(DetachedError);
    }
    context.dispose();
    expect([context.disposed, inner.disposed]).toEqual([true, true]);
  });

  test("is refused by a region that does not know it any more: that comes out, but the contexts are gone", () => {
    const region = new SlabAllocator({ capacity: 1 << 20 });
    const context = new MemoryContext(region, { name: "a", quota: 1000 });
    const inner = child(context, "b", 100);
    region.reset();
    expect(caught(() => context.dispose())?.message).toMatch(/^(invalid|double) free: /);
    expect([context.disposed, inner.disposed]).toEqual([true, true]);
    new MemoryContext(region, { name: "a", quota: 1000 }); // its name is free
  });

  test("is what a function gave, by Symbol.dispose or unmap, each once, after all contexts have ended", () => {
    const log: string[] = [];
    const top = root();
    const make = (name: string, parent: MemoryContext, how: "dispose" | "unmap" | "nothing", fails = false) => {
      const quota = parent.quota / 4;
      const end = () => {
        log.push(`${name} ${top.child("a") === undefined} ${context.disposed}`);
        if (fails) throw new Error(`${name} fails`);
      };
      const ends = { dispose: { [Symbol.dispose]: end }, unmap: { unmap: end }, nothing: {} };
      const context: MemoryContext = child(parent, name, quota, {
        memory: (bytes) => ({ buffer: new ArrayBuffer(bytes), ...ends[how] }),
      });
      return context;
    };
    const a = make("a", top, "dispose", true);
    const b = make("b", a, "unmap", true);
    make("c", b, "dispose");
    make("d", b, "nothing");
    const nested = child(b, "e", 1000);
    throws(() => a.dispose(), "Error", "b fails");
    expect(log).toEqual(["c true true", "b true true", "a true true"]);
    expect([a, b, nested].map(({ disposed }) => disposed)).toEqual([true, true, true]);
    expect(top.used).toBe(0);
    verifyAll(top);
  });
});

test("a context that ends and begins again and again loses nothing", () => {
  const top = root({ quota: 1 << 20 });
  const other = child(top, "other", 1000);
  const fresh = [top.usage(), top.stats()];
  for (let round = 0; round < 300; round++) {
    const a = child(top, `vm ${round % 7}`, 300_000 + 1000 * (round % 11));
    for (let i = 0; i < 20; i++) if (a.tryAllocate((i * 377 * round) % 5000) === NULL) break;
    const inner = child(a, "inner", 20_000);
    inner.tryAllocate(100);
    a.dispose();
  }
  expect(other.used).toBe(0);
  const { peak } = top.usage();
  expect([
    { ...top.usage(), peak: 1000 },
    { ...top.stats(), peakReserved: 0 },
  ]).toEqual([fresh[0], { ...fresh[1], peakReserved: 0 }]);
  expect(peak).toBe(311_000);
  expect(tree(top)).toHaveLength(2);
  verifyAll(top);
});
