import { describe, expect, test } from "vitest";
import { Nothing, NothingObjects } from "../../src/subjects/nothing.ts";
import type { Target } from "../../src/subjects/target.ts";
import { timeBatches } from "../../src/worker/batches.ts";
import { latency } from "../../src/worker/latency.ts";
import { type Finished, steps, time, timeTurns } from "../../src/worker/timing.ts";
import { turnsAlone } from "../../src/worker/turns.ts";
import { batchOf, churnOf, pairsOf } from "../../src/workloads/heap/micro.ts";
import { replacementOf } from "../../src/workloads/heap/replacement.ts";
import { ownClock } from "../own-clock.ts";

const budget = { warm: 5, turns: 1000 };
const options = () =>
  ({ handles: "offsets", budget, limit: 1000, isWhole: false, window: 1, turns: turnsAlone(3) }) as const;

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
    const timing = await time(async () => new Nothing(), pairsOf(64, 4096), options());
    if (timing.stopped) throw new Error("stopped");
    expect(timing.best).toBeGreaterThan(0);
    expect(timing.best).toBe(Math.min(...timing.turns));
    expect(timing.turns).toHaveLength(3);
    expect(timing.warmReplays).toBeGreaterThanOrEqual(3);
    const objects = await time(async () => new NothingObjects(), pairsOf(64, 4096), {
      ...options(),
      handles: "objects",
    });
    expect(objects.stopped).toBe(false);
  });

  test("stops at the limit, with a bound below the average so far", async () => {
    const timing = await time(async () => new Slow(), batchOf(64, 16_384, "fifo"), { ...options(), limit: 100 });
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
    const timing = time(async () => new Slow(), churnOf(16_384), { ...options(), limit: 20 });
    await expect(timing).rejects.toThrow("too slow to set up");
  });

  test("frees what a replay leaves live", async () => {
    ownClock();
    const target = new Counting();
    await time(async () => target, churnOf(100), options());
    expect(target.live).toBe(0);
    expect(target.next).toBeGreaterThan(0);
  });

  test("resets what does not use memory again, and frees nothing of it", async () => {
    ownClock();
    let [resets, replays] = [0, 0];
    const target = Object.assign(new Counting(), { traits: { reuse: false }, reset: () => resets++ });
    const work = batchOf(16, 100, "fifo");
    const loop: typeof work.loop = (...bound) => {
      const run = work.loop(...bound);
      return (from, to) => {
        if (from === 0) replays++;
        run(from, to);
      };
    };
    await time(async () => target, { ...work, loop }, options());
    expect(replays).toBeGreaterThan(6);
    expect(resets).toBe(replays);
  });
});

describe("turns", () => {
  /** Replays of so many ms each, one after the other, then of the last's. */
  function replays(...ms: number[]) {
    const clock = ownClock();
    let done = 0;
    const once = async (): Promise<number> => {
      const took = ms[Math.min(done++, ms.length - 1)]!;
      clock.pass(took);
      return took;
    };
    return { once, done: () => done };
  }
  const timed = async (ms: number[], more: Partial<Parameters<typeof timeTurns>[1]> = {}) => {
    const { once, done } = replays(...ms);
    let asked = 0;
    const alone = turnsAlone(3);
    const turns = () => {
      asked++;
      return alone();
    };
    const found = await timeTurns(once, {
      ...{ units: 1e6, parts: 0, budget: { warm: 20, turns: 100 }, window: 2, turns, ...more },
    });
    return { found: found as Finished, done: done(), asked };
  };

  test("begin with one that warms up, and each is its least window", async () => {
    // Three warm up; then turns of 10 ms or a little more.
    const { found, asked } = await timed([12, 9, 8, 6, 4, 5, 7, 8, 3, 9, 9]);
    expect(found).toMatchObject({ first: 12, warmReplays: 3, turns: [4, 5, 3], best: 3, replaysPerWindow: 1 });
    expect(asked).toBe(5);
  });

  test("have windows that are long enough", async () => {
    const { found } = await timed([0.5]);
    expect(found.replaysPerWindow).toBe(4);
    expect(found.turns).toEqual([0.5, 0.5, 0.5]);
  });

  test("are of parts, where a replay is the same work each time: the least of each, in a turn and in all", async () => {
    const clock = ownClock();
    // Three warm up; then two a turn.
    const replays = [...Array(3).fill([7, 7]), [5, 1], [2, 4], [3, 3], [9, 2], [4, 4], [1, 8]];
    const once = async (_: number, parts?: Float64Array): Promise<number> => {
      const [a, b] = replays.shift()!;
      clock.pass(a + b);
      if (parts) parts.set([Math.min(parts[0]!, a), Math.min(parts[1]!, b)]);
      return a + b;
    };
    const found = await timeTurns(once, {
      ...{ units: 1e6, parts: 2, budget: { warm: 20, turns: 100 }, window: 2, turns: turnsAlone(3) },
    });
    expect(found).toMatchObject({ turns: [3, 5, 5], best: 2, replaysPerWindow: 1 });
  });

  test("have a part for each 4,096 events", () => {
    const clock = ownClock();
    const parts = new Float64Array(3).fill(Number.POSITIVE_INFINITY);
    let ms = 1;
    const run = () => clock.pass(ms++);
    expect(steps(run, 10_000, 1000, 4096, parts).done).toBe(10_000);
    expect([...parts].map(Math.round)).toEqual([1, 2, 3]);
    ms = 0;
    steps(run, 10_000, 1000, 4096, parts);
    expect([...parts].map(Math.round)).toEqual([0, 1, 2]);
  });

  test("are fewer for who is slow, but one at least", async () => {
    expect((await timed([60])).found.turns).toEqual([60, 60]);
    const { found, asked, done } = await timed([300, 299]);
    expect(found).toMatchObject({ first: 300, turns: [299], best: 299, warmReplays: 1 });
    expect([asked, done]).toEqual([2, 2]);
  });

  test("of a start there is but the first replay", async () => {
    const { found, done } = await timed([7, 5, 5], { budget: { warm: 0, turns: 0 } });
    expect(found).toMatchObject({ first: 7, best: 7 });
    expect(done).toBe(1);
  });
});

test("a replacement goes on where it was: the prelude once, and as many blocks live as before", async () => {
  ownClock();
  const target = new Counting();
  const work = replacementOf({ live: 50, least: 8, most: 64 }, 500);
  await time(async () => target, work, options());
  expect(target.live).toBe(50);
  expect((target.next - 50) % 500).toBe(0);
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

  const rest = () => ({ isCollected: false, budget, turns: turnsAlone(2) });

  test("gives times per unit", async () => {
    const { time, latency } = await timeBatches(work, { units: 20_000, expected: 7, ...rest() });
    expect((time as Finished).best).toBeGreaterThan(0);
    expect(latency.batches).toBeGreaterThan(2);
    expect(latency.p50).toBeLessThanOrEqual(latency.p99);
  });

  test("fails where a batch returns a wrong result", async () => {
    const wrong = timeBatches(work, { units: 20_000, expected: 8, ...rest() });
    await expect(wrong).rejects.toThrow(/^\d+ batches returned a wrong result$/);
  });
});
