/** How a run ends: at its limits, by its callback, by abort. */
import { describe, expect, test } from "vitest";
import { type RunOptions, TickArena } from "../../src/index.ts";
import { FakeClock } from "./fake-clock.ts";
import { record, ticksOf } from "./record.ts";

describe("the end", () => {
  test.each<[RunOptions, number]>([
    [{ ticks: 2 }, 8],
    [{ beats: 3 }, 3],
    [{ seconds: 0.018 }, 6],
    [{ seconds: 0.0179 }, 5],
    [{ ticks: 1, beats: 100, seconds: 100 }, 4],
    [{ ticks: 100, beats: 1, seconds: 100 }, 1],
    [{ ticks: 100, beats: 100, seconds: 0.007 }, 2],
    [{ seconds: 0.001 }, 0],
    [{ ticks: 3, late: "catch-up" }, 12],
  ])("%j: after the first limit reached", async (options, beats) => {
    const { calls, report } = await record(ticksOf(), options, new FakeClock());
    expect([calls.length, report.beats]).toEqual([beats, beats]);
  });

  test("seconds count from the start, whatever the clock says", async () => {
    const ticks = ticksOf();
    expect((await record(ticks, { seconds: 0.018 }, new FakeClock(1e6))).calls.length).toBe(6);
    expect((await record(ticks, { seconds: 0.018 }, new FakeClock(-1e6))).calls.length).toBe(6);
  });

  test.each<RunOptions>([{ ticks: 25 }, { beats: 100 }, { seconds: 0.3 }, { ticks: 25, beats: 1000, seconds: 1000 }])(
    "%j: there is room for every beat in the report",
    async (options) => {
      const { report } = await record(ticksOf(), options, new FakeClock(), (n) => ((n * 37) % 100) / 100);
      expect(report.beats).toBe(100);
      expect(report.work.p99).toBeCloseTo(0.98, 6);
      expect(report.work.max).toBeCloseTo(0.99, 6);
    },
  );

  test("seconds are whole ticks where they should be", async () => {
    for (const [frequency, seconds, count] of [
      [49, 1, 49],
      [60, 2, 120],
      [3.14159, 10, 31],
      [1000, 0.5, 500],
    ]) {
      const ticks = new TickArena({ frequency, bytesPerTick: 1 });
      expect((await record(ticks, { seconds }, new FakeClock())).calls.length, `${frequency} Hz`).toBe(count);
    }
  });

  test("false stops, and nothing else does", async () => {
    const clock = new FakeClock();
    // biome-ignore lint/suspicious/noThenProperty: it is no promise
    const results: unknown[] = [undefined, 0, null, "", true, Promise.resolve(0), { then: 1 }, false];
    const run = ticksOf().run((ticks) => results[ticks.beat - 1], { clock });
    expect(await clock.drive(run)).toMatchObject({ beats: results.length });
    const later = ticksOf().run((ticks) => Promise.resolve(ticks.beat < 3), { clock });
    expect(await clock.drive(later)).toMatchObject({ beats: 3 });
  });
});

describe("abort", () => {
  const aborting = () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const spy = {
      get aborted() {
        return signal.aborted;
      },
      addEventListener: (type: "abort", listener: () => void) => {
        listeners++;
        signal.addEventListener(type, listener);
      },
      removeEventListener: (type: "abort", listener: () => void) => {
        listeners--;
        signal.removeEventListener(type, listener);
      },
    };
    return { controller, signal: spy, listeners: () => listeners };
  };

  test("before the start: nothing is called", async () => {
    const { controller, signal, listeners } = aborting();
    controller.abort();
    const ticks = ticksOf();
    const { calls, report } = await record(ticks, { signal, ticks: 5 }, new FakeClock());
    expect(calls).toEqual([]);
    expect(report).toMatchObject({ beats: 0, seconds: 0, achieved: 0 });
    expect([ticks.tick(), listeners()]).toEqual([1, 0]);
  });

  test("while waiting: at once, with the report so far", async () => {
    const { controller, signal, listeners } = aborting();
    const clock = new FakeClock();
    const ticks = ticksOf();
    const run = ticks.run(() => undefined, { signal, clock });
    clock.next();
    clock.next();
    clock.pass(1.5);
    controller.abort();
    // the arena is free again in the same moment
    expect(ticks.tick()).toBe(3);
    expect([clock.isAwaited, clock.cancelled, listeners()]).toEqual([false, 1, 0]);
    expect(await run).toMatchObject({ beats: 2, seconds: 0.0075 });
  });

  test("a clock that wakes it none the less wakes nobody", async () => {
    const { controller, signal } = aborting();
    const clock = new FakeClock();
    clock.cancel = () => {};
    const ticks = ticksOf();
    let calls = 0;
    const run = ticks.run(() => calls++, { signal, clock });
    controller.abort();
    await run;
    expect(clock.isAwaited).toBe(true);
    clock.next();
    expect([calls, ticks.beat, clock.isAwaited]).toEqual([0, 0, false]);
  });

  test("in a callback: after it", async () => {
    const { controller, signal, listeners } = aborting();
    const clock = new FakeClock();
    const run = ticksOf().run(
      (ticks) => {
        if (ticks.beat === 2) controller.abort();
        clock.pass(1);
      },
      { signal, clock },
    );
    expect(await clock.drive(run)).toMatchObject({ beats: 2, seconds: 0.007, work: { max: 1 } });
    expect(listeners()).toBe(0);
  });

  test("while a callback's promise is awaited: after it", async () => {
    const { controller, signal } = aborting();
    const clock = new FakeClock();
    let finish = () => {};
    const ticks = ticksOf();
    const run = ticks.run(() => new Promise<void>((done) => (finish = done)), { signal, clock });
    clock.next();
    controller.abort();
    await Promise.resolve();
    expect(() => ticks.tick()).toThrow("nested tick: tick() was called inside of a tick");
    finish();
    expect(await run).toMatchObject({ beats: 1 });
    expect(clock.isAwaited).toBe(false);
  });

  test("by the clock itself: after the beat that it was looked at for", async () => {
    const { controller, signal } = aborting();
    const clock = new FakeClock();
    clock.look = 1;
    const now = clock.now.bind(clock);
    clock.now = () => {
      if (clock.time > 20) controller.abort();
      return now();
    };
    const { calls, report } = await record(ticksOf(1, 10), { signal, spin: 5 }, clock);
    expect([calls.length, report.beats]).toEqual([2, 2]);
  });
});
