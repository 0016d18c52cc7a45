import { describe, expect, test } from "vitest";
import { BlockPool } from "../src/index.ts";

/** A key of this number. */
export function keyOf(n: number): Int32Array {
  return Int32Array.of(n, 0, 0, 0, 0, 0, 0, n);
}

/** `n` blocks with the keys `first`, `first + 1`, … */
function cachedBlocks(pool: BlockPool, n: number, first: number): Int32Array {
  const ids = new Int32Array(n);
  pool.allocate(n, ids);
  ids.forEach((id, i) => {
    pool.register(id, keyOf(first + i));
  });
  return ids;
}

describe("a pool of 8 blocks", () => {
  test("gives the lowest empty ones, all or nothing", () => {
    const pool = new BlockPool({ blocks: 8 });
    const ids = new Int32Array(9);
    expect(pool.tryAllocate(9, ids)).toBe(false);
    expect(pool.tryAllocate(3, ids, 1)).toBe(true);
    expect([...ids]).toEqual([0, 1, 2, 3, 0, 0, 0, 0, 0]);
    expect(() => pool.allocate(6, ids)).toThrow("pool exhausted: 6 blocks were asked for, and 5 of 8 are free");
    pool.release(ids, 2, 1);
    expect(pool.take()).toBe(2);
    expect(pool.stats()).toMatchObject({ blocks: 8, empty: 5, cached: 0, used: 3 });
    pool.verify();
  });

  test("finds what was registered, until it is evicted, the last of a list first", () => {
    const pool = new BlockPool({ blocks: 8 });
    const ids = cachedBlocks(pool, 4, 100);
    expect(pool.find(keyOf(102))).toBe(3);
    pool.release(ids);
    expect([pool.empty, pool.cached]).toEqual([4, 4]);
    const more = new Int32Array(6);
    pool.allocate(6, more);
    expect([...more]).toEqual([5, 6, 7, 8, 4, 3]);
    expect([100, 101, 102, 103].map((key) => pool.find(keyOf(key)))).toEqual([1, 2, 0, 0]);
    expect(pool.dropped).toBe(2);
    pool.verify();
  });
});
