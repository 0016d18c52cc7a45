import { describe, expect, test } from "vitest";
import { bytesOf, child, fillBlock, root, seen, throws, tree, verifyAll } from "./helpers.ts";

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

  test("has no neighbours: an offset that lies in none of its blocks is nobody's", () => {
    const top = root();
    const inside = child(top, "inside", 100_000);
    const a = child(top, "a", 10_000, { memory: "separate" });
    const p = inside.allocate(50_000);
    for (const offset of [p, inside.allocate(100), top.allocate(100)]) {
      throws(() => a.free(offset), "InvalidFreeError", `invalid free: no block begins at offset ${offset}`);
    }
    throws(() => top.free(p), "ForeignBlockError", `foreign block: offset ${p} lies in "inside", not in "root"`);
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

  test("may be a view of a buffer: of its bytes only", () => {
    const bytes = new Uint8Array(1 << 20).fill(0xee);
    const view = bytes.subarray(65_536, 65_536 + 69_632);
    const context = root({ quota: 60_000, reserve: 69_632, memory: () => view });
    for (let p = context.tryAllocate(1000); p !== 0; p = context.tryAllocate(1000)) fillBlock(context, p, 1);
    expect(view.includes(1)).toBe(true);
    expect(bytes.subarray(0, 65_536).every((byte) => byte === 0xee)).toBe(true);
    expect(bytes.subarray(65_536 + 69_632).every((byte) => byte === 0xee)).toBe(true);
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
    ["too little", { buffer: new ArrayBuffer(69_631) }, "it has 69631 bytes, 69632 were asked for"],
    [
      "too little from there on",
      { buffer: new ArrayBuffer(69_632), byteOffset: 4096 },
      "it has 65536 bytes, 69632 were asked for",
    ],
    [
      "a place beyond its end",
      { buffer: new ArrayBuffer(69_632), byteOffset: 1 << 20 },
      "it has 0 bytes, 69632 were asked for",
    ],
    ["a place in a page", { buffer: new ArrayBuffer(1 << 20), byteOffset: 8 }, "its byteOffset is no multiple of 4096"],
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
    throws(() => child(top, "a", 1000, { reserve: 69_632, memory }), "InvalidArgumentError", `invalid memory: ${why}`);
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
