import { describe, expect, test } from "vitest";
import type { BlockRef } from "../src/index.ts";
import { makeRef, offsetIn, REMEMBERED, register } from "../src/ref.ts";
import { caught, child, forest, root, throws } from "./helpers.ts";

describe("a reference", () => {
  test("gives its block's offset to its own context, and to no other", () => {
    const { all, blocks } = forest();
    const alone = root({ name: "alone" });
    const contexts = [...all, alone];
    const offsets = [...blocks, [alone.allocate(8), alone.allocate(50_000)]];
    const refs = offsets.map((list, i) => list.map((p) => contexts[i].ref(p)));
    expect(new Set(refs.flat()).size).toBe(refs.flat().length);
    for (const [i, of] of contexts.entries()) {
      for (const [j, owner] of contexts.entries()) {
        for (const [k, ref] of refs[j].entries()) {
          const p = offsets[j][k];
          expect(Number.isSafeInteger(ref)).toBe(true);
          if (i === j) expect(of.check(ref)).toBe(p);
          else {
            const message = `foreign block: offset ${p} lies in "${owner.name}", not in "${of.name}"`;
            throws(() => of.check(ref), "ForeignBlockError", message);
          }
        }
      }
    }
  });

  test("is void once its block is freed, and of a context that is gone for ever, which it names", () => {
    const top = root();
    const a = child(top, "a");
    const p = a.allocate(100);
    const ref = a.ref(p);
    a.free(p);
    throws(() => a.check(ref), "InvalidBlockError", `invalid block: no live block begins at offset ${p}`);
    // A new block in its place is taken for it.
    expect(a.allocate(100)).toBe(p);
    expect(a.check(ref)).toBe(p);
    a.dispose();
    const again = child(top, "a");
    expect(again.allocate(100)).toBe(p);
    for (const of of [top, again, root()]) {
      throws(() => of.check(ref), "ContextDisposedError", 'context disposed: "a" and its blocks are gone');
    }
    top.dispose();
    throws(() => top.check(ref), "ContextDisposedError", 'context disposed: "root" and its blocks are gone');
  });

  test("of all offsets there are fits in a number", () => {
    // 4 GiB − 64 KiB of addresses; untouched, they cost nothing.
    const context = root({ quota: 0xffff0000, reserve: 0xffff0000 });
    const blocks: number[] = [];
    for (let i = 0; i < 3; i++) blocks.push(context.allocate(0x50000000));
    const last = context.allocate(100);
    const end = [...blocks, last].map((p) => context.check(context.ref(p)));
    expect(end).toEqual([...blocks, last]);
    expect(Math.max(...end)).toBeGreaterThan(2 ** 31);
    context.verify();
  });

  const none: unknown[] = [0, 1, 8, -1, 2 ** 29 - 1, 0.5, 2 ** 53, 2 ** 53 - 1, Number.NaN, Number.POSITIVE_INFINITY];
  test.each([...none, "8", 8n, null, undefined, {}, [], true, Symbol("8")])("%p is none", (ref) => {
    const context = root();
    const error = caught(() => context.check(ref as BlockRef));
    expect([error?.name, error?.message.endsWith(" is no reference: ref(offset) makes one")]).toEqual([
      "InvalidBlockError",
      true,
    ]);
  });

  test("is told from every offset below 512 MiB", () => {
    const context = root();
    const p = context.allocate(8);
    for (const offset of [p, 2 ** 29 - 8]) {
      const message = `invalid block: ${offset} is no reference: ref(offset) makes one`;
      throws(() => context.check(offset as BlockRef), "InvalidBlockError", message);
    }
    expect(context.ref(p)).toBeGreaterThan(2 ** 29);
  });

  test("with an offset where no block is", () => {
    const context = root();
    const ref = context.ref(context.allocate(8));
    for (const off of [1, 100, 2 ** 20, -1]) {
      expect(caught(() => context.check((ref + off) as BlockRef))?.name).toBe("InvalidBlockError");
    }
  });

  test("is given by the first 16,777,215 contexts of a process", () => {
    const context = root();
    const p = context.allocate(8);
    const owner = (context as unknown as { core: { owner: { serial: number } } }).core.owner;
    owner.serial = 2 ** 24;
    throws(
      () => context.ref(p),
      "InvalidArgumentError",
      "invalid ref: this is context 16777216 of the process, the first 16777215 can give references",
    );
    owner.serial = 2 ** 24 - 1;
    expect(Number.isSafeInteger(context.ref(p))).toBe(true);
  });

  test("of 65,536 contexts are remembered by name, of older ones by number", () => {
    const [first, reader] = [register("first"), register("reader")];
    const ref = makeRef(first, 8);
    const message = (name: string) => `foreign block: offset 8 lies in "${name}", not in "reader"`;
    throws(() => offsetIn(reader, ref), "ForeignBlockError", message("first"));
    for (let i = 1; i < REMEMBERED; i++) makeRef(register("x"), 8);
    throws(() => offsetIn(reader, ref), "ForeignBlockError", message("first"));
    makeRef(register("x"), 8);
    throws(() => offsetIn(reader, ref), "ForeignBlockError", message(`context ${first.serial}`));
    expect(offsetIn(first, ref)).toBe(8);
  });
});
