/**
 * `@thi.ng/malloc` 6.1.150, run as any third party's allocator would be. With the contract's own `reallocate` it passes;
 * what follows are its known faults, asserted as they are: when one of these tests fails, it has been mended.
 */
import { MemPool } from "@thi.ng/malloc";
import { describe, expect, test } from "vitest";
import { ConformanceError, conformance, Shadow } from "../src/index.ts";
import { ThiNg, ThiNgRealloc } from "./thi-ng.ts";

describe("with the generic reallocate it keeps the contract", () => {
  conformance({ test, create: (capacity) => new ThiNg(capacity), runs: 30 });
});

describe("with its own realloc", () => {
  const failures = new Map<string, string>();
  conformance({
    create: (capacity) => new ThiNgRealloc(capacity),
    test: (name, fn) => {
      // Its lists become cycles sooner or later: no place for a long run, nor for a heap that is filled many times.
      if (name === "model: a long run keeps the contract" || name.startsWith("leak: ")) return;
      try {
        fn();
      } catch (error) {
        failures.set(name, (error as Error).message);
      }
    },
  });

  test("exactly these rules are broken", () => {
    expect([...failures.keys()]).toEqual([
      "contract: reallocate keeps the contents, whether it moves or not",
      "contract: reallocate moves a large block with all of its contents",
      "misuse: a block that was reallocated elsewhere is free",
      "stats: every byte is overhead, reserved or free, whatever is called",
      "model: any sequence of calls keeps the contract",
    ]);
  });

  test("the model shrinks the leak to three calls", () => {
    expect(failures.get("model: any sequence of calls keeps the contract")).toMatch(
      new RegExp(
        [
          "^model: any sequence of calls keeps the contract",
          "  stats\\(\\).blocks is 3, expected 2",
          "  in sequence \\d+ of seed 1, after \\d+ shrinks, on a new heap of 262144 bytes:",
          "      allocate\\(0\\) → 40",
          "      allocate\\(0, 1\\) → 56",
          "      reallocate\\(40, 16\\) → 72$",
        ].join("\n"),
      ),
    );
  });
});

describe("its faults, one by one", () => {
  test("a realloc that moves leaks the old block", () => {
    const pool = new MemPool({ size: 4096 });
    const a = pool.malloc(16);
    pool.malloc(16);
    pool.realloc(a, 64);
    expect(pool.stats().used.count).toBe(3);
    expect(pool.free(a)).toBe(true);
  });

  test("shrinking the last block by less than 16 bytes makes a later block overlap", () => {
    const pool = new MemPool({ size: 4096 });
    const a = pool.malloc(24);
    pool.realloc(a, 16);
    const q = pool.malloc(8);
    pool.free(a);
    const r = pool.malloc(24);
    expect([r, r + 24, q - 8]).toEqual([40, 64, 56]);
    new Uint8Array(pool.buf).fill(0xff, r, r + 24);
    // The header of q is gone, and with it the list that it was part of.
    expect(pool.stats().used.size).toBeNaN();
  });

  test("a shadow sees that at the first block after", () => {
    const heap = new Shadow(new ThiNgRealloc(4096));
    const a = heap.allocate(24);
    heap.reallocate(a, 16);
    heap.allocate(8);
    expect(() => heap.check()).toThrow(
      new ConformanceError("byte 16 of the block at 40 is not what was written to it"),
    );
  });

  // Untouched pages cost nothing: of the 2.5 GiB only the few with headers become real.
  test("a block above 2 GiB cuts its list off: what comes behind cannot be freed", () => {
    const pool = new MemPool({ size: 2.5 * 2 ** 30 });
    const low = pool.malloc(2.2 * 2 ** 30);
    const high = pool.malloc(64);
    const last = pool.malloc(64);
    expect(high).toBeGreaterThan(2 ** 31);
    expect(pool.free(high)).toBe(false);
    expect(pool.free(low)).toBe(false);
    expect(pool.free(last)).toBe(true);
    expect(pool.stats().free.size).toBeNaN();
  });
});
