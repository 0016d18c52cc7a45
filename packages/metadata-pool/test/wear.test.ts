import { expect, test } from "vitest";
import { type Handle, MetadataPool } from "../src/index.ts";

test("a slot is retired after its last life, and no handle ever comes alive again", () => {
  const pool = new MetadataPool({ capacity: 3, generationBits: 2 });
  const seen = new Set<number>();
  // three slots live three times each
  for (let i = 0; i < 9; i++) {
    const h = pool.acquire();
    expect(seen.has(h)).toBe(false);
    seen.add(h);
    for (const old of seen) expect(pool.isLive(old as Handle<Record<never, never>>)).toBe(old === h);
    pool.release(h);
    pool.verify();
    expect(pool.retired).toBe(Math.floor((i + 1) / 3));
  }
  expect(() => pool.acquire()).toThrow("pool exhausted: all 0 slots are live, 3 are retired");
  const last = Math.max(...seen) as Handle<Record<never, never>>;
  expect(() => pool.release(last)).toThrow(`double free: the record of handle ${last} is free already`);
  pool.reset();
  expect(pool.stats()).toMatchObject({ live: 0, free: 0, retired: 3 });
});

test("reset wears too", () => {
  const pool = new MetadataPool({ capacity: 2, generationBits: 1 });
  pool.acquire();
  pool.reset();
  expect(pool.stats()).toMatchObject({ live: 0, free: 1, retired: 1 });
  pool.verify();
});

test("young slots are given first, old ones have larger handles", () => {
  // 2²³ records leave 7 bits for the lives whose handles are small integers
  const pool = new MetadataPool({ capacity: 2 ** 23, generationBits: 8 });
  let h = pool.acquire();
  for (let life = 1; life < 127; life++) {
    expect(pool.slot(h)).toBe(0);
    pool.release(h);
    h = pool.acquire();
  }
  expect(h).toBe(127 * 2 ** 23);
  pool.release(h);
  const young = pool.acquire();
  expect(pool.slot(young)).toBe(1);
  const rest = new Float64Array(2 ** 23 - 2);
  for (let i = 0; i < rest.length; i++) rest[i] = pool.acquire();
  // nothing young left
  const old = pool.acquire();
  expect(old).toBe(128 * 2 ** 23);
  expect(pool.slot(old)).toBe(0);
  expect(pool.handleAt(0)).toBe(old);
  expect(pool.isLive(h)).toBe(false);
  expect(pool.tryAcquire()).toBe(0);
  pool.release(old);
  expect(() => pool.release(old)).toThrow(`double free: the record of handle ${old} is free already`);
  let last = pool.acquire();
  expect(last).toBe(129 * 2 ** 23);
  expect(() => pool.release(old)).toThrow(`stale handle: ${old} is not live`);
  for (let life = 130; life <= 255; life++) {
    pool.release(last);
    last = pool.acquire();
  }
  expect(last).toBe(255 * 2 ** 23);
  expect(pool.slot(last)).toBe(0);
  pool.release(last);
  expect([pool.retired, pool.tryAcquire(), pool.nextFree]).toEqual([1, 0, -1]);
  expect(() => pool.release(last)).toThrow(`double free: the record of handle ${last} is free already`);
  expect(() => pool.release(old)).toThrow(`stale handle: ${old} is not live`);
  pool.verify();
});

test.each([0, -1, 31, 1.5, Number.NaN])("%s are no generationBits", (generationBits) => {
  const message = `invalid generationBits: ${generationBits} is not a whole number from 1 to 30`;
  expect(() => new MetadataPool({ generationBits })).toThrow(message);
});

test("a pool that begins with another life refuses the handles of one that begins with the first", () => {
  const [first, later] = [1, 1000].map((firstLife) => new MetadataPool({ capacity: 4, firstLife }));
  const foreign = first.acquire();
  const own = later.acquire();
  expect(own).toBe(1000 * 4);
  expect(later.isLive(foreign)).toBe(false);
  expect(first.isLive(own)).toBe(false);
  expect(() => later.release(foreign)).toThrow(`stale handle: ${foreign} is not live`);
  expect(later.size).toBe(1);
  for (const pool of [first, later]) pool.verify();
});

test("slots that begin late wear out as the others do", () => {
  const pool = new MetadataPool({ capacity: 1, generationBits: 3, firstLife: 6 });
  for (let life = 6; life <= 7; life++) pool.release(pool.acquire());
  expect(pool.tryAcquire()).toBe(0);
  expect(pool.retired).toBe(1);
  pool.verify();
});

test.each([0, -1, 1.5, Number.NaN, 8, "1"])("%s is no firstLife", (firstLife) => {
  const message = `invalid firstLife: ${JSON.stringify(firstLife) ?? firstLife} is not a whole number from 1 to 7`;
  const make = () => new MetadataPool({ capacity: 1, generationBits: 3, firstLife: firstLife as number });
  expect(make).toThrow(Number.isNaN(firstLife) ? message.replace("null", "NaN") : message);
});

test("what a pool has in its words is no handle, but for those of live young slots", () => {
  // slots that never lived, are ready to, live, are free; old ones of both kinds; retired ones
  const young = new MetadataPool({ capacity: 100 });
  const few = new MetadataPool({ capacity: 16, generationBits: 1 });
  const old = new MetadataPool({ capacity: 5, firstLife: 2 ** 27 - 1 });
  for (const pool of [young, few, old]) {
    const all = Array.from({ length: Math.min(30, pool.capacity) }, () => pool.acquire());
    for (const h of all.slice(2)) pool.release(h);
  }
  for (let h = old.tryAcquire(), n = 0; n < 2; n++, h = old.tryAcquire()) expect(h).toBeGreaterThanOrEqual(2 ** 30);
  for (const pool of [young, few, old]) {
    const live = new Set<number>(pool);
    const before = Buffer.from(pool.buffer.slice());
    for (const word of new Int32Array(pool.buffer)) {
      for (const value of [word, -word, ~word, word >>> 0, word + 2 ** 32, word & 0x3fffffff]) {
        if (live.has(value)) continue;
        const h = value as Handle<Record<never, never>>;
        expect(pool.isLive(h), `${value}`).toBe(false);
        expect(() => pool.slot(h)).toThrow(/^stale handle: /);
        expect(() => pool.release(h)).toThrow(/^(stale handle: |double free: )/);
      }
    }
    expect(Buffer.compare(before, Buffer.from(pool.buffer))).toBe(0);
    pool.verify();
  }
});
