/** An offset or a reference of one context is refused by every other, in O(1), and the error says whose it is. */
import { SlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { type BlockRef, MemoryContext } from "../src/index.ts";
import { makeRef, offsetIn, REMEMBERED, register } from "../src/ref.ts";
import { bytesOf, caught, child, fillBlock, isFilled, root, seen, throws, tree, verifyAll } from "./helpers.ts";

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

/** A tree over one region, and one beside it; a block of every context. */
function forest() {
  const region = new SlabAllocator({ capacity: 8 << 20 });
  const top = new MemoryContext(region, { name: "top", quota: 1 << 20 });
  const beside = new MemoryContext(region, { name: "beside", quota: 1 << 18 });
  const a = child(top, "a", 1 << 18);
  const b = child(top, "b", 1 << 17);
  const inner = child(a, "inner", 1 << 16);
  const all = [top, beside, a, b, inner];
  const blocks = all.map((context) => [8, 100, 5000, 20_000].map((size) => context.allocate(size)));
  for (const [i, context] of all.entries()) for (const p of blocks[i]) fillBlock(context, p, i + 1);
  return { region, all, blocks };
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
    expect([error?.name, error?.message.startsWith("invalid block: no live block begins at offset ")]).toEqual([
      "InvalidBlockError",
      true,
    ]);
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

describe("memory of its own", () => {
  test("ends with the context: whoever has a view of a block reaches no other byte", () => {
    const top = root();
    fillBlock(top, top.allocate(1000), 0x55);
    const secret = Buffer.alloc(64, 0x55);
    expect(Buffer.from(bytesOf(top)).includes(secret)).toBe(true);
    const a = child(top, "a", 10_000, { memory: "separate" });
    const b = child(top, "b", 10_000, { memory: "separate" });
    const buffers = [top, a, b].map(({ memory }) => memory.buffer);
    expect(new Set(buffers).size).toBe(3);
    for (const one of [a, b]) {
      const view = one.view(one.allocate(100), Uint8Array);
      expect(view.buffer).toBe(one.memory.buffer);
      expect(view.buffer.byteLength).toBe(one.usage().reserved);
      expect(Buffer.from(bytesOf(one)).includes(secret)).toBe(false);
    }
    expect(top.used).toBe(1024 + 20_000);
    verifyAll(top);
  });

  test("may be a shared buffer, or a given one from some page on", () => {
    const top = root();
    const a = child(top, "a", 10_000, { memory: "separate", shared: true });
    expect(a.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(a.traits.shared).toBe(true);
    const asked: number[] = [];
    const buffer = new ArrayBuffer(1 << 20);
    const bytes = new Uint8Array(buffer).fill(0xee);
    const b = child(top, "b", 20_000, {
      reserve: 70_000,
      memory: (n) => {
        asked.push(n);
        return { buffer, byteOffset: 8192 };
      },
    });
    expect(asked).toEqual([73_728]);
    const p = b.allocate(9000);
    expect(p).toBeGreaterThan(8192);
    fillBlock(b, p, 1);
    expect(bytes.subarray(0, 8192).every((byte) => byte === 0xee)).toBe(true);
    expect(bytes.subarray(8192 + 73_728).every((byte) => byte === 0xee)).toBe(true);
    verifyAll(top);
  });

  test("of a root is what a function gives, too", () => {
    const context = root({ memory: (bytes) => ({ buffer: new SharedArrayBuffer(bytes) }) });
    expect(context.memory.buffer.byteLength).toBe(context.usage().reserved);
    expect(context.traits.shared).toBe(true);
  });

  const bad: [string, unknown, string][] = [
    ["nothing", undefined, "what the function returned has no buffer"],
    ["null", null, "what the function returned has no buffer"],
    ["a buffer", new ArrayBuffer(1 << 20), "what the function returned has no buffer"],
    ["a number as its buffer", { buffer: 7 }, "what the function returned has no buffer"],
    ["a view as its buffer", { buffer: new Uint8Array(1 << 20) }, "what the function returned has no buffer"],
    ["too little", { buffer: new ArrayBuffer(69_631) }, "it has 69631 bytes, asked for were 69632"],
    [
      "too little from there on",
      { buffer: new ArrayBuffer(69_632), byteOffset: 4096 },
      "it has 65536 bytes, asked for were 69632",
    ],
    [
      "a place beyond its end",
      { buffer: new ArrayBuffer(69_632), byteOffset: 1 << 20 },
      "it has 0 bytes, asked for were 69632",
    ],
    [
      "a place in a page",
      { buffer: new ArrayBuffer(1 << 20), byteOffset: 8 },
      "its byteOffset is no multiple of 4096",
    ],
    [
      "a negative place",
      { buffer: new ArrayBuffer(1 << 20), byteOffset: -4096 },
      "its byteOffset is no multiple of 4096",
    ],
    ["no place", { buffer: new ArrayBuffer(1 << 20), byteOffset: "0" }, "its byteOffset is no multiple of 4096"],
  ];
  test.each(bad)("can't be %s, and then it is released", (_, given, why) => {
    let released = 0;
    const memory = () => {
      if (typeof given !== "object" || given === null || given instanceof ArrayBuffer) return given as never;
      return { ...given, unmap: () => released++ } as never;
    };
    const top = root();
    const before = seen(top);
    throws(
      () => child(top, "a", 1000, { reserve: 69_632, memory }),
      "InvalidArgumentError",
      `invalid memory: ${why}`,
    );
    expect(released).toBe(typeof given === "object" && given !== null && !(given instanceof ArrayBuffer) ? 1 : 0);
    expect(seen(top)).toEqual(before);
  });

  test("whose function throws has cost nothing", () => {
    const top = root();
    const memory = () => {
      throw new Error("none left");
    };
    throws(() => child(top, "a", 1000, { memory }), "Error", "none left");
    expect(top.used).toBe(0);
    expect(tree(top)).toEqual([top]);
    top.verify();
  });
});

describe("a hostile neighbour", () => {
  /** What a well-behaved context can do until it is full, counted: the same calls, the same numbers. */
  function work(context: MemoryContext): unknown[] {
    const log: unknown[] = [];
    const live: number[] = [];
    for (let i = 0; ; i++) {
      const size = (i * 7919) % 3000;
      const p = context.tryAllocate(size);
      if (p === 0) break;
      live.push(p);
      if (i % 3 === 2) context.free(live.splice((i * 31) % live.length, 1)[0]);
      if (i % 5 === 4) {
        const at = (i * 17) % live.length;
        live[at] = context.reallocate(live[at], (size * 3) % 2000);
      }
    }
    log.push(live.length, context.usage(), context.stats());
    context.freeMany(Int32Array.from(live));
    const out = new Int32Array(10_000);
    log.push(context.allocateMany(100, out), context.usage());
    context.reset();
    context.verify();
    return log;
  }

  const attacks: Record<string, (a: MemoryContext, b: MemoryContext) => void> = {
    "allocates until it is refused": (a) => {
      for (const size of [16, 100, 5000, 100_000]) while (a.tryAllocate(size) !== 0);
    },
    "fragments all it has": (a) => {
      const row: number[] = [];
      for (let p = a.tryAllocate(64); p !== 0; p = a.tryAllocate(64)) row.push(p);
      for (const [i, p] of row.entries()) if (i % 2 === 0) a.free(p);
      while (a.tryAllocate(128) !== 0);
    },
    "frees in bad patterns, twice, and what is not its": (a, b) => {
      const theirs = b.allocate(100);
      const mine = Array.from({ length: 500 }, (_, i) => a.allocate(i));
      for (const p of [...mine, ...mine, theirs, theirs + 8, 0, 4096, ...mine]) {
        try {
          a.free(p);
        } catch {}
      }
      b.free(theirs);
    },
    "makes and ends children": (a) => {
      for (let i = 0; i < 50; i++) {
        const inner = child(a, "x", 50_000);
        while (inner.tryAllocate(1000) !== 0);
        if (i % 2 === 0) inner.dispose();
        else a.child("x")!.dispose();
      }
      if (a.child("stays") === undefined) child(a, "stays", 100_000);
    },
    "asks for what it can't have": (a) => {
      for (const size of [a.capacity, a.quota + 1, -1, Number.NaN]) {
        for (const call of [() => a.allocate(size), () => child(a, "y", size)]) expect(call).toThrow();
      }
      expect(() => (a.quota = a.usage().reserved)).toThrow("quota exceeded");
    },
    "ends": (a) => a.dispose(),
  };
  for (const [what, attack] of Object.entries(attacks)) {
    test(`that ${what} changes nothing of what its neighbour can do`, () => {
      const scene = () => {
        const top = root({ quota: 1 << 20 });
        return [child(top, "a", 1 << 19), child(top, "b", 1 << 18), top];
      };
      const [, alone] = scene();
      const [a, b, top] = scene();
      const expected = work(alone);
      attack(a, b);
      const counters = { peak: 0, refused: 0, pressures: 0 };
      const plain = (log: unknown[]) => log.map((entry) => (typeof entry === "object" ? { ...entry, ...counters } : entry));
      expect(plain(work(b))).toEqual(plain(expected));
      // … again and again, taking turns.
      if (!a.disposed) attack(a, b);
      expect(plain(work(b))).toEqual(plain(expected));
      verifyAll(top);
    });
  }
});

test("what a context is full of, is not seen by its neighbours' checks", () => {
  const { all, blocks } = forest();
  for (const [i, context] of all.entries()) {
    for (const p of blocks[i]) expect(isFilled(context, p, i + 1)).toBe(true);
  }
});
