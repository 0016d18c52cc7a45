import { describe, expect, test } from "vitest";
import { type FieldType, type FieldValue, type Handle, MetadataPool, type Schema } from "../src/index.ts";

const invalid = (message: string) => expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message });

/** Both ways to a field: what holds for the one must for the other. */
const WAYS = {
  "by name": <F extends Schema, K extends keyof F & string>(pool: MetadataPool<F>, name: K) => ({
    get: (h: Handle<F>) => pool.get(h, name),
    set: (h: Handle<F>, value: FieldValue<F[K]>) => pool.set(h, name, value),
  }),
  "by accessor": <F extends Schema, K extends keyof F & string>(pool: MetadataPool<F>, name: K) => pool.fields[name],
} as const;

describe.each(Object.entries(WAYS))("values %s", (_, way) => {
  const integers: [FieldType, number, number][] = [
    ["u8", 0, 255],
    ["i8", -128, 127],
    ["u16", 0, 65535],
    ["i16", -32768, 32767],
    ["u32", 0, 4294967295],
    ["i32", -2147483648, 2147483647],
  ];
  test.each(integers)("%s holds whole numbers from %d to %d", (type, least, most) => {
    const pool = new MetadataPool({ capacity: 3, fields: { x: type as "u32" } });
    pool.acquire();
    const h = pool.acquire();
    for (const value of [least, most, 0, 1]) {
      way(pool, "x").set(h, value);
      expect(way(pool, "x").get(h)).toBe(value);
      expect(pool.columns.x[1]).toBe(value);
    }
    for (const value of [least - 1, most + 1, 0.5, Number.NaN, Infinity, null, undefined]) {
      const message = `invalid value of field "x": ${value} is not a whole number from ${least} to ${most}`;
      expect(() => way(pool, "x").set(h, value as number)).toThrow(invalid(message));
      expect(way(pool, "x").get(h)).toBe(1);
    }
    expect([pool.columns.x[0], pool.columns.x[2]]).toEqual([0, 0]);
  });

  test("a number field holds nothing but numbers", () => {
    for (const type of ["u8", "i8", "u16", "i16", "u32", "i32", "f32", "f64"] as const) {
      const pool = new MetadataPool({ capacity: 2, fields: { x: type } });
      const h = pool.acquire();
      const trap = {
        valueOf: () => {
          throw new Error("asked for its value");
        },
      };
      for (const value of [1n, Symbol("1"), "1", true, trap]) {
        expect(() => way(pool, "x").set(h, value as unknown as number)).toThrow(/^invalid value of field "x": /);
      }
      expect(way(pool, "x").get(h)).toBe(0);
    }
  });

  test("floats hold any number, f32 rounded", () => {
    const pool = new MetadataPool({ capacity: 2, fields: { single: "f32", double: "f64" } });
    const h = pool.acquire();
    for (const value of [0.1, -0, Number.NaN, Infinity, 1e300]) {
      way(pool, "single").set(h, value);
      way(pool, "double").set(h, value);
      expect(way(pool, "single").get(h)).toBe(Math.fround(value));
      expect(way(pool, "double").get(h)).toBe(value);
    }
    expect(() => way(pool, "double").set(h, "1" as unknown as number)).toThrow(
      invalid('invalid value of field "double": "1" is not a number'),
    );
  });

  test("64-bit integers are bigints", () => {
    const pool = new MetadataPool({ capacity: 2, fields: { i: "i64", u: "u64" } });
    const h = pool.acquire();
    for (const value of [-(2n ** 63n), 2n ** 63n - 1n, -1n]) {
      way(pool, "i").set(h, value);
      expect(way(pool, "i").get(h)).toBe(value);
    }
    way(pool, "u").set(h, 2n ** 64n - 1n);
    expect(way(pool, "u").get(h)).toBe(2n ** 64n - 1n);
    const message = 'invalid value of field "u": -1n is not a bigint from 0 to 18446744073709551615';
    expect(() => way(pool, "u").set(h, -1n)).toThrow(invalid(message));
    expect(() => way(pool, "i").set(h, 2n ** 63n)).toThrow(
      /^invalid value of field "i": 9223372036854775808n is not a bigint from -9223/,
    );
    expect(() => way(pool, "i").set(h, 5 as unknown as bigint)).toThrow(
      /^invalid value of field "i": 5 is not a bigint/,
    );
    expect(way(pool, "u").get(h)).toBe(2n ** 64n - 1n);
  });

  test("byte strings are padded with zeros, and read in place", () => {
    const pool = new MetadataPool({ capacity: 3, fields: { name: "bytes:4", n: "u8" } });
    pool.acquire();
    const h = pool.acquire();
    way(pool, "name").set(h, Uint8Array.of(1, 2, 3, 4));
    way(pool, "name").set(h, Uint8Array.of(9, 8));
    expect([...way(pool, "name").get(h)]).toEqual([9, 8, 0, 0]);
    way(pool, "name").get(h)[3] = 7;
    expect([...pool.columns.name]).toEqual([0, 0, 0, 0, 9, 8, 0, 7, 0, 0, 0, 0]);
    expect(() => way(pool, "name").set(h, new Uint8Array(5))).toThrow(
      invalid('invalid value of field "name": 5 bytes do not fit 4'),
    );
    expect(() => way(pool, "name").set(h, "ab" as unknown as Uint8Array)).toThrow(
      invalid('invalid value of field "name": "ab" is no Uint8Array'),
    );
    expect([...way(pool, "name").get(h)]).toEqual([9, 8, 0, 7]);
  });
});

describe("schemas", () => {
  test("columns do not overlap, whatever the fields", () => {
    const fields = {
      a: "u8",
      b: "f64",
      c: "bytes:3",
      d: "u16",
      e: "i64",
      f: "i32",
      __proto__x: "u8",
      "0": "i8",
    } as const;
    const pool = new MetadataPool({ capacity: 7, fields });
    const spans = Object.values(pool.columns).map((c) => [c.byteOffset, c.byteOffset + c.byteLength]);
    spans.sort((p, q) => p[0] - q[0]);
    for (let i = 1; i < spans.length; i++) expect(spans[i][0]).toBe(spans[i - 1][1]);
    expect(spans.at(-1)![1]).toBeLessThanOrEqual(pool.byteLength);
    for (const column of Object.values(pool.columns)) {
      column.fill((column instanceof BigInt64Array ? -1n : -1) as never);
    }
    pool.verify();
  });

  test("unknown and impossible fields are refused", () => {
    const make = (fields: unknown) => () => new MetadataPool({ fields: fields as Record<string, FieldType> });
    const types = "u8, i8, u16, i16, u32, i32, f32, f64, i64, u64, bytes:1 to bytes:65536";
    for (const type of [
      "u33",
      "",
      "U8",
      "bytes",
      "bytes:",
      "bytes:0",
      "bytes:-1",
      "bytes:1.5",
      "bytes:65537",
      "toString",
    ]) {
      const message = `invalid field: "x" is of type "${type}", which is not one of ${types}`;
      expect(make({ x: type })).toThrow(invalid(message));
    }
    expect(make({ "": "u8" })).toThrow(invalid("invalid field: its name is empty"));
    for (const type of [undefined, null, 8, ["u8"], Symbol("u8")]) {
      expect(make({ x: type })).toThrow(invalid('invalid field: the type of "x" is no string'));
    }
    for (const fields of [null, 5, "u8", ["u8"]]) {
      expect(make(fields)).toThrow(invalid("invalid fields: they are not an object of names and types"));
    }
  });

  test("an unknown name is refused", () => {
    const pool = new MetadataPool({ capacity: 2, fields: { size: "u32", owner: "f64" } });
    const h = pool.acquire();
    const message = 'unknown field: "sise" is not one of owner, size';
    expect(() => pool.get(h, "sise" as "size")).toThrow(invalid(message));
    expect(() => pool.set(h, "sise" as "size", 1)).toThrow(invalid(message));
    expect(() => pool.get(h, "toString" as "size")).toThrow(/^unknown field: "toString"/);
  });
});
