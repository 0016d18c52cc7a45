/** Runs in real time. What is asserted is what was called, and in which order: never how long anything took. */
import { afterEach, expect, test, vi } from "vitest";
import { TickArena } from "../../src/index.ts";
import { SystemClock } from "../../src/tick/clock.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
const ticksOf = (frequency: number, harmonics = 1) => new TickArena({ frequency, bytesPerTick: 4096, harmonics });

test.each([
  ["setTimeout and spin", 200, undefined],
  ["setTimeout alone", 200, 0],
  ["spin alone", 2000, 5],
])("%s: every beat, in order, none before its moment", async (_, frequency, spin) => {
  const ticks = ticksOf(frequency, 3);
  const start = performance.now();
  const called: number[] = [];
  let early = 0;
  const report = await ticks.run(
    () => {
      called.push(ticks.beat);
      if (performance.now() - start < 1000 * ticks.time - 0.001) early++;
    },
    { ticks: 10, spin, late: "catch-up" },
  );
  expect(called).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  expect(early).toBe(0);
  expect(report).toMatchObject({ frequency, ticks: 10, beats: 40, missed: 0 });
  expect(report.seconds).toBeGreaterThanOrEqual(10 / frequency - 1e-6);
  expect(report.deviation.max).toBeGreaterThanOrEqual(report.deviation.p50);
});

test("the timer is asked to wake 2 ms before the beat, or as many as `spin` says", async () => {
  for (const [spin, ms] of [
    [undefined, 998],
    [0, 1000],
    [100, 900],
  ]) {
    const timer = vi.spyOn(globalThis, "setTimeout");
    const controller = new AbortController();
    const run = ticksOf(1).run(() => undefined, { spin, signal: controller.signal });
    expect(timer).toHaveBeenCalledExactlyOnceWith(expect.any(Function), expect.closeTo(ms!, 6));
    timer.mockRestore();
    controller.abort();
    expect(await run).toMatchObject({ beats: 0 });
  }
});

test("other work of the event loop gets its turn, though the beats leave no time", async () => {
  const ticks = ticksOf(1_000_000);
  const controller = new AbortController();
  // a run that never let go would never see this
  setTimeout(() => controller.abort(), 5);
  const report = await ticks.run(() => undefined, { signal: controller.signal, spin: 1000 });
  expect(report.beats).toBe(ticks.beat);
});

test("async callbacks that leave no time let it go on, too", async () => {
  const ticks = ticksOf(1_000_000);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 5);
  const report = await ticks.run(() => Promise.resolve(), { signal: controller.signal, late: "catch-up" });
  expect(report.beats).toBe(ticks.beat);
});

test("abort ends the waiting for a beat that is far off", async () => {
  const ticks = ticksOf(1e-9);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 5);
  expect(await ticks.run(() => undefined, { signal: controller.signal })).toMatchObject({ beats: 0, achieved: 0 });
});

test("without setImmediate, as in a browser, short waits are messages, and the channel is closed in the end", async () => {
  const open = { now: 0, ever: 0 };
  const Original = globalThis.MessageChannel;
  class Channel extends Original {
    constructor() {
      super();
      open.now++;
      open.ever++;
      const close = this.port1.close.bind(this.port1);
      this.port1.close = () => {
        open.now--;
        close();
      };
    }
  }
  vi.stubGlobal("setImmediate", undefined);
  vi.stubGlobal("MessageChannel", Channel);
  const ticks = ticksOf(1000);
  const report = await ticks.run(() => undefined, { ticks: 20, late: "catch-up" });
  expect(report).toMatchObject({ ticks: 20, missed: 0 });
  expect(open).toEqual({ now: 0, ever: 1 });
  const clock = new SystemClock();
  for (let i = 0; i < 3; i++) await new Promise<void>((done) => clock.wake(done, 0));
  expect(open).toEqual({ now: 1, ever: 2 });
  clock.cancel();
  expect(open.now).toBe(0);
});

test("a turn of the event loop is no timer's", async () => {
  const timer = vi.spyOn(globalThis, "setTimeout");
  const clock = new SystemClock();
  await new Promise<void>((done) => clock.wake(done, 0));
  expect(timer).not.toHaveBeenCalled();
  clock.wake(() => {}, 0.1);
  expect(timer).toHaveBeenCalledOnce();
  clock.cancel();
  timer.mockRestore();
});

test("a browser's timer is asked for what it can do: 4 ms and more", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.stubGlobal("setImmediate", undefined);
  const clock = new SystemClock();
  for (const ms of [0, 0.5, 3.9]) {
    const woken = new Promise<void>((wake) => clock.wake(wake, ms));
    expect(vi.getTimerCount()).toBe(0);
    await woken;
  }
  let woken = 0;
  clock.wake(() => void woken++, 4);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(4);
  expect(woken).toBe(1);
  clock.cancel();
});

test("a wait of more than 2³¹ ms is one of that", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const clock = new SystemClock();
  let woken = 0;
  clock.wake(() => void woken++, Number.MAX_VALUE);
  vi.advanceTimersByTime(2 ** 31 - 2);
  expect(woken).toBe(0);
  vi.advanceTimersByTime(1);
  expect(woken).toBe(1);
});

test("what is cancelled does not come", () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate"] });
  const clock = new SystemClock();
  let woken = 0;
  for (const ms of [0, 1]) {
    clock.wake(() => void woken++, ms);
    clock.cancel();
  }
  vi.advanceTimersByTime(5);
  expect([woken, vi.getTimerCount()]).toEqual([0, 0]);
});
