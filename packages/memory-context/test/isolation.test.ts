import { describe, expect, test } from "vitest";
import type { MemoryContext } from "../src/index.ts";
import { bytesOf, caught, child, forest, root, seen, throws, verifyAll } from "./helpers.ts";

/** Every verb that takes an offset, with a foreign one. `own` is a block of the context's own. */
function foreignUses(of: MemoryContext, own: number, p: number, to: MemoryContext): Record<string, () => unknown> {
  return {
    free: () => of.free(p),
    freeMany: () => of.freeMany(Int32Array.of(own, p)),
    "freeMany, alone": () => of.freeMany(Int32Array.of(p)),
    sizeOf: () => of.sizeOf(p),
    resize: () => of.resize(p, 8),
    "resize, larger": () => of.resize(p, 100_000),
    reallocate: () => of.reallocate(p, 8),
    "reallocate, larger": () => of.reallocate(p, 100_000),
    view: () => of.view(p, Uint8Array),
    load: () => of.load("u8", p, 0),
    store: () => of.store("u8", p, 0, 1),
    "copy from": () => of.copy(p, 0, own, 0, 8),
    "copy to": () => of.copy(own, 0, p, 0, 8),
    fill: () => of.fill(p, 1),
    ref: () => of.ref(p),
    transfer: () => of.transfer(p, to),
  };
}

describe("an offset of another context", () => {
  test("is refused by every verb of every context, and nothing is touched", () => {
    const { region, all, blocks } = forest();
    const before = all.map(seen);
    const bytes = Buffer.from(bytesOf(region));
    for (const [i, of] of all.entries()) {
      for (const [j, owner] of all.entries()) {
        if (i === j) continue;
        for (const p of blocks[j]) {
          for (const [use, call] of Object.entries(foreignUses(of, blocks[i][0], p, owner))) {
            const error = caught(call);
            expect([use, error?.name, error?.message, error?.code]).toEqual([
              use,
              "ForeignBlockError",
              `foreign block: offset ${p} lies in "${owner.name}", not in "${of.name}"`,
              "ERR_FOREIGN_BLOCK",
            ]);
          }
        }
      }
    }
    expect(all.map(seen)).toEqual(before);
    expect(bytes.equals(bytesOf(region))).toBe(true);
    verifyAll(all[0], all[1]);
  });

  test("is foreign where a block of that context may be, and else no block", () => {
    const { all, blocks } = forest();
    const [top, , a, b] = all;
    const [small, , , large] = blocks[2];
    // Freed already, or inside of a block, or never handed out: another's, as its slab is.
    a.free(small);
    for (const p of [small, small + 8, small + 1, small + 1600, large + 8]) {
      for (const of of [top, b]) {
        throws(() => of.free(p), "ForeignBlockError", `foreign block: offset ${p} lies in "a", not in "${of.name}"`);
      }
    }
    // In the midst of a large block, in free pages and in control blocks no block begins.
    for (const p of [large + 4096, large + 4104, 0, large + 65536, 8 << 20, 0xfffffff8]) {
      expect(caught(() => b.free(p))?.message).toBe(`invalid free: no block begins at offset ${p}`);
      expect(caught(() => b.sizeOf(p))?.message).toBe(`invalid block: no live block begins at offset ${p}`);
    }
    verifyAll(top);
  });

  test("in memory of its own can't be told from one of this context's memory: references can", () => {
    const top = root();
    const a = child(top, "a", 10_000, { memory: "separate" });
    const b = child(top, "b", 10_000, { memory: "separate" });
    const [p, q] = [a.allocate(100), b.allocate(100)];
    expect(p).toBe(q);
    throws(() => b.check(a.ref(p)), "ForeignBlockError", `foreign block: offset ${p} lies in "a", not in "b"`);
    throws(() => top.free(0x7ff000), "InvalidFreeError", `invalid free: no block begins at offset ${0x7ff000}`);
  });

  test("of a block that was the parent's before the child was there is the child's, or no block", () => {
    const top = root({ quota: 1 << 20, reserve: 1 << 21 });
    const before = Array.from({ length: 200 }, () => top.allocate(1000));
    top.freeMany(Int32Array.from(before));
    const children = Array.from({ length: 4 }, (_, i) => child(top, `${i}`, 100_000));
    for (const of of children) for (let i = 0; i < 50; i++) of.allocate(500);
    const held = seen(top);
    for (const p of before) {
      expect(caught(() => top.free(p))?.message).toMatch(/^(double free|invalid free|foreign block): /);
      expect(caught(() => top.sizeOf(p))?.message).toMatch(/^(invalid block|foreign block): /);
    }
    expect(seen(top)).toEqual(held);
    verifyAll(top);
  });
});
