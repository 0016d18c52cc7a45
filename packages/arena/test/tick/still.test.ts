/** Clocks that stand still, or go wrong in another way: no run spins for ever, none blocks the thread, each can be stopped. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { TickArena, type TickClock } from "../../src/index.ts";
import { FakeClock } from "./fake-clock.ts";
import { record, ticksOf } from "./record.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const standing = (at: number | string) =>
  expect.objectContaining({
    name: "UnsupportedError",
    code: "ERR_UNSUPPORTED",
    message: `unsupported: a clock that stands still: at ${at} ms, while 1000 timers have fired`,
  });

describe("fake timers", () => {
  test("all of them: a run goes on as they are advanced, each beat at its moment", async () => {
    vi.useFakeTimers();
    const ticks = ticksOf(1, 10);
    const called: number[] = [];
    const start = performance.now();
    const run = ticks.run(() => called.push(performance.now() - start), { ticks: 20 });
    expect(called).toEqual([]);
    await vi.advanceTimersByTimeAsync(95);
    expect(called).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
    vi.advanceTimersByTime(200);
    expect(called.length).toBe(20);
    expect(await run).toMatchObject({ beats: 20, missed: 0, late: 0 });
  });

  test("all of them, where there is no setImmediate", async () => {
    vi.stubGlobal("setImmediate", undefined);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    vi.stubGlobal("MessageChannel", undefined);
    const ticks = ticksOf(1, 10);
    let calls = 0;
    const run = ticks.run(() => calls++, { ticks: 3 });
    vi.advanceTimersByTime(30);
    expect(calls).toBe(3);
    expect(await run).toMatchObject({ beats: 3 });
  });

  test("also where the spin takes all of the time", async () => {
    vi.useFakeTimers();
    const called: number[] = [];
    const start = performance.now();
    const run = ticksOf(1, 1).run(() => called.push(performance.now() - start), { ticks: 4 });
    await vi.advanceTimersByTimeAsync(4);
    expect(called).toEqual([1, 2, 3, 4]);
    expect(await run).toMatchObject({ beats: 4 });
  });

  test("never advanced, it waits, and is stopped by its signal", async () => {
    vi.useFakeTimers();
    const controller = new AbortController();
    const run = ticksOf(1, 1).run(() => expect.unreachable(), { signal: controller.signal, spin: 1000 });
    await Promise.resolve();
    controller.abort();
    expect(await run).toMatchObject({ beats: 0, seconds: 0 });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("the clock's alone: real timers fire, and the run ends with an error", async () => {
    vi.spyOn(performance, "now").mockReturnValue(7);
    // which fire as soon as others had their turn
    vi.stubGlobal("setTimeout", (callback: () => void) => setImmediate(callback));
    const ticks = ticksOf(1, 3);
    await expect(ticks.run(() => expect.unreachable(), { ticks: 3 })).rejects.toThrow(standing(7));
    expect(ticks.tick()).toBe(1);
  });

  test("the date's alone changes nothing", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    expect(await ticksOf(1, 1).run(() => {}, { ticks: 3, late: "catch-up" })).toMatchObject({ beats: 3 });
  });
});

describe("a clock of one's own that stands still", () => {
  /** Its timers end as soon as `later` lets them. */
  const clockOf = (now: () => number, later: (wake: () => void) => void) => {
    const waits: number[] = [];
    let looks = 0;
    const clock: TickClock = {
      now: () => {
        looks++;
        return now();
      },
      wake: (wake, ms) => {
        waits.push(ms);
        later(wake);
      },
      cancel() {},
    };
    return { clock, waits, looks: () => looks };
  };

  /** At the first wait it goes on by ten seconds, and no further. */
  const jumping = () => {
    let now = 0;
    return clockOf(
      () => now,
      (wake) => {
        now = 10_000;
        queueMicrotask(wake);
      },
    );
  };

  test.each([0, 2, 1000])("spin: %i. It is looked at for a while, once, and then given up", async (spin) => {
    const { clock, waits, looks } = clockOf(() => 5, queueMicrotask);
    const ticks = ticksOf(1, 10);
    await expect(ticks.run(() => expect.unreachable(), { clock, spin })).rejects.toThrow(standing(5));
    const first = spin > 10 ? [0, 10] : [10 - spin];
    expect(waits).toEqual([...first, ...new Array(1000).fill(1)]);
    expect(looks()).toBe(spin > 10 ? 201_003 : 1002);
    expect(ticks.tick()).toBe(1);
  });

  test("the beats before it stood still are in no report, but the arena is at the last of them", async () => {
    let now = 0;
    const { clock } = clockOf(
      () => now,
      (wake) => {
        now = Math.min(now + 10, 30);
        queueMicrotask(wake);
      },
    );
    const ticks = ticksOf(1, 10);
    await expect(ticks.run(() => {}, { clock })).rejects.toThrow(standing(30));
    expect(ticks.beat).toBe(3);
  });

  test("a timer that wakes it early now and then is no such thing", async () => {
    const clock = new FakeClock();
    let n = 0;
    clock.actual = () => (n++ % 900 === 899 ? 4 : 0);
    const { calls, report } = await record(ticksOf(1, 4), { ticks: 5 }, clock);
    expect(report).toMatchObject({ beats: 5, missed: 0 });
    expect(calls.map(([beat]) => beat)).toEqual([1, 2, 3, 4, 5]);
  });

  test.each(["skip", "catch-up"] as const)(
    "%s: beats that it once jumped over leave others their turn",
    async (late) => {
      const { clock, waits } = jumping();
      const ticks = ticksOf(1, 10);
      let calls = 0;
      const report = await ticks.run(() => void calls++, { clock, late, ticks: 1000 });
      expect([report.beats, report.missed + calls]).toEqual([1000, 1000]);
      expect([waits.length, report.missed]).toEqual([10, late === "skip" ? 999 : 0]);
    },
  );

  test("promises that are settled at once leave others their turn as well", async () => {
    const { clock, waits } = jumping();
    const run = ticksOf(1, 10).run(() => Promise.resolve(), { clock, late: "catch-up", ticks: 1000 });
    expect(await run).toMatchObject({ beats: 1000 });
    expect(waits.length).toBe(10);
  });

  test("one that moves by next to nothing: others have their turn, and the spin goes on", async () => {
    let time = 0;
    let turns = 0;
    const { clock, waits } = clockOf(
      () => (time += 4e-6),
      (wake) => {
        turns++;
        if (turns === 1) time += 8;
        queueMicrotask(wake);
      },
    );
    const report = await ticksOf(1, 10).run(() => {}, { clock, spin: 2, ticks: 1 });
    expect(report).toMatchObject({ beats: 1 });
    expect(waits.slice(1).every((ms) => ms === 0)).toBe(true);
    expect(waits.length).toBe(5);
  });
});

describe("clocks that go wrong", () => {
  test("one that goes back stands still, until it is where it was", async () => {
    const clock = new FakeClock(100);
    const { calls, report } = await record(ticksOf(1, 10), { ticks: 6 }, clock, (n) => (n === 2 ? -35 : 0));
    expect(calls.map(([beat]) => beat)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(report.seconds).toBeCloseTo(0.06, 9);
    expect(Math.min(report.work.mean, report.deviation.mean, report.period.mean)).toBeGreaterThanOrEqual(0);
  });

  test.each<[unknown, string]>([
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [undefined, "undefined"],
    ["12", '"12"'],
    [12n, "12n"],
    [Symbol("s"), "Symbol(s)"],
    [{ valueOf: () => 12 }, "an object"],
  ])("now() is %s, from any call on", async (value, shown) => {
    for (let good = 0; good < 6; good++) {
      const clock = new FakeClock();
      const now = clock.now.bind(clock);
      let calls = 0;
      clock.now = () => (calls++ < good ? now() : (value as number));
      const ticks = ticksOf(1, 10);
      await expect(clock.drive(ticks.run(() => {}, { clock }))).rejects.toThrow(
        expect.objectContaining({
          code: "ERR_INVALID_ARGUMENT",
          message: `invalid clock: now() is ${shown}, no finite number`,
        }),
      );
      expect([ticks.tick(), clock.isAwaited]).toEqual([ticks.beat, false]);
    }
  });

  test("wake that calls at once, and not later", async () => {
    const clock: TickClock = { now: () => 0, wake: (wake) => wake(), cancel() {} };
    const ticks = ticksOf(1, 10);
    await expect(ticks.run(() => {}, { clock })).rejects.toThrow(
      expect.objectContaining({
        code: "ERR_INVALID_ARGUMENT",
        message: "invalid clock: wake() called at once, not later",
      }),
    );
    expect(ticks.tick()).toBe(1);
  });

  test("wake that calls twice: a beat that is awaited is not begun again", async () => {
    let wake = () => {};
    let now = 0;
    const clock: TickClock = { now: () => now, wake: (callback) => void (wake = callback), cancel() {} };
    let finish = () => {};
    const ticks = ticksOf(1, 10);
    const run = ticks.run(() => new Promise<void>((done) => (finish = done)), { clock, ticks: 1 });
    now = 10;
    wake();
    now = 50;
    wake();
    wake();
    expect(ticks.beat).toBe(1);
    finish();
    expect(await run).toMatchObject({ beats: 1 });
  });

  test("an error of its end does not hide the first, and leaves the run no listener", async () => {
    const clock = new FakeClock();
    clock.cancel = () => {
      throw new Error("cancel is broken");
    };
    const ticks = ticksOf(1, 10);
    const run = ticks.run(
      () => {
        throw new Error("mine");
      },
      { clock },
    );
    clock.next();
    await expect(run).rejects.toThrow("mine");
    expect(ticks.tick()).toBe(2);
  });
});

describe("hosts that lack something", () => {
  test.each(["performance", "setTimeout"])("%s", async (name) => {
    vi.stubGlobal(name, undefined);
    const ticks = ticksOf(1, 10);
    await expect(ticks.run(() => {})).rejects.toThrow(
      expect.objectContaining({
        code: "ERR_UNSUPPORTED",
        message: expect.stringMatching(
          /^unsupported: no (performance\.now|setTimeout) here, which a run needs, unless/,
        ),
      }),
    );
    const clock = new FakeClock();
    expect(await clock.drive(ticks.run(() => {}, { clock, ticks: 1 }))).toMatchObject({ beats: 1 });
  });

  test("timers that are numbers, as in jsdom, and no other way to wait", async () => {
    vi.stubGlobal("setImmediate", undefined);
    vi.stubGlobal("MessageChannel", undefined);
    const { setTimeout } = globalThis;
    vi.stubGlobal("setTimeout", (callback: () => void, ms: number) => Number(setTimeout(callback, ms)));
    expect(await ticksOf(1, 1).run(() => {}, { ticks: 3, late: "catch-up" })).toMatchObject({ beats: 3 });
  });

  test("a timer that never fires: the signal ends the wait", async () => {
    vi.stubGlobal("setTimeout", () => 1);
    const controller = new AbortController();
    const run = new TickArena({ frequency: 1, bytesPerTick: 1 }).run(() => {}, { signal: controller.signal });
    controller.abort();
    expect(await run).toMatchObject({ beats: 0 });
  });
});
