/** Contents as bytes: taken, brought back, compared; and every damaged snapshot refused before a byte is changed. */
import { describe, expect, test } from "vitest";
import { checksum } from "../src/checksum.ts";
import { diffSnapshots, MemoryContext } from "../src/index.ts";
import { bytesOf, caught, child, fillBlock, isFilled, random, root, seen, throws, verifyAll } from "./helpers.ts";

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

/** A context of the least size, and its snapshot, some 6 KB. */
function small(): { context: MemoryContext; snapshot: Uint8Array; p: number } {
  const context = root({ name: "vm 1", quota: 60_000, reserve: 65536 });
  const p = context.allocate(100);
  fillBlock(context, p, 7);
  return { context, snapshot: context.snapshot(), p };
}

/** With other words in it, and a checksum that is right. */
function forged(snapshot: Uint8Array, change: (words: Int32Array) => void): Uint8Array {
  const copy = snapshot.slice();
  const words = new Int32Array(copy.buffer);
  change(words);
  words.set(checksum(words, 4), 2);
  return copy;
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
    context.quota = 50_000;
    context.soft = 40_000;
    context.allocate(30_000);
    context.restore(snapshot);
    expect(context.usage()).toMatchObject({ quota: 50_000, soft: 40_000, used: 112, peak: 32_880 });
    // Above soft, it is above soft.
    context.soft = 50;
    context.reset();
    context.restore(snapshot);
    context.verify();
    expect(context.usage().pressures).toBe(0);
  });
});

describe("a snapshot is refused, and nothing is changed,", () => {
  const refusedBy = (context: MemoryContext, snapshot: unknown, name: string, message: string | RegExp) => {
    const before = seen(context);
    const error = caught(() => context.restore(snapshot as Uint8Array));
    expect(error?.name).toBe(name);
    if (typeof message === "string") expect(error?.message).toBe(message);
    else expect(error?.message).toMatch(message);
    expect(seen(context)).toEqual(before);
  };

  test("if any byte of it is another one", { timeout: 30_000 }, () => {
    const { context, snapshot, p } = small();
    const next = random(1);
    const before = Buffer.from(bytesOf(context));
    const kinds = new Set<string>();
    for (let at = 0; at < snapshot.length; at++) {
      const damaged = snapshot.slice();
      damaged[at] ^= 1 + next(255);
      const error = caught(() => context.restore(damaged));
      if (error?.name !== "CorruptionError") expect.fail(`byte ${at}: ${error?.message}`);
      kinds.add(error!.message.replace(/\d+/g, "n"));
    }
    expect([...kinds].sort()).toEqual([
      "corrupted: no snapshot: no magic number at its start",
      "corrupted: snapshot of n bytes: its checksum is another one",
      "corrupted: snapshot of version n: this package has n",
      "corrupted: snapshot of version -n: this package has n",
    ].filter((kind) => kinds.has(kind)).sort());
    expect(kinds.size).toBeGreaterThanOrEqual(3);
    expect(before.equals(bytesOf(context))).toBe(true);
    expect(isFilled(context, p, 7)).toBe(true);
    context.restore(snapshot);
  });

  test("if any bit of its header is another one", () => {
    const { context, snapshot } = small();
    for (let bit = 0; bit < 8 * 60; bit++) {
      const damaged = snapshot.slice();
      damaged[bit >>> 3] ^= 1 << (bit & 7);
      refusedBy(context, damaged, "CorruptionError", /^corrupted: /);
    }
  });

  test("if it is cut off anywhere, or longer", () => {
    const { context, snapshot } = small();
    for (let length = 0; length < snapshot.length; length++) {
      const error = caught(() => context.restore(snapshot.subarray(0, length)));
      if (error?.name !== "CorruptionError") expect.fail(`${length} bytes: ${error?.message}`);
    }
    for (const more of [1, 3, 4, 4096]) {
      const longer = new Uint8Array(snapshot.length + more);
      longer.set(snapshot);
      refusedBy(context, longer, "CorruptionError", /^corrupted: snapshot of \d+ bytes: /);
    }
    refusedBy(context, new Uint8Array(0), "CorruptionError", "corrupted: snapshot of 0 bytes: it is truncated");
    refusedBy(context, new Uint8Array(100), "CorruptionError", "corrupted: no snapshot: no magic number at its start");
  });

  test("if it is no Uint8Array", () => {
    const { context, snapshot } = small();
    for (const none of [null, undefined, 7, "AXMS", {}, [...snapshot], snapshot.buffer, new Int8Array(snapshot.buffer)]) {
      refusedBy(context, none, "InvalidArgumentError", "invalid snapshot: it is no Uint8Array");
    }
  });

  test("if it is of another place, another size or another name", () => {
    const top = root({ quota: 1 << 20 });
    const make = (name: string, options = {}) => child(top, name, 60_000, { reserve: 65536, ...options });
    const [a, b] = [make("a"), make("b")];
    a.allocate(8);
    const snapshot = a.snapshot();
    refusedBy(
      b,
      snapshot,
      "InvalidArgumentError",
      /^invalid snapshot: it is of "a" at \d+, 65536 bytes, this is "b" at \d+, 65536 bytes$/,
    );
    a.dispose();
    const other = make("another");
    refusedBy(other, snapshot, "InvalidArgumentError", /^invalid snapshot: it is of "a" at (\d+), 65536 bytes, this is "another" at \1, /);
    other.dispose();
    const larger = make("a", { reserve: 131_072 });
    refusedBy(larger, snapshot, "InvalidArgumentError", /65536 bytes, this is "a" at \d+, 131072 bytes$/);
    verifyAll(top);
  });

  test("if it does not fit the quota", () => {
    const { context } = small();
    context.allocate(20_000);
    const snapshot = context.snapshot();
    context.reset();
    context.quota = 20_500;
    refusedBy(
      context,
      snapshot,
      "QuotaExceededError",
      'quota exceeded: 20592 bytes on top of 0 are over the 20500 of "vm 1"',
    );
  });

  test("while there are children", () => {
    const top = root();
    const snapshot = top.snapshot();
    child(top, "a");
    child(top, "b", 1000, { memory: "separate" });
    throws(() => top.snapshot(), "InvalidArgumentError", 'invalid snapshot: "root" has 2 children');
    throws(() => top.diff(snapshot), "InvalidArgumentError", 'invalid snapshot: "root" has 2 children');
    refusedBy(top, snapshot, "InvalidArgumentError", 'invalid restore: "root" has 2 children');
  });

  /** What the checksum does not tell: made so on purpose. Word 4 + i is that of the header from `base` on. */
  const forgeries: [string, (w: Int32Array, control: number) => unknown, RegExp][] = [
    ["no pages", (w) => (w[5] = 0), /they are not those of a heap of 0 pages$/],
    ["negative pages", (w) => (w[5] = -16), /they are not those of a heap of -16 pages$/],
    ["more pages", (w) => (w[5] = 17), /they are not those of a heap of 17 pages$/],
    ["very many pages", (w) => (w[5] = 0x7fffffff), /they are not those of a heap of 2147483647 pages$/],
    ["a longer name", (w) => (w[8] = 6), /they are not those of a heap of 16 pages$/],
    ["a name too long", (w) => (w[8] = 1 << 20), /they are not those of a heap of 16 pages$/],
    ["a negative name", (w) => (w[8] = -1), /they are not those of a heap of 16 pages$/],
    ["a longer control block", (w) => w[9]++, /they are not those of a heap of 16 pages$/],
    ["more pages stored", (w) => w[10]++, /they are not those of a heap of 16 pages$/],
    ["fewer bytes used", (w) => (w[7] = 96), /^corrupted: snapshot with 96 bytes used: its blocks have 112$/],
    ["another base", (w) => (w[4] += 4096), /^corrupted: header word 2 is 0, must be 4096$/],
    ["another base in the control block", (w, c) => (w[c + 2] = 4096), /^corrupted: header word 2 is 4096, must be 0$/],
    ["another limit", (w, c) => (w[c + 3] = 1 << 20), /^corrupted: header word 3 is 1048576, must be 16$/],
    ["more lanes", (w, c) => (w[c + 4] = 2), /^corrupted: header word 4 is 2, must be 1$/],
    ["fewer pages in the heap", (w, c) => (w[c + 16] = 15), /^corrupted: header word 16 is 15, must be 16$/],
    ["another magic number", (w, c) => w[c]++, /^corrupted: header word 0 is \d+, must be 1480675905$/],
    ["a page table entry", (w, c) => (w[c + 344 + 9] = 7), /^corrupted: /],
    ["a block that is not there", (w, c) => (w[c + 17] = 0), /^corrupted: 0 pages used, \d+ found$/],
  ];
  test.each(forgeries)("if it was forged: %s", (_, change, message) => {
    const { context, snapshot } = small();
    const control = 12 + 2; // after "vm 1"
    refusedBy(context, forged(snapshot, (words) => change(words, control)), "CorruptionError", message);
  });

  test("but one that was forged to say what is so is taken", () => {
    const { context, snapshot } = small();
    context.restore(forged(snapshot, () => {}));
    context.verify();
  });
});

describe("what changed since", () => {
  test("is told block by block", () => {
    const context = root();
    const [a, b, c, d, e] = [100, 5000, 20_000, 64, 40_000].map((size) => context.allocate(size));
    const before = context.snapshot();
    expect(context.diff(before)).toEqual({ allocated: [], freed: [], resized: [], changed: [] });
    expect([context.resize(c, 10_000), context.resize(e, 50_000)]).toEqual([true, true]);
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
    const damaged = snapshot.slice();
    damaged[3000]++;
    for (const call of [() => diffSnapshots(damaged, snapshot), () => diffSnapshots(snapshot, damaged)]) {
      expect(caught(call)?.name).toBe("CorruptionError");
    }
    expect(caught(() => context.diff(damaged))?.name).toBe("CorruptionError");
    expect(caught(() => context.diff(7 as never))?.message).toBe("invalid snapshot: it is no Uint8Array");
  });
});

test("the checksum is another one, whichever word changes", () => {
  const words = Int32Array.from({ length: 1000 }, (_, i) => Math.imul(i, 0x9e3779b1));
  const [a, b] = checksum(words, 4);
  for (let i = 4; i < words.length; i++) {
    for (const change of [1, -1, 0x80000000 | 0, 0xff00]) {
      words[i] ^= change;
      const [c, d] = checksum(words, 4);
      expect(c !== a && d !== b).toBe(true);
      words[i] ^= change;
    }
  }
  words[0]++;
  expect(checksum(words, 4)).toEqual([a, b]);
});
