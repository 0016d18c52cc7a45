import { describe, expect, test } from "vitest";
import { Nothing, NothingObjects } from "../../src/subjects/nothing.ts";
import type { Target } from "../../src/subjects/target.ts";
import { timeBatches } from "../../src/worker/batches.ts";
import { latency } from "../../src/worker/latency.ts";
import { time } from "../../src/worker/timing.ts";
import { batchOf, churnOf, pairsOf } from "../../src/workloads/heap/micro.ts";
import { ownClock } from "../own-clock.ts";

const options = { handles: "offsets", budget: 10, limit: 1000, window: 1 } as const;

/** Takes 50 µs for every allocation. */
class Slow extends Nothing {
  readonly #clock = ownClock();
  override allocate(size: number): number {
    this.#clock.pass(0.05);
    return super.allocate(size);
  }
}

/** Counts what is live. */
class Counting implements Target<number> {
  live = 0;
  next = 0;
  allocate(): number {
    this.live++;
    return ++this.next;
  }
  free(): void {
    this.live--;
  }
  reallocate(id: number): number {
    return id;
  }
}

describe("time", () => {
  test("is finite and positive for what does nothing, over offsets and objects", async () => {
    ownClock();
    const timing = await time(async () => new Nothing(), pairsOf(64, 4096), options);
    if (timing.stopped) throw new Error("stopped");
    expect(timing.best).toBeGreaterThan(0);
    expect(timing.best).toBe(Math.min(...timing.windows));
    expect(timing.windows.length).toBeGreaterThanOrEqual(3);
    expect(timing.warmReplays).toBeGreaterThanOrEqual(3);
    const objects = await time(async () => new NothingObjects(), pairsOf(64, 4096), { ...options, handles: "objects" });
    expect(objects.stopped).toBe(false);
  });

  test("stops at the limit, with a bound below the average so far", async () => {
    const timing = await time(async () => new Slow(), batchOf(64, 16_384, "fifo"), { ...options, limit: 100 });
    if (!timing.stopped) throw new Error("not stopped");
    const { atLeast, soFar, done, events } = timing;
    // 64 events at a time while it warms up.
    expect(done).toBe(2048);
    expect(events).toBe(32_768);
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(events);
    // Both come from one measured time: over all units, and over those done.
    expect(atLeast * events).toBeCloseTo(soFar * done, 3);
    expect(soFar).toBeGreaterThan(50_000);
  });

  test("says so when even the prelude is too slow", async () => {
    const timing = time(async () => new Slow(), churnOf(16_384), { ...options, limit: 20 });
    await expect(timing).rejects.toThrow("too slow to set up");
  });

  test("frees what a replay leaves live", async () => {
    ownClock();
    const target = new Counting();
    await time(async () => target, churnOf(100), options);
    expect(target.live).toBe(0);
    expect(target.next).toBeGreaterThan(0);
  });

  test("resets what does not use memory again, and frees nothing of it", async () => {
    ownClock();
    let resets = 0;
    const target = Object.assign(new Counting(), { traits: { reuse: false }, reset: () => resets++ });
    const timing = await time(async () => target, batchOf(16, 100, "fifo"), options);
    if (timing.stopped) throw new Error("stopped");
    expect(resets).toBe(timing.warmReplays + timing.windows.length * timing.replaysPerWindow);
  });
});

describe("latency", () => {
  test("is ordered, and of many batches", async () => {
    ownClock();
    const tail = await latency(async () => new Nothing(), pairsOf(64, 4096), "offsets", 10);
    expect(tail!.p50).toBeLessThanOrEqual(tail!.p99);
    expect(tail!.p99).toBeLessThanOrEqual(tail!.max);
    expect(tail!.batches).toBeGreaterThanOrEqual(32);
  });
});

describe("timeBatches", () => {
  const work = (): number => {
    let sum = 0;
    for (let i = 0; i < 20_000; i++) sum += Math.sqrt(i) % 3;
    return sum > 0 ? 7 : 0;
  };

  test("gives times per unit", async () => {
    const { time, latency } = await timeBatches(work, { units: 20_000, expected: 7, mean: false, budget: 20 });
    expect(time.best).toBe(latency.p50);
    expect(time.best).toBeGreaterThan(0);
  });

  test("fails where a batch returns a wrong result", async () => {
    const wrong = timeBatches(work, { units: 20_000, expected: 8, mean: false, budget: 20 });
    await expect(wrong).rejects.toThrow(/^\d+ batches returned a wrong result$/);
  });
});
