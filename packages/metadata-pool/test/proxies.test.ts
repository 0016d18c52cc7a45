/** A call through a proxy does what the call on the pool does, or changes nothing. */
import { reactive } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import { type Handle, MetadataPool } from "../src/index.ts";

const fields = { size: "u32", owner: "f64", mark: "i64", name: "bytes:5", kind: "u8" } as const;
type Fields = typeof fields;
type Pool = MetadataPool<Fields>;

const make = () => new MetadataPool({ capacity: 40, generationBits: 3, fields });

const WRAPS: Record<string, (pool: Pool) => Pool> = {
  "a Proxy": (pool) => new Proxy(pool, {}),
  "Vue's reactive": (pool) => reactive(pool) as Pool,
};

/** Each public member, as a call with a handle, live or not, and a number. */
const CALLS: Record<string, (pool: Pool, h: Handle<Fields>, n: number) => unknown> = {
  capacity: (pool) => pool.capacity,
  buffer: (pool) => pool.buffer.byteLength,
  byteOffset: (pool) => pool.byteOffset,
  byteLength: (pool) => pool.byteLength,
  columns: (pool) => [pool.columns.size[3], pool.columns.name[7], Object.keys(pool.columns)],
  fields: (pool, h, n) => {
    const { size, owner, mark, name, kind } = pool.fields;
    if (n % 6 === 0) size.set(h, n);
    if (n % 6 === 1) owner.set(h, n / 3);
    if (n % 6 === 2) mark.set(h, -BigInt(n));
    if (n % 6 === 3) name.set(h, Uint8Array.of(n, n + 1, n + 2));
    if (n % 6 === 4) kind.set(h, n); // may not fit
    return [size.get(h), owner.get(h), mark.get(h), name.get(h), kind.get(h)];
  },
  size: (pool) => pool.size,
  nextFree: (pool) => pool.nextFree,
  available: (pool) => [...pool.available().words],
  retired: (pool) => pool.retired,
  stats: (pool) => pool.stats(),
  verify: (pool) => pool.verify(),
  acquire: (pool) => pool.acquire(),
  tryAcquire: (pool) => pool.tryAcquire(),
  release: (pool, h) => pool.release(h),
  isLive: (pool, h) => pool.isLive(h),
  slot: (pool, h) => pool.slot(h),
  handleAt: (pool, _, n) => pool.handleAt(n % 40),
  get: (pool, h, n) => pool.get(h, (["size", "owner", "mark", "name"] as const)[n % 4]),
  set: (pool, h, n) => {
    if (n % 5 === 0) pool.set(h, "size", n);
    if (n % 5 === 1) pool.set(h, "owner", n / 3);
    if (n % 5 === 2) pool.set(h, "mark", -BigInt(n));
    if (n % 5 === 3) pool.set(h, "name", Uint8Array.of(n, n + 1, n + 2));
    if (n % 5 === 4) pool.set(h, "kind", n); // may not fit
  },
  reset: (pool) => pool.reset(),
  "Symbol(Symbol.iterator)": (pool) => [...pool],
};

/** What a call returns or throws. */
function outcome(call: () => unknown): unknown {
  try {
    return { returned: call() };
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return { name, code, message };
  }
}

test("every public member is called below", () => {
  const own = Reflect.ownKeys(make()).concat(Reflect.ownKeys(MetadataPool.prototype)).map(String);
  const inner = ["constructor", "layout", "names", "accessors", "words", "table", "slots", "mask", "span", "lastYoung"];
  inner.push("checkAttached", "find", "linkNew", "acquireOld", "exhausted", "slotOther", "releaseOther", "field");
  inner.push(
    "unknown",
    "can't be cloned",
    "toJSON",
    "Symbol(nodejs.util.inspect.custom)",
    "Symbol(Deno.customInspect)",
  );
  expect(own.filter((name) => !(name in CALLS) && !inner.includes(name))).toEqual([]);
});

describe.each(Object.entries(WRAPS))("through %s", (_, wrap) => {
  test("as its twin, until all are worn out", () => {
    const pool = make();
    const proxy = wrap(pool);
    const twin = make();
    const handles = [0 as Handle<Fields>];
    let seed = 1;
    const next = (below: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const names = Object.keys(CALLS).filter((name) => name !== "reset");
    for (let i = 0; i < 6000; i++) {
      const name =
        i % 900 === 899 ? "reset" : i % 3 === 0 ? "acquire" : i % 3 === 1 ? "release" : names[next(names.length)];
      const h = handles[handles.length - 1 - next(Math.min(handles.length, 50))];
      const n = next(2000);
      const got = outcome(() => CALLS[name](proxy, h, n));
      expect(got, name).toEqual(outcome(() => CALLS[name](twin, h, n)));
      if (name === "acquire" && typeof got === "object" && got !== null && "returned" in got) {
        handles.push(got.returned as Handle<Fields>);
      }
      expect(Buffer.compare(Buffer.from(pool.buffer), Buffer.from(twin.buffer)), name).toBe(0);
    }
    expect(pool.retired).toBe(40);
    proxy.verify();
    pool.verify();
  });

  test("all 40 are there after a call that was refused", () => {
    const pool = make();
    const proxy = wrap(pool);
    expect(() => proxy.release(12345 as Handle<Fields>)).toThrow("stale handle: 12345 is not live");
    for (let i = 0; i < 40; i++) expect(proxy.slot(proxy.acquire())).toBe(i);
    expect(pool.size).toBe(40);
    pool.verify();
  });
});

test("a proxy that throws changes nothing", () => {
  for (const name of Object.keys(CALLS)) {
    for (let reads = 0, done = false; !done; reads++) {
      const pool = make();
      const live = [pool.acquire(), pool.acquire(), pool.acquire()];
      pool.release(live[1]);
      const before = Buffer.from(pool.buffer.slice());
      let left = reads;
      const proxy = new Proxy(pool, {
        get(target, key, receiver) {
          if (left-- === 0) throw new Error("not now");
          return Reflect.get(target, key, receiver);
        },
      });
      try {
        CALLS[name](proxy, live[2], 3);
        done = true;
      } catch (error) {
        expect((error as Error).message).toBe("not now");
        expect(Buffer.compare(Buffer.from(pool.buffer), before), `${name}: ${reads} reads, then a throw`).toBe(0);
      }
      if (done) expect(reads, name).toBeGreaterThan(0); // it did throw before
    }
  }
});

test("options and fields may be proxies, frozen, without a prototype", () => {
  const plain = { capacity: 40, generationBits: 3, fields };
  const bare = Object.assign(Object.create(null), plain) as typeof plain;
  for (const options of [reactive(plain), new Proxy(plain, {}), Object.freeze({ ...plain }), bare]) {
    const pool = new MetadataPool<Fields>(options as typeof plain);
    const h = pool.acquire();
    pool.set(h, "size", 7);
    expect(Buffer.from(pool.buffer).length).toBe(MetadataPool.byteLength(options as typeof plain));
    const again = MetadataPool.attach<Fields>(pool.buffer, reactive({ fields, byteOffset: 0 }) as { fields: Fields });
    expect(again.get(h, "size")).toBe(7);
  }
});
