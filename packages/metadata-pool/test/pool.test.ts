import { AllocatorError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { type Handle, MetadataPool } from "../src/index.ts";

const fields = { size: "u32", owner: "f64" } as const;
const code = (code: string, message: string) => expect.objectContaining({ code, message });

describe("acquire and release", () => {
  test("a default pool has 10,000 records in one buffer, and ends there", () => {
    const pool = new MetadataPool({ fields });
    const handles = Array.from({ length: 10_000 }, () => pool.acquire());
    expect(new Set(handles).size).toBe(10_000);
    expect(pool.size).toBe(10_000);
    expect(pool.tryAcquire()).toBe(0);
    expect(() => pool.acquire()).toThrow(code("ERR_POOL_EXHAUSTED", "pool exhausted: all 10000 slots are live"));
    pool.release(handles[1234]);
    expect(pool.slot(pool.acquire())).toBe(1234);
    pool.verify();
  });

  test("no handle is 0, and all are small integers at first", () => {
    for (const capacity of [1, 2, 3, 32, 33, 10_000]) {
      const pool = new MetadataPool({ capacity });
      for (let i = 0; i < capacity; i++) {
        const h = pool.acquire();
        expect(h).toBeGreaterThan(0);
        expect(h).toBeLessThan(2 ** 30);
        expect(pool.slot(h)).toBe(i);
        expect(pool.handleAt(i)).toBe(h);
      }
    }
  });

  test("a second release is a double free, until the slot is acquired again: then the handle is stale", () => {
    const pool = new MetadataPool({ capacity: 4, fields });
    const h = pool.acquire();
    pool.release(h);
    for (let i = 0; i < 3; i++) {
      expect(() => pool.release(h)).toThrow(
        code("ERR_DOUBLE_FREE", "double free: the record of handle 4 is free already"),
      );
    }
    const next = pool.acquire();
    expect(pool.slot(next)).toBe(0);
    expect(() => pool.release(h)).toThrow(code("ERR_STALE_HANDLE", "stale handle: 4 is not live"));
    pool.release(next);
    expect(() => pool.release(h)).toThrow(code("ERR_STALE_HANDLE", "stale handle: 4 is not live"));
    pool.verify();
  });

  test("only the handle itself is live, of all values", () => {
    const pool = new MetadataPool({ capacity: 5, fields });
    const h = pool.acquire();
    pool.release(pool.acquire());
    const others = [
      0,
      -0,
      1,
      -1,
      h - 1,
      h + 1,
      h + 8,
      -h,
      h + 0.5,
      h + 2 ** 32,
      h - 2 ** 32,
      2 ** 52 + h,
      2 ** 53,
      1e300,
    ];
    for (const bad of [...others, Number.NaN, Infinity, -Infinity, String(h), null, undefined, {}, [h], true]) {
      expect(pool.isLive(bad as Handle<typeof fields>), String(bad)).toBe(false);
      expect(() => pool.slot(bad as Handle<typeof fields>)).toThrow(AllocatorError);
      expect(() => pool.get(bad as Handle<typeof fields>, "size")).toThrow(AllocatorError);
      expect(() => pool.fields.size.get(bad as Handle<typeof fields>)).toThrow(AllocatorError);
      expect(() => pool.fields.owner.set(bad as Handle<typeof fields>, 1)).toThrow(AllocatorError);
      expect(() => pool.release(bad as Handle<typeof fields>)).toThrow(AllocatorError);
    }
    expect(pool.isLive(h)).toBe(true);
    expect(pool.size).toBe(1);
    pool.verify();
  });

  test("what was released last is acquired next, then what never lived, the lowest first", () => {
    const pool = new MetadataPool({ capacity: 100 });
    const all = Array.from({ length: 70 }, () => pool.acquire());
    for (const slot of [5, 60, 9]) pool.release(all[slot]);
    const slots = Array.from({ length: 33 }, () => {
      const next = pool.nextFree;
      expect(pool.available().has(next)).toBe(true);
      expect(pool.slot(pool.acquire())).toBe(next);
      return next;
    });
    expect(slots).toEqual([9, 60, 5, ...Array.from({ length: 30 }, (_, i) => 70 + i)]);
    expect([pool.nextFree, pool.available().count]).toEqual([-1, 0]);
    pool.reset();
    expect(Array.from({ length: 100 }, () => pool.slot(pool.acquire()))).toEqual([...new Array(100).keys()]);
  });

  test("iteration gives the live handles by slot", () => {
    const pool = new MetadataPool({ capacity: 100 });
    const all = Array.from({ length: 10 }, () => pool.acquire());
    for (const h of all) if (pool.slot(h) % 3 === 0) pool.release(h);
    expect([...pool]).toEqual(all.filter((h) => pool.isLive(h)));
    expect([...pool].length).toBe(6);
    // a loop may release what it visits
    for (const h of pool) pool.release(h);
    expect(pool.size).toBe(0);
  });

  test("reset makes every handle stale, and goes on with the generations", () => {
    const pool = new MetadataPool({ capacity: 8 });
    const before = Array.from({ length: 8 }, () => pool.acquire());
    pool.release(before[3]);
    pool.reset();
    expect(pool.size).toBe(0);
    pool.verify();
    expect(before.some((h) => pool.isLive(h))).toBe(false);
    const after = Array.from({ length: 8 }, () => pool.acquire());
    expect(after.some((h) => before.includes(h))).toBe(false);
    expect(before.some((h) => pool.isLive(h))).toBe(false);
  });

  test("stats", () => {
    const pool = new MetadataPool({ capacity: 1000, fields });
    for (let i = 0; i < 10; i++) pool.acquire();
    const { overhead, ...stats } = pool.stats();
    expect(stats).toEqual({ capacity: 1000, live: 10, free: 990, retired: 0, byteLength: pool.byteLength });
    expect(overhead + 12 * 1000).toBe(pool.byteLength);
    expect(pool.byteLength).toBe(MetadataPool.byteLength({ capacity: 1000, fields }));
    expect(pool.buffer.byteLength).toBe(pool.byteLength);
  });
});

test.each([0, -1, 0.5, Number.NaN, 2 ** 24 + 1, 2 ** 32, Infinity, null])("%s is no capacity", (capacity) => {
  const message = `invalid capacity: ${capacity} is not a whole number from 1 to 16777216`;
  expect(() => new MetadataPool({ capacity: capacity as number })).toThrow(code("ERR_INVALID_ARGUMENT", message));
});

test("a pool of more than 4 GiB is refused", () => {
  const fields = { a: "bytes:256" } as const;
  const message = /^invalid capacity: 16777216 records take \d+ bytes, above 4294901760$/;
  expect(() => new MetadataPool({ capacity: 2 ** 24, fields })).toThrow(message);
});
