/** Contents as bytes: taken, brought back, compared; and every damaged snapshot refused before a byte is changed. */
import { describe, expect, test } from "vitest";
import { diffSnapshots, type MemoryContext } from "../src/index.ts";
import { bytesOf, caught, child, fillBlock, isFilled, root, small, throws, verifyAll } from "./helpers.ts";

/** Blocks of every kind, each filled with its own byte. */
function furnish(context: MemoryContext): Map<number, number> {
  const blocks = new Map<number, number>();
  for (const [i, size] of [8, 100, 100, 5000, 20_000, 64, 40_000].entries()) {
    const p = context.allocate(size);
    fillBlock(context, p, i + 1);
    blocks.set(p, i + 1);
  }
  return blocks;
}

function holds(context: MemoryContext, blocks: Map<number, number>): boolean {
  return [...blocks].every(([p, byte]) => isFilled(context, p, byte));
}

describe("a snapshot", () => {
  test("brings back what was there: blocks, their bytes, what is used, and what comes next", () => {
    const context = root();
    const blocks = furnish(context);
    const snapshot = context.snapshot();
    const before = [context.used, context.stats(), bytesOf(context)];
    for (const p of blocks.keys()) context.free(p);
    for (let i = 0; i < 200; i++) context.view(context.allocate(3000), Uint8Array).fill(0xff);
    context.restore(snapshot);
    expect(holds(context, blocks)).toBe(true);
    expect(context.used).toBe(before[0]);
    expect({ ...context.stats(), peakReserved: 0 }).toEqual({ ...(before[1] as object), peakReserved: 0 });
    context.verify();
    // Whatever is called from here on has the same results as after the snapshot.
    const again = [3000, 8, 100, 20_000].map((size) => context.allocate(size));
    context.restore(snapshot);
    expect([3000, 8, 100, 20_000].map((size) => context.allocate(size))).toEqual(again);
    context.verify();
  });

  test("has the pages in use, and no free ones", () => {
    const context = root({ quota: 8 << 20 });
    const empty = context.snapshot().length;
    const p = context.allocate(1 << 20);
    expect(context.snapshot().length).toBe(empty + (1 << 20));
    context.allocate(10);
    expect(context.snapshot().length).toBe(empty + (1 << 20) + 4096);
    context.free(p);
    expect(context.snapshot().length).toBe(empty + 4096);
    expect(empty).toBeLessThan(0.02 * context.usage().reserved);
  });

  test("of the same contents is the same bytes", () => {
    const [a, b] = [small(), small()];
    expect(a.snapshot).toEqual(b.snapshot);
    b.context.store("u8", b.p, 3, 8);
    expect(b.context.snapshot()).not.toEqual(b.snapshot);
    b.context.store("u8", b.p, 3, 7);
    expect(b.context.snapshot()).toEqual(b.snapshot);
  });

  test("can be read where it lies: at an odd place, in a Buffer", () => {
    const { context, snapshot, p } = small();
    const odd = new Uint8Array(snapshot.length + 7).subarray(3, 3 + snapshot.length);
    odd.set(snapshot);
    for (const copy of [odd, Buffer.from(snapshot), snapshot.subarray(0)]) {
      context.reset();
      context.restore(copy);
      expect(isFilled(context, p, 7)).toBe(true);
    }
  });

  test("of a child, of one with memory of its own, of a shared one", () => {
    const top = root();
    top.allocate(5000);
    const contexts = [
      child(top, "a", 200_000),
      child(top, "b", 200_000, { memory: "separate", shared: true }),
      child(top, "c", 200_000, { zero: true }),
    ];
    for (const context of contexts) {
      const blocks = furnish(context);
      const snapshot = context.snapshot();
      const used = [context.used, top.used];
      context.reset();
      context.restore(snapshot);
      expect(holds(context, blocks)).toBe(true);
      expect([context.used, top.used]).toEqual(used);
    }
    verifyAll(top);
  });

  test("fits a context that was made anew in the same place, under the same name", () => {
    const top = root();
    const a = child(top, "a", 200_000);
    const blocks = furnish(a);
    const snapshot = a.snapshot();
    a.dispose();
    const b = child(top, "a", 200_000);
    b.restore(snapshot);
    expect(holds(b, blocks)).toBe(true);
    verifyAll(top);
  });

  test("keeps the limits as they are, and the peak", () => {
    const { context, snapshot } = small();
    const { used } = context;
    context.quota = 50_000;
    context.soft = 40_000;
    context.allocate(30_000);
    context.restore(snapshot);
    expect(context.usage()).toMatchObject({ quota: 50_000, soft: 40_000, used, peak: used + 32_768 });
    // Above soft, it is above soft.
    context.soft = 50;
    context.reset();
    context.restore(snapshot);
    context.verify();
    expect(context.usage().pressures).toBe(0);
  });
});

describe("what changed since", () => {
  test("is told block by block", () => {
    const context = root();
    const [a, b, c, d, e, gap, last] = [100, 5000, 20_000, 64, 40_000, 20_000, 20_000].map((size) =>
      context.allocate(size),
    );
    context.fill(last, 1); // whose pages follow those of `e` in the snapshot
    context.free(gap);
    const before = context.snapshot();
    expect(context.diff(before)).toEqual({ allocated: [], freed: [], resized: [], changed: [] });
    expect([context.resize(c, 10_000), context.resize(e, 50_000)]).toEqual([true, true]);
    context.fill(e, 9, 45_000); // bytes that it did not have before
    const f = context.allocate(1000);
    context.free(b);
    context.store("u8", a, 3, 1);
    context.store("u16", a, 50, 0xffff);
    context.fill(c, 9, 0, 5);
    context.free(d);
    expect(context.allocate(64)).toBe(d); // another block in its place is the same one here
    expect(context.diff(before)).toEqual({
      allocated: [{ offset: f, size: 1024 }],
      freed: [{ offset: b, size: 5120 }],
      resized: [
        { offset: c, from: 20_480, to: 12_288 },
        { offset: e, from: 40_960, to: 53_248 },
      ],
      changed: [
        { offset: a, from: 3, to: 52 },
        { offset: c, from: 0, to: 5 },
      ],
    });
    const after = context.snapshot();
    expect(diffSnapshots(after, before)).toEqual({
      allocated: [{ offset: b, size: 5120 }],
      freed: [{ offset: f, size: 1024 }],
      resized: [
        { offset: c, from: 12_288, to: 20_480 },
        { offset: e, from: 53_248, to: 40_960 },
      ],
      changed: [
        { offset: a, from: 3, to: 52 },
        { offset: c, from: 0, to: 5 },
      ],
    });
    context.restore(before);
    expect(context.diff(after).freed).toEqual([{ offset: f, size: 1024 }]);
  });

  test("is only told of whole snapshots of one place", () => {
    const { context, snapshot } = small();
    const other = root({ quota: 60_000, reserve: 131_072 });
    throws(
      () => diffSnapshots(snapshot, other.snapshot()),
      "InvalidArgumentError",
      "invalid snapshots: one is of 65536 bytes at 0, the other of 131072 at 0",
    );
    const inside = child(root(), "vm 1", 60_000, { reserve: 65_536 });
    expect(caught(() => diffSnapshots(snapshot, inside.snapshot()))?.message).toMatch(
      /^invalid snapshots: one is of 65536 bytes at 0, the other of 65536 at \d+$/,
    );
    const damaged = snapshot.slice();
    damaged[3000]++;
    for (const call of [() => diffSnapshots(damaged, snapshot), () => diffSnapshots(snapshot, damaged)]) {
      expect(caught(call)?.name).toBe("CorruptionError");
    }
    expect(caught(() => context.diff(damaged))?.name).toBe("CorruptionError");
    expect(caught(() => context.diff(7 as never))?.message).toBe("invalid snapshot: it is no Uint8Array");
  });
});
