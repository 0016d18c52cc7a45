/** The shared pool in one thread: several attachments, each of a ticket of its own. */
import { EventEmitter } from "node:events";
import { runInNewContext } from "node:vm";
import type { WatchedWorker } from "@ariax/allocator";
import { reactive } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import { type Handle, MetadataPool, SharedMetadataPool } from "../src/index.ts";

const fields = { size: "u32", owner: "f64", mark: "i64", name: "bytes:5" } as const;
type Fields = typeof fields;
type H = Handle<Fields>;
type Pool = SharedMetadataPool<Fields>;

const make = (capacity = 40, more: object = {}): Pool => new SharedMetadataPool({ capacity, fields, ...more });
const attach = (pool: Pool, ticket = pool.ticket()): Pool => SharedMetadataPool.attach(pool.buffer, { ticket, fields });

function coded(code: string, message: string) {
  return expect.objectContaining({ code, message, [Symbol.for("@ariax/allocator.error")]: true });
}
const invalid = (message: string) => coded("ERR_INVALID_ARGUMENT", message);

function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

describe("records", () => {
  test("random calls of three threads against a model", () => {
    for (const shape of [{ capacity: 1 }, { capacity: 33, generationBits: 3 }, { capacity: 200, firstLife: 1 << 20 }]) {
      const main = make(shape.capacity, { ...shape, lanes: 4 });
      const pools = [main, attach(main), attach(main)];
      const live = new Map<H, number>();
      const dead: H[] = [];
      const lives = new Map<number, number>();
      const next = random(shape.capacity);
      for (let n = 0; n < 2000; n++) {
        const pool = pools[next(3)];
        const any = [...live.keys()][next(live.size)];
        if (next(2) === 0) {
          const h = pool.tryAcquire();
          if (h === 0) {
            const most = 2 ** (shape.generationBits ?? 28) - 1;
            const inUse = new Set([...live.keys()].map((x) => pool.slot(x)));
            const worn = [...lives].filter(([slot, count]) => count === most && !inUse.has(slot));
            expect(live.size + worn.length).toBe(shape.capacity);
            expect(() => pool.acquire()).toThrow(/^pool exhausted: all \d+ slots are live(, \d+ are retired)?$/);
            continue;
          }
          expect(live.has(h) || dead.includes(h)).toBe(false);
          lives.set(pool.slot(h), (lives.get(pool.slot(h)) ?? 0) + 1);
          pool.fields.size.set(h, n);
          pool.set(h, "mark", -BigInt(n));
          live.set(h, n);
        } else if (any !== undefined) {
          if (next(2) === 0) pool.adopt(any);
          expect([pool.get(any, "size"), pool.fields.mark.get(any)]).toEqual([live.get(any), -BigInt(live.get(any)!)]);
          pool.release(any);
          live.delete(any);
          dead.push(any);
        }
        const old = dead[next(dead.length)];
        if (old !== undefined) {
          expect(pool.isLive(old)).toBe(false);
          expect(() => pool.slot(old)).toThrow(`stale handle: ${old} is not live`);
          expect(() => pool.adopt(old)).toThrow(`stale handle: ${old} is not live`);
          const span = 2 ** Math.ceil(Math.log2(shape.capacity));
          const again = [...live.keys(), ...dead].some((h) => h % span === old % span && h > old);
          expect(() => pool.release(old)).toThrow(
            again ? `stale handle: ${old} is not live` : `double free: the record of handle ${old} is free already`,
          );
        }
      }
      main.verify();
      expect(new Set(main)).toEqual(new Set(live.keys()));
      const { live: size, free, retired } = main.stats();
      expect([size, free + size + retired]).toEqual([live.size, shape.capacity]);
      expect([main.size, main.retired]).toEqual([size, retired]);
    }
  });

  test("slots wear out, one life after the other, and no handle comes twice", () => {
    const pool = make(3, { generationBits: 2 });
    const all = Array.from({ length: 9 }, () => {
      const h = pool.acquire();
      pool.release(h);
      return h;
    });
    expect(new Set(all).size).toBe(9);
    expect(() => pool.acquire()).toThrow("pool exhausted: all 0 slots are live, 3 are retired");
    for (const h of all.slice(-1)) expect(() => pool.release(h)).toThrow("double free");
    expect(pool.stats()).toMatchObject({ live: 0, free: 0, retired: 3 });
    pool.verify();
  });

  test("the last word of all: 32 bits of lives and lanes", () => {
    const pool = make(1, { generationBits: 28, firstLife: 2 ** 28 - 2 });
    const handles = [pool.acquire()];
    pool.release(handles[0]);
    handles.push(pool.acquire());
    expect(handles).toEqual([2 ** 28 - 2, 2 ** 28 - 1]);
    pool.release(handles[1]);
    expect(pool.tryAcquire()).toBe(0);
    pool.verify();
  });

  test("what was released last is acquired first, by the thread that released it", () => {
    const pool = make();
    const [a, b] = [pool.acquire(), pool.acquire()];
    pool.release(a);
    pool.release(b);
    expect([pool.slot(pool.acquire()), pool.slot(pool.acquire())]).toEqual([1, 0]);
  });

  test.each([undefined, null, 1n, Symbol("x"), {}, "1", Number.NaN, -1, 0, 1.5, 2 ** 53, 2 ** 32 + 1, true])(
    "%o is no handle",
    (value) => {
      const pool = make();
      const before = Buffer.from(new Uint8Array(pool.buffer));
      const h = value as unknown as H;
      expect(pool.isLive(h)).toBe(false);
      for (const call of [() => pool.release(h), () => pool.slot(h), () => pool.adopt(h), () => pool.get(h, "size")]) {
        expect(call).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
      }
      expect(Buffer.compare(Buffer.from(new Uint8Array(pool.buffer)), before)).toBe(0);
    },
  );
});

describe("tickets", () => {
  test("each names one thread, once", () => {
    const pool = make(40, { lanes: 3 });
    expect(pool.self).toBe(9); // 3 bits name 3 lanes, none and nobody: the first ticket of lane 1
    const [t, u] = [pool.ticket(), pool.ticket()];
    expect([t, u]).toEqual([10, 11]);
    expect(() => pool.ticket()).toThrow(
      coded("ERR_NO_LANE", "no lane: all 3 are held; close or reclaim one, or make the pool with more"),
    );
    const other = attach(pool, t);
    expect(other.self).toBe(t);
    expect(() => attach(pool, t)).toThrow(coded("ERR_TICKET", "ticket: 10 is in use already"));
    expect(() => attach(pool, 9)).toThrow("ticket: 9 is in use already");
    other.close();
    expect(() => attach(pool, t)).toThrow(coded("ERR_TICKET", "ticket: 10 has ended: it was closed or reclaimed"));
    expect(pool.reclaim(u)).toEqual([]);
    expect(() => attach(pool, u)).toThrow("ticket: 11 has ended: it was closed or reclaimed");
    // Lanes are used again, tickets never.
    const seen = new Set([9, t, u]);
    for (let n = 0; n < 100; n++) {
      const ticket = pool.ticket();
      expect(seen.has(ticket)).toBe(false);
      seen.add(ticket);
      if (n % 2 === 0) attach(pool, ticket).close();
      else pool.reclaim(ticket);
    }
    pool.verify();
  });

  test.each([undefined, null, 1n, "9", {}, 0, -1, 1.5, Number.NaN, 2 ** 30, Symbol("9")])("%o is none", (value) => {
    const pool = make();
    const refused = expect.objectContaining({
      code: "ERR_INVALID_ARGUMENT",
      message: expect.stringMatching(/^invalid ticket: .* is not a whole number from 1 to 1073741823$/),
    });
    const worker = new EventEmitter() as unknown as WatchedWorker;
    for (const call of [
      () => attach(pool, (value ?? null) as number),
      () => pool.reclaim(value as number),
      () => pool.watch(worker, value as number),
    ]) {
      expect(call).toThrow(refused);
    }
    expect(pool.size).toBe(0);
  });

  test.each([1, 15, 16, 18, 31, 33, 2 ** 30 - 1])("%i was never drawn", (ticket) => {
    const pool = make(); // 14 lanes; the ticket drawn is 17
    const refused = invalid(`invalid ticket: ${ticket} was never drawn`);
    expect(() => attach(pool, ticket)).toThrow(refused);
    expect(() => pool.reclaim(ticket)).toThrow(refused);
    expect(() => pool.watch(new EventEmitter() as unknown as WatchedWorker, ticket)).toThrow(refused);
  });

  test("a lane whose tickets are all drawn is passed over", () => {
    const pool = make(40, { lanes: 1 });
    const other = make(40, { lanes: 2 });
    const { words } = other as unknown as { words: Int32Array };
    words[16 + 2] = (2 ** 28 - 1) << 4; // FREE, its last ticket is over
    for (const full of [pool, other]) expect(() => full.ticket()).toThrow("no lane");
  });

  test("what a thread drew, and nobody came for, is free once it is reclaimed; not once it closed", () => {
    const pool = make(40, { lanes: 4 });
    const a = attach(pool);
    const [t, u] = [a.ticket(), a.ticket()];
    expect(() => pool.ticket()).toThrow("no lane");
    attach(pool, u).acquire();
    pool.reclaim(a.self);
    expect(() => attach(pool, t)).toThrow("has ended");
    expect(pool.size).toBe(1); // u's thread lives
    const b = attach(pool);
    const v = b.ticket();
    b.close();
    const c = attach(pool, pool.ticket()); // the lane that b had
    pool.reclaim(c.self);
    attach(pool, v).acquire();
    pool.verify();
  });
});

describe("reclaim", () => {
  test("frees what a thread had and others did not adopt; keeps what they say", () => {
    const pool = make();
    const [a, b] = [attach(pool), attach(pool)];
    const handles = Array.from({ length: 5 }, () => a.acquire());
    b.adopt(handles[1]);
    pool.release(handles[2]);
    const asked: H[] = [];
    const lost = pool.reclaim(a.self, {
      keep: (h) => {
        asked.push(h);
        return h === handles[3];
      },
    });
    expect(asked).toEqual([handles[0], handles[3], handles[4]]);
    expect(lost).toEqual([handles[0], handles[4]]);
    expect([...pool]).toEqual([handles[1], handles[3]]);
    expect(pool.reclaim(a.self, { keep: () => true })).toEqual([]);
    pool.verify();
    // What was kept is the reclaimer's: b can tell.
    expect(b.reclaim(pool.self)).toEqual([handles[3]]);
    expect([...b]).toEqual([handles[1]]);
    b.verify();
  });

  test("a callback that throws, or is none: nothing has changed", () => {
    const pool = make();
    const a = attach(pool);
    const h = a.acquire();
    const before = Buffer.from(new Uint8Array(pool.buffer));
    expect(() =>
      pool.reclaim(a.self, {
        keep: () => {
          throw new Error("mine");
        },
      }),
    ).toThrow("mine");
    expect(() => pool.reclaim(a.self, { keep: 3 as never })).toThrow(invalid("invalid keep: it is no function"));
    expect(() => pool.reclaim(pool.self)).toThrow(invalid(`invalid ticket: ${pool.self} is this thread's own`));
    expect(Buffer.compare(Buffer.from(new Uint8Array(pool.buffer)), before)).toBe(0);
    expect(a.isLive(h)).toBe(true);
  });

  test("a thread that comes meanwhile, by a ticket that the dead one drew, keeps what it has", () => {
    const pool = make();
    const a = attach(pool);
    a.acquire();
    const [t, u] = [a.ticket(), a.ticket()];
    let b: Pool | undefined;
    const held: H[] = [];
    pool.reclaim(a.self, {
      keep: () => {
        b = attach(pool, t);
        held.push(b.acquire());
        return false;
      },
    });
    held.push(b!.acquire());
    expect([...pool].sort((x, y) => x - y)).toEqual(held.sort((x, y) => x - y));
    expect(() => attach(pool, u)).toThrow("has ended");
    pool.verify();
  });

  test("two reclaimers at once: the second has nothing to do", () => {
    const pool = make();
    const [a, b] = [attach(pool), attach(pool)];
    const h = a.acquire();
    let inner: H[] | undefined;
    const outer = pool.reclaim(a.self, {
      keep: () => {
        inner ??= b.reclaim(a.self);
        return false;
      },
    });
    expect([outer, inner]).toEqual([[], [h]]);
    pool.verify();
  });

  test("a thread that lives learns that it was reclaimed", () => {
    const pool = make();
    const a = attach(pool);
    const h = a.acquire();
    expect(pool.reclaim(a.self)).toEqual([h]);
    attach(pool); // another has its lane
    const lost = coded(
      "ERR_LANE_LOST",
      `lane lost: ticket ${a.self} was reclaimed while its thread lives; its records are gone`,
    );
    for (const call of [
      () => a.acquire(),
      () => a.tryAcquire(),
      () => a.ticket(),
      () => a.reclaim(pool.self),
      () => a.watch(new EventEmitter() as unknown as WatchedWorker, pool.self),
      () => a.adopt(h),
    ]) {
      expect(call).toThrow(lost);
    }
    expect(() => a.release(h)).toThrow("double free");
    a.close();
    pool.verify();
  });
});

describe("close", () => {
  test("its records are nobody's, its lane another's", () => {
    const pool = make(40, { lanes: 2 });
    const a = attach(pool);
    const [g, h] = [a.acquire(), a.acquire()];
    a.close();
    a.close();
    const closed = coded("ERR_CLOSED", "closed: this thread has closed the pool; attach again with a new ticket");
    for (const call of [() => a.acquire(), () => a.ticket(), () => a.adopt(h), () => a.reclaim(pool.self)]) {
      expect(call).toThrow(closed);
    }
    expect([a.isLive(h), a.size, a.slot(h)]).toEqual([true, 2, 1]);
    a.release(g); // whoever has the handle may
    const b = attach(pool);
    expect(pool.reclaim(b.self)).toEqual([]);
    expect([...pool]).toEqual([h]);
    pool.adopt(h);
    pool.release(h);
    pool.verify();
  });
});

describe("watch", () => {
  const worker = () => new EventEmitter() as EventEmitter & WatchedWorker;

  test("reclaims at 'exit', once, and tells what was lost", () => {
    const pool = make();
    const a = attach(pool);
    const h = a.acquire();
    const w = worker();
    const told: H[][] = [];
    pool.watch(w, a.self, (lost) => void told.push(lost));
    expect(() => pool.watch(w, a.self)).toThrow(invalid(`invalid ticket: ${a.self} is watched already`));
    expect(() => pool.reclaim(a.self)).toThrow(invalid(`invalid ticket: the worker of ${a.self} has not ended`));
    w.emit("exit", 1);
    w.emit("exit", 1);
    expect(told).toEqual([[h]]);
    expect(pool.reclaim(a.self)).toEqual([]);
  });

  test("can be undone, by close too", () => {
    const pool = make();
    const [a, b] = [attach(pool), attach(pool)];
    b.acquire();
    const [v, w] = [worker(), worker()];
    const unwatch = pool.watch(v, a.self);
    unwatch();
    unwatch();
    pool.watch(w, b.self);
    pool.close();
    for (const one of [v, w]) {
      expect(one.listenerCount("exit")).toBe(0);
      one.emit("exit", 0);
    }
    expect(b.size).toBe(1);
  });

  test("a worker that does not say when it ends is refused", () => {
    const pool = make();
    const { self } = attach(pool);
    const web = { postMessage() {}, terminate() {}, addEventListener() {} } as unknown as WatchedWorker;
    expect(() => pool.watch(web, self)).toThrow(
      coded(
        "ERR_UNSUPPORTED",
        "unsupported: the worker has no 'exit' event, so nothing proves that its thread has ended: let it hold a Web Lock, and call reclaim(ticket) once that lock is granted here",
      ),
    );
    for (const [value, shown] of [
      [null, "null"],
      [undefined, "undefined"],
      [3, "3"],
      ["w", '"w"'],
    ] as const) {
      expect(() => pool.watch(value as never, self)).toThrow(invalid(`invalid worker: ${shown} is no Worker`));
    }
    expect(() => pool.watch(worker(), self, 1 as never)).toThrow(invalid("invalid then: it is no function"));
    expect(() => pool.watch(worker(), pool.self)).toThrow(invalid(`invalid ticket: ${pool.self} is this thread's own`));
  });
});

describe("memory", () => {
  test("in a buffer of the caller's, of any kind and realm: its neighbours stay as they are", () => {
    const size = SharedMetadataPool.byteLength({ capacity: 10, fields });
    const other = runInNewContext("[new SharedArrayBuffer(1024), new ArrayBuffer(1024)]") as ArrayBufferLike[];
    for (const buffer of [new SharedArrayBuffer(1024), new ArrayBuffer(1024), ...other]) {
      const bytes = new Uint8Array(buffer).fill(7);
      const pool = make(10, { buffer, byteOffset: 64 });
      expect(pool.byteLength).toBe(size);
      const again = SharedMetadataPool.attach(buffer, { byteOffset: 64, ticket: pool.ticket(), fields });
      const h = pool.acquire();
      again.fields.name.set(h, Uint8Array.of(1, 2, 3));
      expect([...pool.fields.name.get(h)]).toEqual([1, 2, 3, 0, 0]);
      expect([...bytes.slice(0, 64), ...bytes.slice(64 + size)].every((byte) => byte === 7)).toBe(true);
      pool.verify();
    }
  });

  test("what is gone is refused, and nothing changes", () => {
    for (const shrink of [false, true]) {
      const buffer = new ArrayBuffer(2048, { maxByteLength: 2048 });
      const pool = make(10, { buffer });
      const h = pool.acquire();
      if (shrink) buffer.resize(100);
      else structuredClone(buffer, { transfer: [buffer] });
      const calls = [
        () => pool.acquire(),
        () => pool.release(h),
        () => pool.adopt(h),
        () => pool.isLive(h),
        () => pool.slot(h),
        () => pool.handleAt(0),
        () => pool.size,
        () => pool.retired,
        () => pool.stats(),
        () => pool.verify(),
        () => pool.ticket(),
        () => pool.reclaim(5),
        () => pool.close(),
        () => [...pool],
      ];
      for (const call of calls) {
        expect(call, String(call)).toThrow(
          shrink
            ? coded("ERR_CORRUPTED", `corrupted: truncated: the pool has ${pool.byteLength} bytes, 100 are there`)
            : coded(
                "ERR_DETACHED",
                "detached: the heap's memory is gone, its buffer was transferred or unmapped, or its WebAssembly.Memory has grown",
              ),
        );
      }
    }
  });

  test("what is no pool is not attached to", () => {
    const pool = make();
    const ticket = pool.ticket();
    const attached = (change: (words: Int32Array) => void, more: object = {}) => {
      const copy = new SharedArrayBuffer(pool.byteLength);
      new Uint8Array(copy).set(new Uint8Array(pool.buffer));
      change(new Int32Array(copy));
      return () => SharedMetadataPool.attach(copy, { ticket, fields, ...more });
    };
    const corrupted = (message: string) => coded("ERR_CORRUPTED", `corrupted: ${message}`);
    expect(attached(() => {})().size).toBe(0);
    expect(attached((w) => w.fill(0))).toThrow(
      corrupted("no shared pool at 0: it begins with 0x00000000, not 0x41584d53"),
    );
    expect(attached((w) => void (w[1] = 2))).toThrow(corrupted("the shared pool's layout has version 2, not 1"));
    expect(attached((w) => void (w[3] = 2))).toThrow(corrupted("the header's checksum is not that of its words"));
    expect(attached(() => {}, { fields: { size: "u32" } })).toThrow(
      invalid(
        `invalid fields: the pool was made with others than {"size":"u32"}: it has ${pool.byteLength} bytes, and would have ${SharedMetadataPool.byteLength({ capacity: pool.capacity, fields: { size: "u32" } })} with these`,
      ),
    );
    const single = new MetadataPool({ capacity: 10, fields, shared: true });
    expect(() => SharedMetadataPool.attach(single.buffer as SharedArrayBuffer, { ticket, fields })).toThrow(
      corrupted("the pool at 0 is not a shared one: MetadataPool opens it"),
    );
    expect(attached(() => {}, { shared: true })).toThrow(
      invalid('unknown option: "shared" is not one of fields, byteOffset, ticket'),
    );
    expect(() => SharedMetadataPool.attach(new SharedArrayBuffer(8), { ticket, fields })).toThrow(
      corrupted("8 bytes at 0 have no room for the header of a shared pool"),
    );
    expect(() => SharedMetadataPool.attach({} as never, { ticket, fields })).toThrow(
      invalid("invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"),
    );
    const short = new SharedArrayBuffer(100);
    new Uint8Array(short).set(new Uint8Array(pool.buffer, 0, 100));
    expect(() => SharedMetadataPool.attach(short, { ticket, fields })).toThrow(
      corrupted(`the pool is truncated: 100 bytes of ${pool.byteLength}`),
    );
  });

  test("verify names what is wrong", () => {
    const { words: w } = make() as unknown as { words: Int32Array };
    const slot0 = w.length - 40;
    for (const [change, message] of [
      [(w: Int32Array) => void (w[9] = 1), "word 9 of the header is 0x00000001, not 0x00000000"],
      [(w: Int32Array) => void (w[17] |= 4), "lane 1 has the word 0x00000046, which is no lane's"],
      [(w: Int32Array) => void (w[slot0 + 3] = 5), "slot 3 is live in the name of lane 5, which nobody has"],
      [(w: Int32Array) => void (w[slot0 + 3] = -1), "slot 3 has the word 0xffffffff, which is no slot's"],
      [(w: Int32Array) => void w.fill(0, slot0 - 5, slot0), "slot 0 is free, and no hint says so"],
    ] as const) {
      const pool = make();
      pool.verify();
      change((pool as unknown as { words: Int32Array }).words);
      expect(() => pool.verify()).toThrow(coded("ERR_CORRUPTED", `corrupted: ${message}`));
    }
  });

  test.each([
    [{ capacity: 0 }, "invalid capacity: 0 is not a whole number from 1 to 16777216"],
    [{ lanes: 0 }, "invalid lanes: 0 is not a whole number from 1 to 254"],
    [{ lanes: 255 }, "invalid lanes: 255 is not a whole number from 1 to 254"],
    [{ generationBits: 29 }, "invalid generationBits: 29 is not a whole number from 1 to 28"],
    [{ lanes: 254, generationBits: 25 }, "invalid generationBits: 25 is not a whole number from 1 to 24"],
    [{ firstLife: 0 }, "invalid firstLife: 0 is not a whole number from 1 to 65535"],
    [{ byteOffset: 8 }, "contradictory options: byteOffset means nothing without buffer"],
    [
      { shared: true },
      'unknown option: "shared" is not one of capacity, fields, lanes, buffer, byteOffset, generationBits, firstLife',
    ],
    [{ buffer: new SharedArrayBuffer(64) }, "invalid buffer: 64 bytes at 0, but the pool takes 41432"],
  ])("options %o: %s", (options, message) => {
    expect(() => new SharedMetadataPool(options as object)).toThrow(invalid(message));
  });
});

/** Each public member, as a call with a handle, live or not, and a number. */
const CALLS: Record<string, (pool: Pool, h: H, n: number) => unknown> = {
  capacity: (pool) => pool.capacity,
  buffer: (pool) => pool.buffer.byteLength,
  byteOffset: (pool) => pool.byteOffset,
  byteLength: (pool) => pool.byteLength,
  lanes: (pool) => pool.lanes,
  self: (pool) => pool.self,
  columns: (pool) => [pool.columns.size[3], pool.columns.name[7], Object.keys(pool.columns)],
  fields: (pool, h, n) => {
    const { size, owner, name } = pool.fields;
    size.set(h, n);
    return [size.get(h), owner.get(h), name.get(h)];
  },
  size: (pool) => pool.size,
  retired: (pool) => pool.retired,
  stats: (pool) => pool.stats(),
  verify: (pool) => pool.verify(),
  acquire: (pool) => pool.acquire(),
  tryAcquire: (pool) => pool.tryAcquire(),
  release: (pool, h) => pool.release(h),
  adopt: (pool, h) => pool.adopt(h),
  isLive: (pool, h) => pool.isLive(h),
  slot: (pool, h) => pool.slot(h),
  handleAt: (pool, _, n) => pool.handleAt(n % 40),
  get: (pool, h, n) => pool.get(h, (["size", "owner", "mark", "name"] as const)[n % 4]),
  set: (pool, h, n) => pool.set(h, "owner", n / 3),
  "Symbol(Symbol.iterator)": (pool) => [...pool],
  ticket: (pool) => pool.ticket(),
  reclaim: (pool, h, n) => pool.reclaim(n % 60, { keep: (one) => one % 2 === h % 2 }),
  watch: (pool) => {
    const worker = new EventEmitter() as EventEmitter & WatchedWorker;
    const other = attach(pool);
    const told: unknown[] = [other.acquire()];
    pool.watch(worker, other.self, (lost) => void told.push(lost));
    worker.emit("exit");
    return told;
  },
  close: (pool) => pool.close(),
};

function outcome(call: () => unknown): unknown {
  try {
    return { returned: call() };
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return { name, code, message };
  }
}

describe("proxies", () => {
  test("every public member is called", () => {
    const own = Reflect.ownKeys(make()).concat(Reflect.ownKeys(SharedMetadataPool.prototype)).map(String);
    const inner = ["constructor", "layout", "names", "accessors", "words", "table", "hints", "slots", "mask", "span"];
    inner.push("firstLife", "laneBits", "laneMask", "retiredWord", "lane", "laneAt", "alive", "recent", "watched");
    inner.push("checkAttached", "checkAlive", "exhausted", "slotOther", "field");
    inner.push("can't be cloned", "toJSON", "Symbol(nodejs.util.inspect.custom)", "Symbol(Deno.customInspect)");
    expect(own.filter((name) => !(name in CALLS) && !inner.includes(name))).toEqual([]);
  });

  test.each([
    ["a Proxy", (pool: Pool) => new Proxy(pool, {})],
    ["Vue's reactive", (pool: Pool) => reactive(pool) as Pool],
  ])("through %s, as its twin", (_, wrap) => {
    const [pool, twin] = [make(40, { generationBits: 6 }), make(40, { generationBits: 6 })];
    const proxy = wrap(pool);
    const handles = [0 as H];
    const next = random(7);
    const names = Object.keys(CALLS).filter((name) => name !== "close");
    for (let i = 0; i < 2500; i++) {
      const name = i % 3 === 0 ? "acquire" : i % 3 === 1 ? "release" : names[next(names.length)];
      const h = handles[handles.length - 1 - next(Math.min(handles.length, 50))];
      const n = next(2000);
      const got = outcome(() => CALLS[name](proxy, h, n));
      expect(got, name).toEqual(outcome(() => CALLS[name](twin, h, n)));
      if (name === "acquire" && "returned" in (got as object)) handles.push((got as { returned: H }).returned);
      expect(Buffer.compare(Buffer.from(pool.buffer), Buffer.from(twin.buffer)), name).toBe(0);
    }
    proxy.verify();
    proxy.close();
    twin.close();
    expect(Buffer.compare(Buffer.from(pool.buffer), Buffer.from(twin.buffer))).toBe(0);
  });

  test("one that throws changes nothing", () => {
    for (const name of Object.keys(CALLS).filter((name) => name !== "watch")) {
      for (let reads = 0, done = false; !done; reads++) {
        const pool = make();
        const live = [pool.acquire(), pool.acquire(), pool.acquire()];
        pool.release(live[1]);
        const dead = attach(pool);
        dead.acquire();
        const before = Buffer.from(new Uint8Array(pool.buffer));
        let left = reads;
        const proxy = new Proxy(pool, {
          get(target, key, receiver) {
            if (left-- === 0) throw new Error("not now");
            return Reflect.get(target, key, receiver);
          },
        });
        try {
          CALLS[name](proxy, live[2], dead.self);
          done = true;
        } catch (error) {
          expect((error as Error).message).toBe("not now");
          expect(Buffer.compare(Buffer.from(pool.buffer), before), `${name}: ${reads} reads, then a throw`).toBe(0);
        }
        if (done) expect(reads, name).toBeGreaterThan(0); // it did throw before
      }
    }
  });
});

test("what a newcomer leaves out is named", () => {
  const pool = new SharedMetadataPool({ capacity: 10, fields: { age: "u32" } });
  const attached = (options: object) => () => SharedMetadataPool.attach(pool.buffer, options as never);
  expect(attached({ fields: { age: "u32" } })).toThrow("invalid ticket: none is given, pool.ticket() draws one");
  expect(attached({ ticket: pool.ticket() })).toThrow(
    "invalid fields: the pool has some, and none are given: attach needs the same { fields }",
  );
  expect(() => pool.reclaim(pool.ticket(), (() => true) as never)).toThrow(
    "invalid options: { keep } is needed, not a function",
  );
});
