/** A snapshot that is damaged, forged or of another place is refused before a byte is changed. */
import { CLASS_SIZES } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { checksum } from "../src/checksum.ts";
import type { MemoryContext } from "../src/index.ts";
import { roomFor } from "../src/room.ts";
import { bytesOf, caught, child, isFilled, random, root, seen, small, throws, verifyAll } from "./helpers.ts";

/** With other words in it, and a checksum that is right. */
function forged(snapshot: Uint8Array, change: (words: Int32Array) => void): Uint8Array {
  const copy = snapshot.slice();
  const words = new Int32Array(copy.buffer);
  change(words);
  words.set(checksum(words, 4), 2);
  return copy;
}

describe("a snapshot is refused, and nothing is changed,", () => {
  const refusedBy = (context: MemoryContext, snapshot: unknown, name: string, message: string | RegExp) => {
    const before = seen(context);
    const error = caught(() => context.restore(snapshot as Uint8Array));
    expect(error?.name).toBe(name);
    if (typeof message === "string") expect(error?.message).toBe(message);
    else expect(error?.message).toMatch(message);
    expect(seen(context)).toEqual(before);
  };

  test("if any byte of it is another one", () => {
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
    expect([...kinds].sort()).toEqual(
      [
        "corrupted: no snapshot: no magic number at its start",
        "corrupted: snapshot of n bytes: its checksum is another one",
        "corrupted: snapshot of version n: this package has n",
        "corrupted: snapshot of version -n: this package has n",
      ]
        .filter((kind) => kinds.has(kind))
        .sort(),
    );
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
    for (const none of [
      null,
      undefined,
      7,
      "AXMS",
      {},
      [...snapshot],
      snapshot.buffer,
      new Int8Array(snapshot.buffer),
    ]) {
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
    refusedBy(
      other,
      snapshot,
      "InvalidArgumentError",
      /^invalid snapshot: it is of "a" at (\d+), 65536 bytes, this is "another" at \1, /,
    );
    other.dispose();
    // Each of the three alone is enough.
    const own = (options = {}) => root({ name: "a", quota: 60_000, reserve: 65_536, ...options });
    const elsewhere = make("a");
    for (const [from, to] of [
      [own(), own({ reserve: 131_072 })],
      [own(), own({ name: "b" })],
      [own(), elsewhere],
    ]) {
      refusedBy(
        to,
        from.snapshot(),
        "InvalidArgumentError",
        /^invalid snapshot: it is of "a" at 0, 65536 bytes, this is /,
      );
    }
    elsewhere.dispose();
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
      `quota exceeded: ${20_480 + roomFor(100)} bytes on top of 0 exceed the 20500 of "vm 1"`,
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

  /** The line of the class that has the block of 100 bytes. */
  const LINE = 32 + 8 * CLASS_SIZES.indexOf(roomFor(100));
  /** That block, which is the first of its slab's 39, and live, put on the stack: the next allocation would give it again. */
  const stackLive = (w: Int32Array, c: number): void => {
    const [word, base, size, , bottom] = w.subarray(c + LINE);
    w.set([base + 25 * size, (word << 5) + 25], c + bottom + 2);
    w[c + LINE + 4] += 2;
  };

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
    ["fewer bytes used", (w) => (w[7] = 96), /^corrupted: snapshot with 96 bytes used: its blocks have 104$/],
    ["another base", (w) => (w[4] += 4096), /^corrupted: header word 2 is 0, must be 4096$/],
    ["another base in the control block", (w, c) => (w[c + 2] = 4096), /^corrupted: header word 2 is 4096, must be 0$/],
    ["another limit", (w, c) => (w[c + 3] = 1 << 20), /^corrupted: header word 3 is 1048576, must be 16$/],
    ["more lanes", (w, c) => (w[c + 4] = 2), /^corrupted: header word 4 is 2, must be 1$/],
    ["fewer pages in the heap", (w, c) => (w[c + 16] = 15), /^corrupted: header word 16 is 15, must be 16$/],
    ["stacks elsewhere", (w, c) => w[c + 11]++, /^corrupted: header word 11 is /],
    ["deeper stacks", (w, c) => (w[c + 12] *= 2), /^corrupted: header word 12 is 16, must be 8/],
    ["a word that is reserved", (w, c) => (w[c + 21] = 1), /^corrupted: header word 21 is 1, must be 0$/],
    ["a longer stack", (w, c) => (w[c + LINE + 4] += 2), /^corrupted: the stack of class 11 has block 0, bit 0$/],
    ["another bottom of a stack", (w, c) => (w[c + LINE + 5] -= 2), /^corrupted: header word 125 is /],
    ["a live block on a stack", stackLive, /^corrupted: the stack of class 11 has block \d+, bit \d+$/],
    ["another magic number", (w, c) => w[c]++, /^corrupted: header word 0 is \d+, must be 1480675905$/],
    ["a page table entry", (w, c) => (w[c + 600 + 9] = 7), /^corrupted: /],
    ["a block that is not there", (w, c) => (w[c + 17] = 0), /^corrupted: 0 pages used, \d+ found$/],
  ];
  test.each(forgeries)("if it was forged: %s", (_, change, message) => {
    const { context, snapshot } = small();
    const control = 12 + 2; // after "vm 1"
    refusedBy(
      context,
      forged(snapshot, (words) => change(words, control)),
      "CorruptionError",
      message,
    );
  });

  /** With another number of words at some place. */
  const spliced = (
    snapshot: Uint8Array,
    at: number,
    remove: number,
    insert: number,
    change: (w: Int32Array) => void,
  ) => {
    const words = [...new Int32Array(snapshot.buffer)];
    const other = [...words.slice(0, at), ...new Array<number>(insert).fill(0x00610061), ...words.slice(at + remove)];
    return forged(new Uint8Array(Int32Array.from(other).buffer), change);
  };
  const lengths: [string, (snapshot: Uint8Array) => Uint8Array, RegExp][] = [
    ["a page less", (s) => spliced(s, s.length / 4 - 1024, 1024, 0, (w) => w[10]--), /: 6 are in use$/],
    ["a page more", (s) => spliced(s, s.length / 4, 0, 1024, (w) => w[10]++), /: 6 are in use$/],
    ["no name, of −1 units", (s) => spliced(s, 12, 2, 0, (w) => (w[8] = -1)), /not those of a heap of 16 pages$/],
    ["a name of a million", (s) => spliced(s, 12, 2, 5e5, (w) => (w[8] = 1e6)), /not those of a heap of 16 pages$/],
  ];
  test.each(lengths)("if it was forged, and has another length: %s", (_, forge, message) => {
    const { context } = small();
    context.allocate(20_000);
    refusedBy(context, forge(context.snapshot()), "CorruptionError", message);
  });

  test("but one that was forged to say what is so is taken", () => {
    const { context, snapshot } = small();
    context.restore(forged(snapshot, () => {}));
    context.verify();
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
