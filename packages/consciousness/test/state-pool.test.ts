import {
  AllocatorError,
  CorruptionError,
  DetachedError,
  DoubleFreeError,
  PoolExhaustedError,
  StaleHandleError,
} from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { ConsciousnessStatePool, type StateHandle, TESLA_FREQUENCY } from "../src/index.ts";

describe("a state", () => {
  test("has the frequency that was asked for, 3.14159 Hz unless one was", () => {
    const pool = new ConsciousnessStatePool();
    expect(pool.poolSize).toBe(10_000);
    expect(pool.frequencyOf(pool.allocateConsciousnessState())).toBe(3.14159);
    expect(pool.frequencyOf(pool.allocateConsciousnessState(60))).toBe(60);
    expect(TESLA_FREQUENCY).toBe(3.14159);
    expect(pool.size).toBe(2);
  });

  test("has fields, by name and as columns", () => {
    const pool = new ConsciousnessStatePool({ poolSize: 4, fields: { energy: "f64", owner: "u16" } });
    const h = pool.allocateConsciousnessState();
    pool.set(h, "energy", 0.5);
    pool.columns.owner[pool.slot(h)] = 7;
    expect(pool.get(h, "energy")).toBe(0.5);
    expect(pool.get(h, "owner")).toBe(7);
    expect(Object.keys(pool.columns).sort()).toEqual(["energy", "owner"]);
    expect(Object.keys(pool.fields).sort()).toEqual(["energy", "owner"]);
    expect([pool.fields.energy.get(h), pool.fields.owner.get(h)]).toEqual([0.5, 7]);
    pool.fields.owner.set(h, 65535);
    expect(pool.get(h, "owner")).toBe(65535);
    expect(() => pool.fields.owner.set(h, 65536)).toThrow(
      'invalid value of field "owner": 65536 is not a whole number from 0 to 65535',
    );
    pool.release(h);
    expect(() => pool.fields.owner.get(h)).toThrow(`stale handle: ${h} is not live`);
    expect(() => pool.fields.energy.set(h, 1)).toThrow(StaleHandleError);
  });

  test("ends by release, and its handle never comes alive again", () => {
    const pool = new ConsciousnessStatePool({ poolSize: 1 });
    const old = pool.allocateConsciousnessState();
    pool.release(old);
    expect(pool.isLive(old)).toBe(false);
    expect(() => pool.release(old)).toThrow(DoubleFreeError);
    const now = pool.allocateConsciousnessState();
    expect(() => pool.release(old)).toThrow(StaleHandleError);
    expect(() => pool.frequencyOf(old)).toThrow(`stale handle: ${old} is not live`);
    expect(pool.isLive(now)).toBe(true);
    pool.verify();
  });

  test("can be retuned", () => {
    const pool = new ConsciousnessStatePool({ poolSize: 2 });
    const h = pool.allocateConsciousnessState(2);
    pool.retune(h, 200);
    expect(pool.frequencyOf(h)).toBe(200);
    expect([...pool.inBand(1, 3)]).toEqual([]);
    expect([...pool.inBand(128, 256)]).toEqual([h]);
    expect(() => pool.retune(h, -1)).toThrow("invalid teslaFrequency: -1 is not a finite number of Hz above 0");
    expect(pool.frequencyOf(h)).toBe(200);
    pool.verify();
  });
});

describe("when all states are live", () => {
  test("allocating throws, with the numbers, and tries return 0", () => {
    const pool = new ConsciousnessStatePool({ poolSize: 3 });
    const all = [1, 2, 3].map((f) => pool.allocateConsciousnessState(f));
    const more = () => pool.allocateConsciousnessState();
    expect(more).toThrow(PoolExhaustedError);
    expect(more).toThrow(/^consciousness pool exhausted: all 3 slots are live$/);
    expect(more).toThrow(expect.objectContaining({ code: "ERR_POOL_EXHAUSTED" }));
    expect(pool.tryAllocateConsciousnessState()).toBe(0);
    expect([...pool]).toEqual(all);
    pool.verify();
    pool.release(all[1]);
    expect(pool.frequencyOf(pool.allocateConsciousnessState(9))).toBe(9);
  });
});

describe("a band", () => {
  const pool = new ConsciousnessStatePool({ poolSize: 1000 });
  const all = Array.from({ length: 1000 }, (_, i) => pool.allocateConsciousnessState(0.5 * (i + 1)));

  test.each([
    [3.14159, 6.28318],
    [0.5, 500.5],
    [1, 1],
    [4, 8],
    [499.9, 1e6],
    [1e-6, 0.6],
    [7, 3],
    [0, 1],
    [400, Number.POSITIVE_INFINITY],
    [0, Number.POSITIVE_INFINITY],
  ])("from %d to %d Hz has the states with low ≤ frequency < high", (low, high) => {
    const right = all.filter((h) => pool.frequencyOf(h) >= low && pool.frequencyOf(h) < high);
    expect([...pool.inBand(low, high)].sort((a, b) => a - b)).toEqual(right);
  });

  test("may lose states while it is looked at", () => {
    const few = new ConsciousnessStatePool({ poolSize: 8 });
    const handles = [4, 5, 6, 7].map((f) => few.allocateConsciousnessState(f));
    const seen: StateHandle[] = [];
    for (const h of few.inBand(4, 8)) {
      seen.push(h);
      if (h === handles[0]) few.release(handles[1]);
      few.release(h);
    }
    expect(seen).toEqual([handles[0], handles[2], handles[3]]);
    expect(few.size).toBe(0);
    few.verify();
  });

  test("of a pool that is reset while it is looked at ends", () => {
    const few = new ConsciousnessStatePool({ poolSize: 8 });
    const [first] = [4, 5, 6].map((f) => few.allocateConsciousnessState(f));
    const seen: StateHandle[] = [];
    for (const h of few.inBand(1, 10)) {
      seen.push(h);
      few.reset();
    }
    expect(seen).toEqual([first]);
  });

  test("has the largest and the smallest frequencies there are", () => {
    const few = new ConsciousnessStatePool({ poolSize: 4 });
    const all = [Number.MIN_VALUE, 3, Number.MAX_VALUE].map((f) => few.allocateConsciousnessState(f));
    expect([...few.inBand(0, Number.POSITIVE_INFINITY)]).toEqual(all);
    expect([...few.inBand(0, 1)]).toEqual([all[0]]);
    expect([...few.inBand(4, Number.POSITIVE_INFINITY)]).toEqual([all[2]]);
  });

  test("is right when another context has changed states", () => {
    const a = new ConsciousnessStatePool({ poolSize: 8 });
    const [one, two, three] = [1, 2, 3].map((f) => a.allocateConsciousnessState(f)) as StateHandle[];
    expect([...a.inBand(1, 10)].length).toBe(3);
    const b = ConsciousnessStatePool.attach(a.buffer);
    b.release(one!);
    const fast = b.allocateConsciousnessState(100);
    b.release(two!);
    b.retune(three!, 8);
    a.verify();
    expect([...a.inBand(1, 10)]).toEqual([three]);
    expect([...a.inBand(64, 128)]).toEqual([fast]);
    // Changed by both in turns, with an index in each.
    expect([...b.inBand(64, 128)]).toEqual([fast]);
    a.release(fast);
    expect([...b.inBand(0, Number.POSITIVE_INFINITY)]).toEqual([three]);
    a.verify();
    b.verify();
  });

  test("is right when another context has changed states, and then this one", () => {
    const a = new ConsciousnessStatePool({ poolSize: 8 });
    const one = a.allocateConsciousnessState(1);
    expect([...a.inBand(1, 2)]).toEqual([one]);
    const b = ConsciousnessStatePool.attach(a.buffer);
    expect([...b.inBand(1, 2)]).toEqual([one]);
    const other = b.allocateConsciousnessState(1);
    const third = a.allocateConsciousnessState(1);
    expect([...a.inBand(1, 2)]).toEqual([one, other, third]);
    a.reset();
    b.verify();
    expect([...b.inBand(0, 2)]).toEqual([]);
  });

  test("costs nothing until it is asked for: no context counts changes", () => {
    const a = new ConsciousnessStatePool({ poolSize: 8 });
    const b = ConsciousnessStatePool.attach(a.buffer);
    const words = new Int32Array(a.buffer, a.buffer.byteLength - 8);
    const first = a.allocateConsciousnessState(1);
    b.retune(b.allocateConsciousnessState(2), 3);
    a.release(first);
    expect([...words]).toEqual([0, 0]);
    expect([...b.inBand(1, 4)].length).toBe(1);
    expect([...words]).toEqual([0, 1]);
    // From then on all do.
    const other = a.allocateConsciousnessState(1);
    expect([...words]).toEqual([1, 1]);
    expect([...b.inBand(1, 2)]).toEqual([other]);
  });

  test("is right however often a state changes between two looks, and during one", () => {
    const pool = new ConsciousnessStatePool({ poolSize: 100 });
    const states = Array.from({ length: 50 }, () => pool.allocateConsciousnessState(1));
    expect([...pool.inBand(1, 2)].length).toBe(50);
    for (let round = 0; round < 10; round++) {
      for (const state of states) pool.retune(state, 2 ** (round % 5));
      pool.release(states[round]);
      states[round] = pool.allocateConsciousnessState(64);
      pool.retune(states[round], 2 ** (round % 5));
    }
    expect([...pool.inBand(16, 32)]).toEqual(states);
    expect([...pool.inBand(0, 16)]).toEqual([]);
    pool.verify();
    const seen: StateHandle[] = [];
    for (const state of pool.inBand(16, 128)) {
      seen.push(state);
      // What lies ahead counts: one that ends, one that comes into this band, one into the next.
      if (state !== states[0]) continue;
      pool.release(states[2]);
      pool.retune(pool.allocateConsciousnessState(4), 17);
      pool.allocateConsciousnessState(64);
    }
    expect(seen.map((state) => pool.frequencyOf(state))).toEqual([
      ...new Array(50).fill(0).map((_, i) => (i === 2 ? 17 : 16)),
      64,
    ]);
    pool.verify();
  });

  test("of a pool that is reset is empty", () => {
    const few = new ConsciousnessStatePool({ poolSize: 8 });
    const old = few.allocateConsciousnessState(5);
    few.reset();
    expect([...few.inBand(1, 100)]).toEqual([]);
    expect(few.isLive(old)).toBe(false);
    few.verify();
  });
});

describe("iteration", () => {
  test("goes on while states are released and allocated", () => {
    const pool = new ConsciousnessStatePool({ poolSize: 6 });
    const all = Array.from({ length: 4 }, () => pool.allocateConsciousnessState());
    const seen: StateHandle[] = [];
    for (const h of pool) {
      seen.push(h);
      if (h === all[0]) {
        pool.release(all[2]);
        pool.release(all[0]);
      }
      if (h === all[3]) pool.allocateConsciousnessState(); // in a slot that was passed
    }
    expect(seen).toEqual([all[0], all[1], all[3]]);
    expect(pool.size).toBe(3);
  });
});

describe("what is refused, and changes nothing", () => {
  const frequencies: unknown[] = [0, -0, -3.14159, Number.NaN, Number.POSITIVE_INFINITY, "3", null, 3n, {}];
  test.each(frequencies)("a frequency of %s", (frequency) => {
    const pool = new ConsciousnessStatePool({ poolSize: 2 });
    const make = () => pool.allocateConsciousnessState(frequency as number);
    expect(make).toThrow(AllocatorError);
    expect(make).toThrow(RangeError);
    expect(make).toThrow(/^invalid teslaFrequency: .+ is not a finite number of Hz above 0$/);
    // As a limit, 0 and infinity are good.
    if (frequency !== 0 && frequency !== Number.POSITIVE_INFINITY) {
      expect(() => pool.inBand(frequency as number, 1)).toThrow(/^invalid low: /);
      expect(() => pool.inBand(1, frequency as number)).toThrow(/^invalid high: /);
    }
    expect(pool.size).toBe(0);
    pool.verify();
  });

  test.each([0, -1, 1.5, 2 ** 24 + 1, Number.NaN, "10"])("a poolSize of %s", (poolSize) => {
    expect(() => new ConsciousnessStatePool({ poolSize: poolSize as number })).toThrow(
      /^invalid poolSize: .+ is not a whole number from 1 to 16777216$/,
    );
  });

  test("a field of the name that each state has", () => {
    expect(() => new ConsciousnessStatePool({ fields: { teslaFrequency: "u8" } })).toThrow(
      'invalid field: each state has a "teslaFrequency" already',
    );
    const pool = new ConsciousnessStatePool({ fields: { a: "u8" } });
    const h = pool.allocateConsciousnessState();
    expect(() => pool.set(h, "teslaFrequency" as "a", 5)).toThrow(
      'unknown field: "teslaFrequency" is for frequencyOf and retune',
    );
    expect(() => pool.get(h, "b" as "a")).toThrow(/^unknown field: "b" is not one of/);
  });

  test.each([null, 5, "x"])("options that are %s", (options) => {
    const message = `invalid options: ${JSON.stringify(options)} is no object`;
    expect(() => new ConsciousnessStatePool(options as never)).toThrow(message);
    expect(() => ConsciousnessStatePool.byteLength(options as never)).toThrow(message);
    expect(() => ConsciousnessStatePool.attach(new ArrayBuffer(8), options as never)).toThrow(message);
  });

  test("a buffer that is too short, or none", () => {
    const bytes = ConsciousnessStatePool.byteLength({ poolSize: 10 });
    const make = (buffer: ArrayBuffer, byteOffset = 0) =>
      new ConsciousnessStatePool({ poolSize: 10, buffer, byteOffset });
    expect(() => make(new ArrayBuffer(bytes - 1))).toThrow(
      `invalid buffer: ${bytes - 1} bytes at 0, but the pool takes ${bytes}`,
    );
    expect(() => make({} as ArrayBuffer)).toThrow("invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer");
    make(new ArrayBuffer(bytes + 8), 8).verify();
    const short = make(new ArrayBuffer(bytes)).buffer.slice(0, bytes - 4);
    expect(() => ConsciousnessStatePool.attach(short)).toThrow(/^corrupted: the pool is truncated: 4 bytes behind/);
  });

  test.each([null, 5, ["u8"]])("fields that are %s", (fields) => {
    expect(() => new ConsciousnessStatePool({ fields: fields as never })).toThrow(/^invalid fields: /);
  });

  test("handles of other pools, made one after the other", () => {
    const pools = Array.from({ length: 50 }, () => new ConsciousnessStatePool({ poolSize: 100 }));
    const handles = pools.map((pool) => pool.allocateConsciousnessState());
    for (const [i, pool] of pools.entries()) {
      for (const [j, handle] of handles.entries()) expect(pool.isLive(handle)).toBe(i === j);
    }
    expect(() => pools[0].release(handles[1])).toThrow(`stale handle: ${handles[1]} is not live`);
    expect(() => pools[1].retune(handles[0], 5)).toThrow(StaleHandleError);
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53, "1", 1n, undefined, null, {}, Object.create(null)])(
    "%o as a handle",
    (handle) => {
      const pool = new ConsciousnessStatePool({ poolSize: 3 });
      pool.allocateConsciousnessState();
      expect(pool.isLive(handle as StateHandle)).toBe(false);
      expect(() => pool.release(handle as StateHandle)).toThrow(StaleHandleError);
      expect(() => pool.frequencyOf(handle as StateHandle)).toThrow(StaleHandleError);
      expect(pool.size).toBe(1);
    },
  );
});

describe("one buffer", () => {
  const fields = { energy: "f64" } as const;

  test("is all there is, and another context goes on with it", () => {
    const options = { poolSize: 100, fields };
    const buffer = new SharedArrayBuffer(64 + ConsciousnessStatePool.byteLength(options));
    const pool = new ConsciousnessStatePool({ ...options, buffer, byteOffset: 64 });
    const handles = Array.from({ length: 50 }, (_, i) => pool.allocateConsciousnessState(1 + i));
    pool.release(handles[7]);
    const same = ConsciousnessStatePool.attach(buffer, { fields, byteOffset: 64 });
    expect([...same]).toEqual([...pool]);
    expect([...same.inBand(8, 16)]).toEqual([...pool.inBand(8, 16)]);
    expect(same.poolSize).toBe(100);
    same.verify();
    same.release(handles[0]);
    expect(pool.isLive(handles[0])).toBe(false);
  });

  test("a frequency that can't be is a damage", () => {
    const pool = new ConsciousnessStatePool({ poolSize: 1, fields });
    pool.allocateConsciousnessState(0.75);
    const floats = new Float64Array(pool.buffer, 0, Math.floor(pool.buffer.byteLength / 8));
    floats[floats.indexOf(0.75)] = Number.NaN;
    expect(() => ConsciousnessStatePool.attach(pool.buffer, { fields })).toThrow(CorruptionError);
    expect(() => pool.verify()).toThrow(CorruptionError);
  });

  test("so is one that is infinite, and an index that has a slot too many", () => {
    const pool = new ConsciousnessStatePool({ poolSize: 2, fields });
    pool.allocateConsciousnessState(0.75);
    const floats = new Float64Array(pool.buffer, 0, Math.floor(pool.buffer.byteLength / 8));
    const at = floats.indexOf(0.75);
    floats[at] = Number.POSITIVE_INFINITY;
    expect(() => pool.verify()).toThrow("corrupted: the state in slot 0 has a frequency of Infinity Hz");
    floats[at] = 0.75;
    expect([...pool.inBand(0, 1)].length).toBe(1);
    (pool as unknown as { bands: { add(slot: number, frequency: number): void } }).bands.add(1, 5);
    expect(() => pool.verify()).toThrow("corrupted: 1 states are live, 2 are in a band");
  });

  test("a buffer that was transferred away is told", () => {
    const pool = new ConsciousnessStatePool({ poolSize: 2, fields });
    const state = pool.allocateConsciousnessState();
    structuredClone(pool.buffer, { transfer: [pool.buffer as ArrayBuffer] });
    const calls = [
      () => pool.allocateConsciousnessState(),
      () => pool.release(state),
      () => pool.slot(state),
      () => pool.size,
      () => [...pool],
      () => pool.reset(),
      () => pool.stats(),
      () => pool.verify(),
    ];
    for (const call of calls) expect(call).toThrow(DetachedError);
  });

  test("columns can't be replaced", () => {
    const { columns } = new ConsciousnessStatePool({ poolSize: 2, fields });
    expect(() => Object.assign(columns, { energy: 5 })).toThrow(TypeError);
  });

  test("a state whose frequency was changed behind the pool's back is found", () => {
    const pool = new ConsciousnessStatePool({ poolSize: 1, fields });
    pool.allocateConsciousnessState(0.75);
    expect([...pool.inBand(0.5, 1)].length).toBe(1);
    const floats = new Float64Array(pool.buffer, 0, Math.floor(pool.buffer.byteLength / 8));
    floats[floats.indexOf(0.75)] = 300;
    expect(() => pool.verify()).toThrow(/^corrupted: slot 0 of 300 Hz is not in its band$/);
  });
});

test("an iterator does not go on where the pool has been closed", () => {
  const pool = new ConsciousnessStatePool({ poolSize: 4 });
  for (let i = 0; i < 3; i++) pool.allocateConsciousnessState();
  const states = pool[Symbol.iterator]();
  states.next();
  pool.close(() => new RangeError("closed"));
  expect(() => states.next()).toThrow("closed");
});

test("a pool that was closed throws at every call", () => {
  const pool = new ConsciousnessStatePool({ poolSize: 4, fields: { a: "u8" } });
  const h = pool.allocateConsciousnessState();
  pool.close(() => new RangeError("closed"));
  const calls: (() => unknown)[] = [
    () => pool.allocateConsciousnessState(),
    () => pool.tryAllocateConsciousnessState(),
    () => pool.release(h),
    () => pool.isLive(h),
    () => pool.slot(h),
    () => pool.frequencyOf(h),
    () => pool.retune(h, 1),
    () => pool.get(h, "a"),
    () => pool.set(h, "a", 1),
    () => pool.fields.a.get(h),
    () => pool.size,
    () => pool.buffer,
    () => [...pool],
    () => [...pool.inBand(1, 2)],
    () => pool.reset(),
    () => pool.stats(),
    () => pool.verify(),
  ];
  for (const call of calls) expect(call).toThrow("closed");
  expect(pool.closed).toBe(true);
  expect(pool).toBeInstanceOf(ConsciousnessStatePool);
  expect(String(pool)).toBe("[object Object]");
  // closed anew, for another reason
  pool.close(() => new RangeError("gone"));
  for (const call of calls) expect(call).toThrow("gone");
});

test("a pool of a class of yours is of that class again when it is reopened", () => {
  class Mine extends ConsciousnessStatePool {
    first(): number {
      return this.slot([...this][0]!);
    }
  }
  const pool = new Mine({ poolSize: 4 });
  pool.allocateConsciousnessState();
  const records = pool.check(pool.buffer, {});
  for (let i = 0; i < 2; i++) pool.close(() => new RangeError("closed"));
  expect(() => pool.first()).toThrow("closed");
  pool.reopen(records);
  expect([pool.closed, pool.first()]).toEqual([false, 0]);
  pool.verify();
});
