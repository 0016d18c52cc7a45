import { describe, expect, test } from "vitest";
import type { MemoryContext } from "../src/index.ts";
import { child, root, verifyAll } from "./helpers.ts";

describe("a hostile neighbour", () => {
  /** What a well-behaved context can do until it is full, counted: the same calls, the same numbers. */
  function work(context: MemoryContext): unknown[] {
    const log: unknown[] = [];
    const live: number[] = [];
    for (let i = 0; ; i++) {
      const size = (i * 7919) % 3000;
      const p = context.tryAllocate(size);
      if (p === 0) break;
      live.push(p);
      if (i % 3 === 2) context.free(live.splice((i * 31) % live.length, 1)[0]);
      if (i % 5 === 4) {
        const at = (i * 17) % live.length;
        live[at] = context.reallocate(live[at], (size * 3) % 2000);
      }
    }
    log.push(live.length, context.usage(), context.stats());
    context.freeMany(Int32Array.from(live));
    const out = new Int32Array(10_000);
    log.push(context.allocateMany(100, out), context.usage());
    context.reset();
    context.verify();
    return log;
  }

  const attacks: Record<string, (a: MemoryContext, b: MemoryContext) => void> = {
    "allocates until it is refused": (a) => {
      for (const size of [16, 100, 5000, 100_000]) while (a.tryAllocate(size) !== 0);
    },
    "fragments all it has": (a) => {
      const row: number[] = [];
      for (let p = a.tryAllocate(64); p !== 0; p = a.tryAllocate(64)) row.push(p);
      for (const [i, p] of row.entries()) if (i % 2 === 0) a.free(p);
      while (a.tryAllocate(128) !== 0);
    },
    "frees in bad patterns, twice, and what is not its": (a, b) => {
      const theirs = b.allocate(100);
      const mine = Array.from({ length: 500 }, (_, i) => a.allocate(i));
      for (const p of [...mine, ...mine, theirs, theirs + 8, 0, 4096, ...mine]) {
        try {
          a.free(p);
        } catch {}
      }
      b.free(theirs);
    },
    "makes and ends children": (a) => {
      for (let i = 0; i < 50; i++) {
        const inner = child(a, "x", 50_000);
        while (inner.tryAllocate(1000) !== 0);
        if (i % 2 === 0) inner.dispose();
        else a.child("x")!.dispose();
      }
      if (a.child("stays") === undefined) child(a, "stays", 100_000);
    },
    "asks for what it can't have": (a) => {
      for (const size of [a.capacity, a.quota + 1, -1, Number.NaN]) {
        for (const call of [() => a.allocate(size), () => child(a, "y", size)]) expect(call).toThrow();
      }
      expect(() => (a.quota = a.usage().reserved)).toThrow("quota exceeded");
    },
    ends: (a) => a.dispose(),
  };
  for (const [what, attack] of Object.entries(attacks)) {
    test(`that ${what} changes nothing of what its neighbour can do`, () => {
      const scene = () => {
        const top = root({ quota: 1 << 20 });
        return [child(top, "a", 1 << 19), child(top, "b", 1 << 18), top];
      };
      const [, alone] = scene();
      const [a, b, top] = scene();
      // Alone it does it twice, too: its own peaks are kept.
      const expected = [work(alone), work(alone)];
      attack(a, b);
      const counters = { peak: 0, refused: 0, pressures: 0 };
      const plain = (log: unknown[]) =>
        log.map((entry) => (typeof entry === "object" ? { ...entry, ...counters } : entry));
      expect(plain(work(b))).toEqual(plain(expected[0]));
      // … again and again, taking turns.
      if (!a.disposed) attack(a, b);
      expect(plain(work(b))).toEqual(plain(expected[1]));
      verifyAll(top);
    });
  }
});
