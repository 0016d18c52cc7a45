import { PoolExhaustedError } from "@ariax/allocator";
import fc from "fast-check";
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { type Handle, MetadataPool } from "../src/index.ts";

const fields = { value: "u32", name: "bytes:3" } as const;
type H = Handle<typeof fields>;

/** What a call does depends on numbers that are taken modulo what there is. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ op: fc.constant("acquire" as const), n: fc.nat() }) },
  { weight: 7, arbitrary: fc.record({ op: fc.constant("release" as const), n: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("stale" as const), n: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom("reset" as const, "attach" as const), n: fc.nat() }) },
);

test("a pool does as a Map of live records does", () => {
  const shape = fc.record({
    capacity: fc.integer({ min: 1, max: 70 }),
    generationBits: fc.integer({ min: 1, max: 6 }),
  });
  fc.assert(
    fc.property(shape, fc.array(step, { maxLength: 300, size: "max" }), (options, steps) => {
      let pool = new MetadataPool({ ...options, fields });
      const lives = 2 ** options.generationBits - 1;
      const live = new Map<H, number>();
      const dead: H[] = [];
      const wear = new Array<number>(options.capacity).fill(0);
      const bury = (h: H) => {
        dead.push(h);
        live.delete(h);
      };
      for (const { op, n } of steps) {
        if (op === "acquire") {
          const room =
            wear.filter((w) => w < lives).length - [...live.keys()].filter((h) => wear[pool.slot(h)] < lives).length;
          if (room === 0) expect(() => pool.acquire()).toThrow(PoolExhaustedError);
          else {
            const h = pool.acquire();
            expect(live.has(h) || dead.includes(h)).toBe(false);
            wear[pool.slot(h)]++;
            live.set(h, n);
            pool.set(h, "value", n);
            pool.set(h, "name", Uint8Array.of(n, n >> 8, n >> 16));
          }
        } else if (op === "release" && live.size > 0) {
          const h = [...live.keys()][n % live.size];
          pool.release(h);
          bury(h);
        } else if (op === "stale" && dead.length > 0) {
          const h = dead[n % dead.length];
          expect(pool.isLive(h)).toBe(false);
          expect(() => pool.get(h, "value")).toThrow(`stale handle: ${h} is not live`);
          expect(() => pool.release(h)).toThrow(/^(stale handle: \d+ is not live|double free: .* is free already)$/);
        } else if (op === "reset") {
          pool.reset();
          for (const h of [...live.keys()]) bury(h);
        } else if (op === "attach") pool = MetadataPool.attach(pool.buffer, { fields });
        expect(pool.size).toBe(live.size);
      }
      pool.verify();
      expect(new Set(pool)).toEqual(new Set(live.keys()));
      for (const [h, n] of live) {
        expect(pool.get(h, "value")).toBe(n);
        expect([...pool.get(h, "name")]).toEqual([n & 255, (n >> 8) & 255, (n >> 16) & 255]);
      }
      const worn = wear.filter((w, slot) => w === lives && pool.handleAt(slot) === 0).length;
      expect(pool.retired).toBe(worn);
    }),
    { seed: 1, numRuns: times(100, 1000) },
  );
});
