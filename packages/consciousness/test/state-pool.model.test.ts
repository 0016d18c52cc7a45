/** Any sequence of calls, against a Map of what should be live. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ConsciousnessStatePool, type StateHandle } from "../src/index.ts";

type Call = readonly ["allocate" | "release" | "retune" | "stale" | "band" | "reset", number];

test("a pool does as a Map of frequencies does", () => {
  const frequency = fc.double({ min: 1e-4, max: 1e8, noNaN: true });
  const call = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.constant("allocate" as const), frequency) },
    { weight: 5, arbitrary: fc.tuple(fc.constant("release" as const), fc.nat()) },
    { weight: 4, arbitrary: fc.tuple(fc.constant("retune" as const), frequency) },
    { weight: 2, arbitrary: fc.tuple(fc.constant("stale" as const), fc.nat()) },
    { weight: 3, arbitrary: fc.tuple(fc.constant("band" as const), frequency) },
    { weight: 1, arbitrary: fc.tuple(fc.constant("reset" as const), fc.constant(0)) },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.array(call, { maxLength: 200 }), (poolSize, calls) => {
      check(poolSize, calls);
    }),
    { seed: 1, numRuns: 200 },
  );
});

function check(poolSize: number, calls: readonly Call[]): void {
  const first = new ConsciousnessStatePool({ poolSize });
  // Two contexts take turns on the same states, each with an index of its own once it was asked for one.
  const both = [first, ConsciousnessStatePool.attach(first.buffer)];
  const live = new Map<StateHandle, number>();
  const ended: StateHandle[] = [];
  const pick = (n: number): StateHandle | undefined => [...live.keys()][n % Math.max(live.size, 1)];
  for (const [what, n] of calls) {
    const pool = both[Math.floor(n / 3) % 3 === 0 ? 1 : 0];
    const one = pick(Math.floor(n));
    if (what === "allocate") {
      const h = pool.tryAllocateConsciousnessState(n);
      expect(h === 0).toBe(live.size === poolSize);
      if (h !== 0) {
        expect(live.has(h) || ended.includes(h)).toBe(false);
        live.set(h, n);
      }
    } else if (what === "release" && one !== undefined) {
      pool.release(one);
      live.delete(one);
      ended.push(one);
    } else if (what === "retune" && one !== undefined) {
      pool.retune(one, n);
      live.set(one, n);
    } else if (what === "stale" && ended.length > 0) {
      expect(() => pool.release(ended[n % ended.length])).toThrow();
    } else if (what === "band") {
      const right = [...live].filter(([, f]) => f >= n && f < 8 * n).map(([h]) => h);
      expect(new Set(pool.inBand(n, 8 * n))).toEqual(new Set(right));
    } else if (what === "reset") {
      pool.reset();
      ended.push(...live.keys());
      live.clear();
    }
  }
  for (const pool of both) {
    expect(new Set(pool)).toEqual(new Set(live.keys()));
    for (const [h, f] of live) expect(pool.frequencyOf(h)).toBe(f);
    for (const h of ended) expect(pool.isLive(h)).toBe(false);
    expect(new Set(pool.inBand(0, Number.POSITIVE_INFINITY))).toEqual(new Set(live.keys()));
    pool.verify();
  }
}
