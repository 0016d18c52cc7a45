/** Checked access: inside of a live block of the context, or not at all, and then nothing is written. */
import { describe, expect, test } from "vitest";
import type { Kind, MemoryContext } from "../src/index.ts";
import { bytesOf, caught, child, fillBlock, root, throws } from "./helpers.ts";

const KINDS: readonly (readonly [Kind, bytes: number])[] = [
  ["u8", 1],
  ["i8", 1],
  ["u16", 2],
  ["i16", 2],
  ["u32", 4],
  ["i32", 4],
  ["f32", 4],
  ["f64", 8],
  ["i64", 8],
  ["u64", 8],
];

/** A context whose bytes are all 0xaa, but its control block; with a block of 64 bytes between others. */
function scene(): { context: MemoryContext; p: number; bytes: () => Buffer } {
  const context = root({ quota: 40_000, reserve: 65536 });
  const blocks = Array.from({ length: 64 }, () => context.allocate(64));
  for (const q of blocks) fillBlock(context, q, 0xaa);
  return { context, p: blocks[7], bytes: () => Buffer.from(bytesOf(context)) };
}

describe("load and store", () => {
  const values: Record<Kind, readonly (number | bigint)[]> = {
    u8: [0, 1, 255, -0],
    i8: [-128, -1, 0, 127],
    u16: [0, 256, 65_535],
    i16: [-32_768, 32_767],
    u32: [0, 2 ** 31, 2 ** 32 - 1],
    i32: [-(2 ** 31), -1, 2 ** 31 - 1],
    f32: [0, -0, 0.5, Math.fround(-1e30), Number.POSITIVE_INFINITY, Number.NaN],
    f64: [0, -0, Math.PI, 1e300, Number.NEGATIVE_INFINITY, Number.NaN, 2 ** 53],
    i64: [-(2n ** 63n), -1n, 0n, 2n ** 63n - 1n],
    u64: [0n, 2n ** 64n - 1n],
  };
  test.each(KINDS)("%s: what was stored is loaded, at every index, and nothing beside it changes", (kind, size) => {
    const { context, p, bytes } = scene();
    for (const value of values[kind]) {
      for (let index = 0; index <= 64 - size; index++) {
        const before = bytes();
        context.store(kind, p, index, value as never);
        expect(context.load(kind, p, index)).toEqual(kind === "u8" ? Number(value) + 0 : value);
        const after = bytes();
        expect(before.subarray(0, p + index).equals(after.subarray(0, p + index))).toBe(true);
        expect(before.subarray(p + index + size).equals(after.subarray(p + index + size))).toBe(true);
        context.fill(p, 0xaa);
        if (index % 9 !== 0) continue;
        expect(bytes().equals(scene().bytes())).toBe(true);
      }
    }
  });

  test("are little-endian, as typed arrays are", () => {
    const { context, p } = scene();
    context.store("u32", p, 4, 0x01020304);
    expect([4, 5, 6, 7].map((i) => context.load("u8", p, i))).toEqual([4, 3, 2, 1]);
    context.view(p, Float64Array)[1] = 1.25;
    expect(context.load("f64", p, 8)).toBe(1.25);
    context.store("f32", p, 0, 0.1);
    expect(context.load("f32", p, 0)).toBe(Math.fround(0.1));
  });

  const notIndices = [
    -1,
    -0.5,
    0.5,
    Number.NaN,
    2 ** 32,
    2 ** 53,
    Number.POSITIVE_INFINITY,
    "0",
    null,
    undefined,
    0n,
    {},
    true,
  ];
  test.each(KINDS)("%s: reach no byte outside of the block", (kind, size) => {
    const { context, p, bytes } = scene();
    const before = bytes();
    const value = kind.endsWith("64") && kind !== "f64" ? 1n : 1;
    for (const index of [64 - size + 1, 64, 65, 1000, 1 << 20, 2 ** 32 - 1, ...notIndices]) {
      for (const call of [
        () => context.load(kind, p, index as number),
        () => context.store(kind, p, index as number, value as never),
      ]) {
        const error = caught(call);
        expect([error?.name, error?.message]).toEqual([
          "InvalidArgumentError",
          expect.stringMatching(new RegExp(`^invalid index: .+ is not a whole number from 0 to ${64 - size}$`)),
        ]);
      }
    }
    expect(bytes().equals(before)).toBe(true);
  });

  test("refuse a value that does not fit, and write nothing", () => {
    const { context, p, bytes } = scene();
    const before = bytes();
    const ints = ["u8", "i8", "u16", "i16", "u32", "i32"] as const;
    const all: [Kind, unknown, string][] = [
      ["u8", 256, "256"],
      ["u8", -1, "-1"],
      ["i8", 128, "128"],
      ["i8", -129, "-129"],
      ["u16", 65_536, "65536"],
      ["i16", 32_768, "32768"],
      ["u32", 2 ** 32, "4294967296"],
      ["u32", -1, "-1"],
      ["i32", 2 ** 31, "2147483648"],
      ["i64", 2n ** 63n, "9223372036854775808n"],
      ["u64", -1n, "-1n"],
      ["u64", 2n ** 64n, "18446744073709551616n"],
      ["i64", 1, "1"],
      ["u64", -0, "-0"],
      ["f64", 1n, "1n"],
      ...ints.flatMap((kind): [Kind, unknown, string][] => [
        [kind, 0.5, "0.5"],
        [kind, Number.NaN, "NaN"],
        [kind, Number.POSITIVE_INFINITY, "Infinity"],
        [kind, 1n, "1n"],
      ]),
      ...KINDS.flatMap(([kind]): [Kind, unknown, string][] => [
        [kind, "1", '"1"'],
        [kind, null, "null"],
        [kind, undefined, "undefined"],
        [kind, true, "true"],
        [kind, {}, "an object"],
        [kind, Symbol("1"), "Symbol(1)"],
      ]),
    ];
    for (const [kind, value, shown] of all) {
      throws(
        () => context.store(kind, p, 0, value as never),
        "InvalidArgumentError",
        `invalid value: ${shown} does not fit ${kind}`,
      );
    }
    expect(bytes().equals(before)).toBe(true);
  });

  test("know ten kinds", () => {
    const { context, p } = scene();
    const known = "u8, i8, u16, i16, u32, i32, f32, f64, i64, u64";
    for (const [kind, shown] of [
      ["u9", '"u9"'],
      ["", '""'],
      ["toString", '"toString"'],
      [8, "8"],
      [null, "null"],
      [undefined, "undefined"],
      [Symbol("u8"), "Symbol(u8)"],
    ] as const) {
      const message = `invalid kind: ${shown} is not one of ${known}`;
      throws(() => context.load(kind as Kind, p, 0), "InvalidArgumentError", message);
      throws(() => context.store(kind as Kind, p, 0, 1), "InvalidArgumentError", message);
    }
  });

  test("take no block that is not live", () => {
    const { context, p, bytes } = scene();
    const large = context.allocate(20_000);
    context.free(p);
    const before = bytes();
    const never = [p, p + 8, p + 1, 0, large + 4096, -8, 2 ** 32, Number.NaN, "8", null, 8n, Symbol("8"), {}];
    for (const bad of never) {
      for (const call of [
        () => context.load("u8", bad as number, 0),
        () => context.store("u8", bad as number, 0, 1),
        () => context.fill(bad as number, 1),
        () => context.copy(bad as number, 0, large, 0, 1),
        () => context.copy(large, 0, bad as number, 0, 1),
        () => context.view(bad as number, Uint8Array),
      ]) {
        expect(caught(call)?.name).toBe("InvalidBlockError");
      }
    }
    expect(bytes().equals(before)).toBe(true);
  });

  test("reach the last byte of the last block, and blocks above 2 GiB", () => {
    const context = root({ quota: 0xffff0000, reserve: 0xffff0000 });
    context.allocate(0x90000000);
    const p = context.allocate(0x60000000);
    const last = context.sizeOf(p) - 8;
    context.store("f64", p, last, 0.5);
    expect(context.load("f64", p, last)).toBe(0.5);
    expect(() => context.load("f64", p, last + 1)).toThrow(
      `invalid index: ${last + 1} is not a whole number from 0 to ${last}`,
    );
    context.copy(p, last, p, 0, 8);
    expect(context.view(p, Float64Array, 1)[0]).toBe(0.5);
  });
});

describe("a view", () => {
  test("is the block, or its first elements", () => {
    const { context, p } = scene();
    expect(context.view(p, Uint8Array)).toHaveLength(64);
    expect(context.view(p, Float64Array)).toHaveLength(8);
    expect(context.view(p, Uint16Array, 3)).toEqual(Uint16Array.of(0xaaaa, 0xaaaa, 0xaaaa));
    expect(context.view(p, BigInt64Array, 0)).toHaveLength(0);
    const view = context.view(p, Int32Array);
    expect([view.byteOffset, view.byteLength]).toEqual([p, 64]);
    view[15] = 7;
    expect(context.load("i32", p, 60)).toBe(7);
  });

  test("is never longer", () => {
    const { context, p } = scene();
    for (const length of [65, -1, 0.5, Number.NaN, 2 ** 32, "8", null, 8n]) {
      expect(caught(() => context.view(p, Uint8Array, length as number))?.message).toMatch(
        /^invalid length: (\d+ elements are \d+ bytes, the block has 64|.+ is not a whole number from 0 to 64)$/,
      );
    }
    expect(() => context.view(p, Float64Array, 9)).toThrow("invalid length: 9 elements are 72 bytes, the block has 64");
    for (const [type, shown] of [
      [DataView, "a function"],
      [undefined, "undefined"],
      [null, "null"],
      [{}, "an object"],
      ["Uint8Array", '"Uint8Array"'],
      [Object.assign(() => 1, { BYTES_PER_ELEMENT: 1n }), "a function"],
    ]) {
      throws(
        () => context.view(p, type as unknown as typeof Uint8Array),
        "InvalidArgumentError",
        `invalid type: ${shown} is no constructor of typed arrays`,
      );
    }
  });
});

describe("copy", () => {
  test("copies between blocks, and inside of one, where it may overlap", () => {
    const { context, p } = scene();
    const q = context.allocate(100);
    for (let i = 0; i < 64; i++) context.store("u8", p, i, i);
    context.copy(p, 10, q, 50, 20);
    expect([...context.view(q, Uint8Array).subarray(50, 70)]).toEqual(Array.from({ length: 20 }, (_, i) => 10 + i));
    context.copy(p, 0, p, 4, 60);
    expect([4, 5, 63].map((i) => context.load("u8", p, i))).toEqual([0, 1, 59]);
    context.copy(p, 64, q, context.sizeOf(q), 0);
  });

  test("and fill reach no byte outside of the blocks", () => {
    const { context, p, bytes } = scene();
    const q = context.allocate(100);
    const room = context.sizeOf(q);
    const before = bytes();
    const range = (what: string, most: number) =>
      new RegExp(`^invalid ${what}: .+ is not a whole number from 0 to ${most}$`);
    const calls: [() => unknown, RegExp][] = [
      [() => context.copy(p, 65, q, 0, 0), range("fromIndex", 64)],
      [() => context.copy(p, 0, q, room + 1, 0), range("toIndex", room)],
      [() => context.copy(p, 0, q, 0, 65), range("bytes", 64)],
      [() => context.copy(q, 0, p, 0, 65), range("bytes", 64)],
      [() => context.copy(p, 60, q, 0, 5), range("bytes", 4)],
      [() => context.copy(p, 0, q, room - 2, 3), range("bytes", 2)],
      [() => context.copy(p, -1, q, 0, 1), range("fromIndex", 64)],
      [() => context.copy(p, 0, q, Number.NaN, 1), range("toIndex", room)],
      [() => context.copy(p, 0, q, 0, 0.5), range("bytes", 64)],
      [() => context.copy(p, 0, q, 0, "1" as never), range("bytes", 64)],
      [() => context.fill(p, 1, 0, 65), range("to", 64)],
      [() => context.fill(p, 1, 5, 4), range("from", 4)],
      [() => context.fill(p, 1, -1), range("from", 64)],
      [() => context.fill(p, 256), range("value", 255)],
      [() => context.fill(p, -1), range("value", 255)],
      [() => context.fill(p, 0.5), range("value", 255)],
      [() => context.fill(p, null as never), range("value", 255)],
    ];
    for (const [call, message] of calls) expect(caught(call)?.message).toMatch(message);
    expect(bytes().equals(before)).toBe(true);
  });
});

test("fill fills a block, or a part of it", () => {
  const { context, p } = scene();
  context.fill(p);
  expect(context.view(p, Uint8Array).every((byte) => byte === 0)).toBe(true);
  context.fill(p, 7, 60);
  context.fill(p, 9, 2, 4);
  context.fill(p, 1, 64, 64);
  expect([0, 1, 2, 3, 4, 59, 60, 63].map((i) => context.load("u8", p, i))).toEqual([0, 0, 9, 9, 0, 0, 7, 7]);
});

test("the same in a child, and in one with memory of its own", () => {
  const top = root();
  top.allocate(5000);
  for (const memory of [undefined, "separate"] as const) {
    const context = child(top, `${memory}`, 65536, { memory });
    const [p, q] = [context.allocate(20_000), context.allocate(100)];
    context.store("i64", p, 20_000, -5n);
    context.copy(p, 20_000, q, 1, 8);
    expect(context.load("i64", q, 1)).toBe(-5n);
    expect(context.view(q, Uint8Array)[1]).toBe(251);
    context.fill(q, 3);
    expect(context.load("u16", q, 7)).toBe(0x0303);
  }
});
