/** Charging is exact, and what the quota refuses has changed nothing. */
import { DoubleFreeError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { bytesOf, caught, fillUp, random, root } from "./helpers.ts";

describe("what is charged", () => {
  test("is what sizeOf says, of blocks of every size and alignment", () => {
    const context = root();
    let sum = 0;
    for (const alignment of [undefined, 1, 8, 16, 256, 4096, 65536]) {
      for (const size of [0, 1, 8, 16, 17, 100, 1000, 4096, 5000, 16384, 16385, 40_000]) {
        sum += context.sizeOf(context.allocate(size, alignment));
        expect(context.used).toBe(sum);
      }
    }
    context.verify();
  });

  test("comes back with every free", () => {
    const context = root();
    const blocks = [0, 100, 5000, 20_000].map((size) => context.allocate(size));
    let { used } = context;
    for (const p of blocks) {
      used -= context.sizeOf(p);
      context.free(p);
      expect(context.used).toBe(used);
    }
    expect(used).toBe(0);
  });

  test("is nothing for a free that is refused", () => {
    const context = root();
    const p = context.allocate(100);
    const large = context.allocate(50_000);
    context.free(p);
    const { used } = context;
    for (const bad of [p, large + 4096, large + 8, 0, 2 ** 32, -1, 0.5, "8", null, undefined, {}, 8n, Symbol("8")]) {
      expect(() => context.free(bad as number)).toThrow(/^(double|invalid) free: /);
      expect(context.used).toBe(used);
    }
    expect(() => context.free(p)).toThrow(DoubleFreeError);
    context.verify();
  });

  test("is the pages that a large block has after resize", () => {
    const context = root();
    const p = context.allocate(20_000);
    for (const size of [40_000, 4096, 0, 100_000]) {
      expect(context.resize(p, size)).toBe(true);
      expect(context.used).toBe(context.sizeOf(p));
      expect(context.used).toBe(Math.max(1, Math.ceil(size / 4096)) * 4096);
    }
    const small = context.allocate(100);
    const { used } = context;
    const room = context.sizeOf(small);
    expect([context.resize(small, room), context.resize(small, 0), context.resize(small, room + 1)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(context.used).toBe(used);
    context.verify();
  });

  test("is right after reallocate, in place and not", () => {
    const context = root();
    let p = context.allocate(10);
    for (const size of [100, 90, 5000, 16384, 16385, 100_000, 50_000, 60_000, 0, 7, 300_000]) {
      p = context.reallocate(p, size);
      expect(context.used).toBe(context.sizeOf(p));
      expect(context.stats().blocks).toBe(1);
      context.verify();
    }
  });

  test("is as it was, and so is the block, for a size that it has room for", () => {
    const context = root();
    for (const size of [16, 112, 5120, 20_480]) {
      const p = context.allocate(size);
      const { used } = context;
      expect([context.reallocate(p, size), context.reallocate(p, size - 1), context.used]).toEqual([p, p, used]);
    }
  });

  test("is the room of a larger class where the own one finds no pages", () => {
    // A slab of 40-byte blocks is 5 pages; none is left of that length, only a page here and there.
    const context = root({ quota: 65536, reserve: 65536 });
    const pages: number[] = [];
    for (let p = context.tryAllocate(4096, 65536); p !== 0; p = context.tryAllocate(4096, 65536)) pages.push(p);
    const row = fillUp(context, 4096);
    context.free(row[0]);
    for (const size of [33, 40, 49]) {
      const { used } = context;
      const p = context.tryAllocate(size);
      if (p !== 0) expect(context.used - used).toBe(context.sizeOf(p));
      context.verify();
    }
  });

  test("is nothing once all is reset", () => {
    const context = root();
    fillUp(context, 1000);
    context.reset();
    expect(context.used).toBe(0);
    expect(context.usage().peak).toBe(context.quota);
    context.verify();
  });
});

describe("reallocate", () => {
  // Above its soft limit nothing is short: each call looks at everything.
  const twins = (options: object) => [root(options), root({ ...options, soft: 0 })];

  test.each([
    ["far from every limit", { quota: 1 << 24 }],
    ["near the quota", { quota: 40_000, reserve: 1 << 18 }],
    ["where the heap runs out of pages before", { quota: 1 << 17, reserve: 1 << 17 }],
  ])("does the same the short way and the long one: %s", (_, options) => {
    for (let seed = 1; seed <= 5; seed++) {
      const [short, long] = twins(options);
      const next = random(seed);
      const live: number[] = [0];
      let refusals = 0;
      for (let i = 0; i < 600; i++) {
        const at = next(live.length);
        const size = next(next(3) === 0 ? 20_000 : 700);
        const calls = [short, long].map((context) => {
          let to = 0;
          const error = caught(() => {
            if (i % 4 === 0 || live[at] === 0) to = context.allocate(size);
            else if (i % 9 === 0) context.free(live[at]);
            else to = context.reallocate(live[at], size);
          });
          return [to, error?.name, error?.message, context.used, context.usage().peak, context.stats().live];
        });
        expect(calls[0]).toEqual(calls[1]);
        const [to, error] = calls[0] as [number, string | undefined];
        if (error !== undefined) refusals++;
        else if (i % 4 === 0 || live[at] === 0) live.push(to);
        else live[at] = to;
      }
      expect(refusals > 0).toBe(options.quota !== 1 << 24);
      expect(Buffer.compare(bytesOf(short), bytesOf(long))).toBe(0);
      for (const context of [short, long]) context.verify();
    }
  });

  test("refuses the same, and then nothing has changed", () => {
    const contexts = twins({ quota: 1 << 20 });
    const [p, freed, large] = contexts.map((context) => [100, 50, 30_000].map((size) => context.allocate(size)))[0];
    for (const context of contexts) context.free(freed);
    const sizes = [-1, 0.5, Number.NaN, 2 ** 32, "8", undefined, null, {}, 8n, Symbol("8")];
    const offsets = [freed, p + 8, large + 4096, 0, -1, p + 0.5, p + 2 ** 32, Number.NaN, "8", undefined, null, {}, 8n];
    const pairs = [
      ...sizes.map((size) => [p, size]),
      ...offsets.flatMap((offset) => sizes.map((size) => [offset, size])),
    ];
    for (const [offset, size] of [...pairs, ...offsets.map((offset) => [offset, 200])]) {
      const [short, long] = contexts.map((context) => {
        const { used } = context;
        const { name, message, code } = caught(() => context.reallocate(offset as number, size as number))!;
        expect(context.used).toBe(used);
        context.verify();
        return [name, message, code];
      });
      expect(short).toEqual(long);
      expect(short[2]).toMatch(/^ERR_INVALID_/);
    }
  });
});

describe("the most that was used", () => {
  test("is kept through frees, resizes, resets and moves", () => {
    const context = root();
    const peaks: number[] = [];
    const note = () => peaks.push(context.usage().peak);
    const p = context.allocate(100_000);
    note();
    context.resize(p, 5000);
    note();
    context.free(p);
    note();
    const q = context.allocate(110_000);
    const other = context.allocate(1000);
    context.free(other);
    context.reallocate(q, 200_000);
    context.reset();
    note();
    expect(peaks).toEqual([102_400, 102_400, 102_400, 200_704]);
  });

  test("does not count a move twice: both blocks are there for a moment, only one is charged", () => {
    const context = root();
    const p = context.allocate(5000);
    context.reallocate(p, 10_000);
    expect(context.usage().peak).toBe(10_240);
  });
});

describe("freeMany", () => {
  test("gives all charges back, or none", () => {
    const context = root();
    const blocks = [8, 100, 5000, 20_000, 3].map((size) => context.allocate(size));
    const { used } = context;
    const attempts: [number[], string][] = [
      [[...blocks, blocks[0]], `double free: the block at offset ${blocks[0]} is free already`],
      [[...blocks, blocks[3] + 8], `invalid free: no block begins at offset ${blocks[3] + 8}`],
      [[...blocks, 0], "invalid free: no block begins at offset 0"],
    ];
    for (const [list, message] of attempts) {
      expect(() => context.freeMany(Int32Array.from(list))).toThrow(message);
      expect(context.used).toBe(used);
      context.verify();
    }
    expect(() => context.freeMany([blocks[0]] as unknown as Int32Array)).toThrow(
      "invalid offsets: an object is no Int32Array or Uint32Array",
    );
    expect(() => context.freeMany(new Int32Array(2), 3)).toThrow("invalid count: 3 is not a whole number from 0 to 2");
    context.freeMany(Int32Array.from(blocks), 4);
    expect(context.used).toBe(16);
    context.verify();
  });
});
