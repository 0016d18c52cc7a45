/** Where the package meets its callers and its host: any value, memory that is gone, other realms, a host that lacks something. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { AllocatorError } from "@ariax/allocator";
import { describe, expect, test, vi } from "vitest";
import { checkPlace } from "../src/implement.ts";
import { type Handle, MetadataPool } from "../src/index.ts";

const fields = { size: "u32", owner: "f64", mark: "i64", name: "bytes:5" } as const;
type Fields = typeof fields;
const code = (code: string, message: unknown = expect.stringMatching(/^[a-z]/)) =>
  expect.objectContaining({ code, message });
const invalid = (message?: unknown) => code("ERR_INVALID_ARGUMENT", message);

function thrower(): never {
  throw new Error("an argument was asked for its value");
}
/** What is of no use anywhere. */
const VALUES = [
  1n,
  Symbol("1"),
  { valueOf: thrower, toString: thrower, [Symbol.toPrimitive]: thrower },
  Object.create(null),
  [1],
  () => 1,
  "1",
  "",
  true,
  null,
  undefined,
  Number.NaN,
  -1,
  1.5,
  2 ** 53,
];

test.each(VALUES)("%o is no handle, no name, no value, no slot", (value) => {
  const pool = new MetadataPool({ capacity: 4, fields });
  const h = pool.acquire();
  const before = pool.buffer.slice();
  const calls: ((value: never) => unknown)[] = [
    (value) => pool.release(value),
    (value) => pool.slot(value),
    (value) => pool.get(value, "size"),
    (value) => pool.set(value, "size", 1),
    (value) => pool.get(h, value),
    (value) => pool.set(h, value, 1 as never),
    (value) => pool.handleAt(value),
    (value) => pool.set(h, "size", value),
    (value) => pool.set(h, "name", value),
    (value) => pool.fields.size.get(value),
    (value) => pool.fields.name.get(value),
    (value) => pool.fields.size.set(value, 1),
    (value) => pool.fields.mark.set(value, 1n),
    (value) => pool.fields.size.set(h, value),
    (value) => pool.fields.name.set(h, value),
  ];
  if (typeof value !== "number")
    calls.push(
      (value) => pool.set(h, "owner", value),
      (value) => pool.fields.owner.set(h, value),
    );
  if (typeof value !== "bigint")
    calls.push(
      (value) => pool.set(h, "mark", value),
      (value) => pool.fields.mark.set(h, value),
    );
  for (const call of calls) {
    expect(() => call(value as never)).toThrow(AllocatorError);
    expect(() => call(value as never)).toThrow(code(expect.stringMatching(/^ERR_(INVALID_ARGUMENT|STALE_HANDLE)$/)));
  }
  expect(pool.isLive(value as never)).toBe(false);
  expect(new Uint8Array(pool.buffer)).toEqual(new Uint8Array(before));
});

describe("options", () => {
  const known = "capacity, fields, shared, buffer, byteOffset, generationBits, firstLife";

  test("misspelt ones are refused", () => {
    const message = (name: string, of = known) => `unknown option: ${JSON.stringify(name)} is not one of ${of}`;
    for (const name of ["capactiy", "Capacity", "field", "size", "offset", "share", "maxCapacity", ""]) {
      const options = { [name]: 1 } as object;
      expect(() => new MetadataPool(options)).toThrow(invalid(message(name)));
      expect(() => MetadataPool.byteLength(options)).toThrow(invalid(message(name)));
      const attach = () => MetadataPool.attach(new MetadataPool().buffer, options);
      expect(attach).toThrow(invalid(message(name, "fields, byteOffset")));
    }
  });

  test("what are none is refused; none are the default ones", () => {
    for (const value of [null, 5, "fields", 1n, Symbol("o"), () => 1]) {
      const message = expect.stringMatching(/^invalid options: .* is no object$/);
      expect(() => new MetadataPool(value as never)).toThrow(invalid(message));
      expect(() => MetadataPool.byteLength(value as never)).toThrow(invalid(message));
      expect(() => MetadataPool.attach(new ArrayBuffer(8), value as never)).toThrow(invalid(message));
    }
    expect(new MetadataPool().capacity).toBe(10_000);
    expect(
      new MetadataPool({ capacity: undefined, fields: undefined, shared: undefined, buffer: undefined }).size,
    ).toBe(0);
  });

  test("contradictory ones are refused, and the buffer is as it was", () => {
    const buffer = new ArrayBuffer(8192);
    new Uint8Array(buffer).fill(7);
    const both = "contradictory options: shared and buffer exclude each other";
    for (const shared of [true, false]) {
      expect(() => new MetadataPool({ capacity: 10, buffer, shared })).toThrow(invalid(both));
    }
    const alone = "contradictory options: byteOffset means nothing without buffer";
    expect(() => new MetadataPool({ capacity: 10, byteOffset: 8 })).toThrow(invalid(alone));
    expect(() => new MetadataPool({ capacity: 10, buffer, firstLife: 2 ** 30 })).toThrow(invalid());
    expect(new Uint8Array(buffer).every((byte) => byte === 7)).toBe(true);
    // how much is needed may be asked before there is a buffer
    expect(MetadataPool.byteLength({ capacity: 10, byteOffset: 8, shared: true })).toBeGreaterThan(0);
  });

  test.each(["capacity", "fields", "shared", "buffer", "byteOffset", "generationBits", "firstLife"])(
    "%s of another type is refused",
    (name) => {
      for (const value of VALUES) {
        if (value === undefined || (name === "shared" && value === true)) continue;
        const place = name === "byteOffset" ? { buffer: new ArrayBuffer(8192) } : {};
        const isEmptySchema = name === "fields" && typeof value === "object" && Object.keys(value ?? [0]).length === 0;
        if (isEmptySchema && !Array.isArray(value)) continue;
        const make = () => new MetadataPool({ capacity: 10, ...place, [name]: value } as never);
        expect(make, String(typeof value)).toThrow(invalid(expect.stringMatching(/^(invalid|unknown|contradictory) /)));
      }
    },
  );

  test("fields are no list and no Map", () => {
    const message = "invalid fields: they are not an object of names and types";
    for (const value of [new Map([["a", "u8"]]), new Set(["u8"]), [], new Uint8Array(0), "u8", () => 1]) {
      expect(() => new MetadataPool({ fields: value as never })).toThrow(invalid(message));
      expect(() => MetadataPool.byteLength({ fields: value as never })).toThrow(invalid(message));
    }
  });

  test("each is read once, and before anything is written", () => {
    const reads: string[] = [];
    const buffer = new ArrayBuffer(8192);
    new Uint8Array(buffer).fill(7);
    const changing = (values: Record<string, unknown[]>) => {
      const options = {};
      for (const [name, list] of Object.entries(values)) {
        const get = () => {
          reads.push(name);
          return list.shift();
        };
        Object.defineProperty(options, name, { enumerable: true, get });
      }
      return options;
    };
    const pool = new MetadataPool(
      changing({
        capacity: [10, 5e6],
        fields: [{ a: "u8" }, null],
        buffer: [buffer, null],
        byteOffset: [8, 3],
        firstLife: [2, -1],
      }),
    );
    expect(reads.sort()).toEqual(["buffer", "byteOffset", "capacity", "fields", "firstLife"]);
    expect([pool.capacity, pool.byteOffset, Object.keys(pool.columns)]).toEqual([10, 8, ["a"]]);
    pool.verify();

    const copy = buffer.slice();
    const broken = {
      buffer,
      byteOffset: 0,
      capacity: 10,
      get firstLife(): number {
        return thrower();
      },
    };
    expect(() => new MetadataPool(broken)).toThrow("an argument was asked for its value");
    const schema = {
      buffer,
      fields: {
        get a(): "u8" {
          return thrower();
        },
      },
    };
    expect(() => new MetadataPool(schema)).toThrow("an argument was asked for its value");
    expect(new Uint8Array(buffer)).toEqual(new Uint8Array(copy));
  });
});

describe("buffers", () => {
  test("what only looks like one is refused", () => {
    const buffer = new ArrayBuffer(8192);
    const imposter = { [Symbol.toStringTag]: "ArrayBuffer", byteLength: 8192 };
    const views = [new Uint8Array(buffer), new DataView(buffer), Buffer.alloc(8192)];
    for (const value of [new Proxy(buffer, {}), imposter, ...views, "buffer", 5n, Symbol("b"), null, {}]) {
      const message = "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer";
      expect(() => new MetadataPool({ capacity: 10, buffer: value as never })).toThrow(invalid(message));
      expect(() => MetadataPool.attach(value as never)).toThrow(invalid(message));
      expect(() => checkPlace(value as never, 0, 8)).toThrow(invalid(message));
    }
    for (const value of [1n, Symbol("n"), "8", null, undefined, {}]) {
      expect(() => checkPlace(buffer, value as never, 8)).toThrow(invalid());
      expect(() => checkPlace(buffer, 0, value as never)).toThrow(invalid());
    }
  });

  test("those of another realm are as good", () => {
    for (const type of ["ArrayBuffer", "SharedArrayBuffer"]) {
      const buffer = runInNewContext(`new ${type}(8192)`) as ArrayBuffer;
      const pool = new MetadataPool({ capacity: 10, fields, buffer });
      const h = pool.acquire();
      expect(MetadataPool.attach(buffer, { fields }).isLive(h)).toBe(true);
    }
  });

  test("bytes of another realm are as good; of another type they are not", () => {
    const pool = new MetadataPool({ capacity: 4, fields });
    const h = pool.acquire();
    const foreign = runInNewContext("Uint8Array.of(97, 98, 99)");
    const shared = new Uint8Array(new SharedArrayBuffer(3)).fill(97);
    for (const value of [foreign, Buffer.from("abc"), Uint8Array.of(97, 98, 99), shared]) {
      pool.set(h, "name", Uint8Array.of(1, 2, 3, 4, 5));
      pool.set(h, "name", value);
      expect([...pool.get(h, "name")]).toEqual([...value, 0, 0]);
    }
    const before = [...pool.get(h, "name")];
    const gone = new Uint8Array(3);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    const imposter = { [Symbol.toStringTag]: "Uint8Array", length: 1, byteLength: 1, 0: 9 };
    const words = runInNewContext("new Uint16Array(1)");
    const clamped = new Uint8ClampedArray(3);
    const proxy = new Proxy(new Uint8Array(3), {});
    for (const value of [
      new Int8Array(3),
      clamped,
      words,
      new DataView(new ArrayBuffer(3)),
      new ArrayBuffer(3),
      imposter,
      proxy,
    ]) {
      expect(() => pool.set(h, "name", value as never)).toThrow(
        invalid('invalid value of field "name": an object is no Uint8Array'),
      );
    }
    expect(() => pool.set(h, "name", gone)).toThrow(
      invalid('invalid value of field "name": its buffer was transferred or shrunk'),
    );
    expect([...pool.get(h, "name")]).toEqual(before);
  });
});

describe("memory that is gone", () => {
  const calls: Record<string, (pool: MetadataPool<Fields>, live: Handle<Fields>, stale: Handle<Fields>) => unknown> = {
    acquire: (pool) => pool.acquire(),
    tryAcquire: (pool) => pool.tryAcquire(),
    release: (pool, live) => pool.release(live),
    "release of a stale one": (pool, _, stale) => pool.release(stale),
    isLive: (pool, live) => pool.isLive(live),
    slot: (pool, live) => pool.slot(live),
    handleAt: (pool) => pool.handleAt(0),
    get: (pool, live) => pool.get(live, "size"),
    "get of bytes": (pool, live) => pool.get(live, "name"),
    set: (pool, live) => pool.set(live, "size", 1),
    "set of bytes": (pool, live) => pool.set(live, "name", Uint8Array.of(1)),
    "fields.size.get": (pool, live) => pool.fields.size.get(live),
    "fields.size.set": (pool, live) => pool.fields.size.set(live, 1),
    "fields.mark.set": (pool, live) => pool.fields.mark.set(live, 1n),
    "fields.name.get": (pool, live) => pool.fields.name.get(live),
    "fields.name.set": (pool, live) => pool.fields.name.set(live, Uint8Array.of(1)),
    nextFree: (pool) => pool.nextFree,
    available: (pool) => pool.available(),
    iteration: (pool) => [...pool],
    size: (pool) => pool.size,
    retired: (pool) => pool.retired,
    stats: (pool) => pool.stats(),
    reset: (pool) => pool.reset(),
    verify: (pool) => pool.verify(),
  };
  const needed = MetadataPool.byteLength({ capacity: 40, fields });
  const detached = code("ERR_DETACHED");
  const truncated = (room: number) =>
    code("ERR_CORRUPTED", `corrupted: truncated: the pool has ${needed} bytes, ${room} are there`);

  test.each([
    ["transferred", (buffer: ArrayBuffer) => void structuredClone(buffer, { transfer: [buffer] }), detached],
    ["shrunk by its last word", (buffer: ArrayBuffer) => buffer.resize(16 + needed - 8), truncated(needed - 8)],
    // the free slots are there, the columns not
    ["shrunk by its columns", (buffer: ArrayBuffer) => buffer.resize(16 + 400), truncated(400)],
    ["shrunk to what lies before", (buffer: ArrayBuffer) => buffer.resize(16), detached],
    ["shrunk to nothing", (buffer: ArrayBuffer) => buffer.resize(0), detached],
  ])("of a buffer that was %s: every call is refused, and changes nothing", (_, spoil, error) => {
    for (const [name, call] of Object.entries(calls)) {
      const buffer = new ArrayBuffer(16 + needed, { maxByteLength: 2 * needed });
      const pool = new MetadataPool({ capacity: 40, fields, buffer, byteOffset: 16 });
      const [stale, live] = [pool.acquire(), pool.acquire()];
      pool.release(stale);
      spoil(buffer);
      const rest = () => (buffer.byteLength === 0 ? [] : [...new Uint8Array(buffer)]);
      const before = rest();
      expect(() => call(pool, live, stale), name).toThrow(error);
      expect(rest(), name).toEqual(before);
    }
  });

  test("no pool is made or attached there", () => {
    const buffer = new MetadataPool({ capacity: 40, fields }).buffer as ArrayBuffer;
    structuredClone(buffer, { transfer: [buffer] });
    expect(() => MetadataPool.attach(buffer, { fields })).toThrow(code("ERR_DETACHED"));
    expect(() => new MetadataPool({ buffer })).toThrow(code("ERR_DETACHED"));
  });
});

describe("writing", () => {
  const MARK = 0x5a;

  /** How many bytes of its own memory a pool writes: all new buffers begin with marks instead of zeros. */
  function written(options: object, Own: ArrayBufferConstructor | SharedArrayBufferConstructor): number {
    class Marked extends (Own as ArrayBufferConstructor) {
      constructor(bytes: number) {
        super(bytes);
        new Uint8Array(this).fill(MARK);
      }
    }
    vi.stubGlobal(Own.name, Marked);
    try {
      const { buffer } = new MetadataPool(options);
      return new Uint8Array(buffer).reduce((sum, byte) => sum + (byte === MARK ? 0 : 1), 0);
    } finally {
      vi.unstubAllGlobals();
    }
  }

  test("memory of its own is written where it must not be zero: the header", () => {
    for (const [options, Own] of [
      [{ fields }, ArrayBuffer],
      [{ fields, shared: true }, SharedArrayBuffer],
      [{ fields, firstLife: 2 }, ArrayBuffer],
    ] as const) {
      const bytes = written(options, Own);
      expect(bytes).toBeGreaterThan(20);
      expect(bytes).toBeLessThanOrEqual(32);
    }
  });

  test("a buffer that is given is cleared", () => {
    const buffer = new ArrayBuffer(MetadataPool.byteLength({ capacity: 100, fields }) + 16);
    new Uint8Array(buffer).fill(MARK);
    const pool = new MetadataPool({ capacity: 100, fields, buffer, byteOffset: 8 });
    const own = new MetadataPool({ capacity: 100, fields });
    expect(new Uint8Array(buffer, 8, pool.byteLength)).toEqual(new Uint8Array(own.buffer));
    pool.verify();
    MetadataPool.attach(own.buffer, { fields });
  });
});

describe("a host that lacks", () => {
  const run = (lack: string, limit = "true") => {
    const script = fileURLToPath(new URL("host.ts", import.meta.url));
    const command = `${limit}; exec "$0" "$1" "$2"`;
    return JSON.parse(execFileSync("bash", ["-c", command, process.execPath, script, lack], { encoding: "utf8" }));
  };
  const all = {
    pool: "nothing",
    "shared pool": "nothing",
    "pool for many": "nothing",
    "stale handle": "StaleHandleError ERR_STALE_HANDLE",
    "pool that is none": "CorruptionError ERR_CORRUPTED",
    "unknown field": "InvalidArgumentError ERR_INVALID_ARGUMENT",
  };

  test("memory", () => {
    const outOfMemory = "HostMemoryError ERR_OUT_OF_MEMORY";
    expect(run("memory", "ulimit -v 3000000")).toEqual({
      ...all,
      pools: outOfMemory,
      "shared pools": outOfMemory,
      "pools for many": outOfMemory,
    });
  });

  test("SharedArrayBuffer", () => {
    const unsupported = "UnsupportedError ERR_UNSUPPORTED";
    expect(run("SharedArrayBuffer")).toEqual({ ...all, "shared pool": unsupported, "pool for many": unsupported });
  });

  test("prototypes that can be changed", () => {
    expect(run("thawed prototypes")).toEqual(all);
  });
});
