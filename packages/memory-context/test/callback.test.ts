/** A callback that is told of pressure may do anything, and the call that it came from goes on with what is true then. */
import { describe, expect, test } from "vitest";
import type { MemoryContext } from "../src/index.ts";
import { child, fillUp, isFilled, root, seen, throws, verifyAll } from "./helpers.ts";

describe("the callback", () => {
  /** A context whose callback does something, and blocks of 1,000 bytes just below its soft limit. */
  function doing(act: (context: MemoryContext, blocks: number[], size: number) => void) {
    const blocks: number[] = [];
    const context = root({
      quota: 10_000,
      soft: 4096,
      onPressure: (of, size) => act(of, blocks, size),
    });
    for (let i = 0; i < 4; i++) blocks.push(context.allocate(1000));
    return { context, blocks };
  }

  test("may free: the call goes on with what there is then", () => {
    const { context, blocks } = doing((of, all) => of.freeMany(Int32Array.from(all)));
    context.quota = 4096;
    expect(context.allocate(4000)).not.toBe(0);
    expect(context.used).toBe(4096);
    expect(() => context.free(blocks[0])).toThrow(/^(double|invalid) free/);
    context.verify();
  });

  test("may raise the quota, and the soft limit", () => {
    const { context } = doing((of, _, size) => {
      of.quota = of.used + size;
      of.soft = of.quota;
    });
    for (const size of [1, 9000, 100_000]) context.allocate(size);
    expect(context.usage()).toMatchObject({ pressures: 3, available: 0 });
    context.verify();
  });

  test("may lower the quota: the call is refused then", () => {
    const { context } = doing((of) => (of.quota = of.used));
    throws(
      () => context.allocate(8),
      "QuotaExceededError",
      'quota exceeded: 16 bytes on top of 4096 exceed the 4096 of "root"',
    );
    context.verify();
  });

  test("may reset the context", () => {
    const { context } = doing((of) => of.reset());
    const p = context.allocate(5000);
    expect(context.used).toBe(context.sizeOf(p));
    expect(context.stats().blocks).toBe(1);
    context.verify();
  });

  test("may dispose of children", () => {
    const context = root({ quota: 100_000, soft: 80_000, onPressure: (of) => of.child("cache")?.dispose() });
    child(context, "cache", 70_000);
    context.allocate(80_000);
    expect(context.usage()).toMatchObject({ used: 81_920, children: 0 });
    verifyAll(context);
  });

  test("may dispose of the context: then it is gone, and the call says so", () => {
    const gone = 'context disposed: "root" and its blocks are gone';
    const calls: ((of: MemoryContext, p: number, large: number) => unknown)[] = [
      (of) => of.allocate(1000),
      (of) => of.tryAllocate(1000),
      (of) => of.allocateMany(8, new Int32Array(100)),
      (of, p) => of.reallocate(p, 3000),
      (of, _, large) => of.resize(large, 9000),
      (of, _, large) => of.reallocate(large, 9000),
      (of) => child(of, "a", 3000),
      (of) => child(of, "a", 3000, { memory: "separate" }),
    ];
    for (const call of calls) {
      const context = root({ quota: 20_000, soft: 6200, onPressure: (of) => of.dispose() });
      const p = context.allocate(1000);
      const large = context.allocate(4096, 65536);
      context.allocate(900);
      throws(() => call(context, p, large), "ContextDisposedError", gone);
      expect(context.disposed).toBe(true);
    }
  });

  test("may end the very block that the call is about", () => {
    const { context, blocks } = doing((of, all) => of.free(all[0]));
    throws(
      () => context.reallocate(blocks[0], 3000),
      "InvalidBlockError",
      `invalid block: no live block begins at offset ${blocks[0]}`,
    );
    expect(context.used).toBe(3072);
    context.verify();
    const other = root({ quota: 20_000, soft: 4096, onPressure: (of) => of.free(large) });
    const large = other.allocate(4096, 65536);
    for (const call of [() => other.resize(large, 8192)]) {
      throws(call, "InvalidBlockError", `invalid block: no live block begins at offset ${large}`);
    }
    expect(other.used).toBe(0);
    other.verify();
  });

  test("may make the very block shorter, or longer", () => {
    let to = 4096;
    const context = root({ quota: 100_000, soft: 8192, onPressure: (of) => of.resize(p, to) });
    const p = context.allocate(8192, 65536);
    expect(context.resize(p, 12_288)).toBe(true);
    expect([context.sizeOf(p), context.used]).toEqual([12_288, 12_288]);
    context.resize(p, 8192);
    to = 40_960;
    const q = context.reallocate(p, 20_480);
    expect([context.sizeOf(q), context.used]).toEqual([20_480, 20_480]);
    context.verify();
  });

  test("may allocate, above soft, and is not called for that", () => {
    let calls = 0;
    const context = root({
      quota: 20_000,
      soft: 1000,
      onPressure: (of) => {
        calls++;
        of.allocate(2000);
        of.free(of.allocate(500));
        expect(of.tryAllocate(18_000)).toBe(0);
        of.verify();
      },
    });
    context.allocate(1000);
    expect([calls, context.used, context.usage().pressures]).toEqual([1, 3072, 1]);
    context.verify();
  });

  test("may take the memory that the call is about", () => {
    const context = root({ quota: 5000, soft: 1000, onPressure: (of) => void fillUp(of, 100) });
    throws(
      () => context.allocate(1000),
      "QuotaExceededError",
      'quota exceeded: 1024 bytes on top of 4992 exceed the 5000 of "root"',
    );
    context.verify();
  });

  test("may make a child of the very name", () => {
    for (const memory of [undefined, "separate"] as const) {
      const context = root({ quota: 10_000, soft: 1000, onPressure: (of) => void child(of, "a", 3000) });
      throws(
        () => child(context, "a", 2000, { memory }),
        "InvalidArgumentError",
        'invalid name: there is a context "a" already',
      );
      expect(context.usage()).toMatchObject({ used: 3000, peak: 3000, children: 1 });
      verifyAll(context);
    }
  });

  test("that throws: its error comes out, nothing has changed, and notice is given again", () => {
    let calls = 0;
    const context = root({
      quota: 20_000,
      soft: 6200,
      onPressure: () => {
        calls++;
        throw new Error("not now");
      },
    });
    const p = context.allocate(1000);
    const large = context.allocate(4096, 65536);
    context.fill(p, 7);
    context.allocate(900);
    const before = seen(context);
    const other = root();
    const q = other.allocate(1000);
    const all = [
      () => context.allocate(1000),
      () => context.tryAllocate(1000),
      () => context.allocateMany(8, new Int32Array(100)),
      () => context.reallocate(p, 3000),
      () => context.resize(large, 9000),
      () => child(context, "a", 3000),
      () => child(context, "a", 3000, { memory: "separate" }),
      () => other.transfer(q, context),
    ];
    for (const call of all) throws(call, "Error", "not now");
    expect(calls).toBe(all.length);
    expect(context.usage().pressures).toBe(calls);
    const [{ usage, ...rest }] = seen(context) as { usage: object }[];
    expect([{ usage: { ...usage, pressures: 0 }, ...rest }]).toEqual(before);
    expect(isFilled(context, p, 7)).toBe(true);
    expect(other.sizeOf(q)).toBe(1024);
    verifyAll(context, other);
  });

  test("during a transfer may end the block, or either context: both are as they were, or gone", () => {
    const scene = (act: (to: MemoryContext) => void) => {
      const from = root();
      const p = from.allocate(1000);
      const to = root({ quota: 5000, soft: 100, onPressure: act });
      return { from, p, to };
    };
    const a = scene(() => a.from.free(a.p));
    throws(
      () => a.from.transfer(a.p, a.to),
      "InvalidBlockError",
      `invalid block: no live block begins at offset ${a.p}`,
    );
    expect([a.from.used, a.to.used, a.to.usage().peak]).toEqual([0, 0, 0]);
    const b = scene(() => b.from.dispose());
    throws(
      () => b.from.transfer(b.p, b.to),
      "ContextDisposedError",
      'context disposed: "root" and its blocks are gone',
    );
    expect(b.to.used).toBe(0);
    const c = scene((to) => to.dispose());
    throws(
      () => c.from.transfer(c.p, c.to),
      "ContextDisposedError",
      'context disposed: "root" and its blocks are gone',
    );
    expect(c.from.sizeOf(c.p)).toBe(1024);
    verifyAll(a.from, a.to, b.to, c.from);
  });

  test("sees the context that it is of, and may be of a child", () => {
    const seenOf: string[] = [];
    const note = (of: MemoryContext) => void seenOf.push(of.path);
    const top = root({ quota: 100_000, soft: 50_000, onPressure: note });
    const a = child(top, "a", 40_000, { soft: 1000, onPressure: note });
    a.allocate(1000);
    child(top, "b", 20_000);
    expect(seenOf).toEqual(["root/a", "root"]);
  });
});
