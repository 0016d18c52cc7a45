/** Runs in a time that is made up: what is called, and when, to the millisecond. */
import { describe, expect, test } from "vitest";
import { TickArena } from "../../src/index.ts";
import { FakeClock } from "./fake-clock.ts";
import { record, ticksOf } from "./record.ts";

describe("on time", () => {
  test("each beat is called at its moment, the next one first", async () => {
    const ticks = ticksOf();
    const { calls, report } = await record(ticks, { ticks: 2 }, new FakeClock(1000));
    const periods = [1004, 1006, 1008, 1012, 1016, 1018, 1020, 1024];
    expect(calls).toEqual(periods.map((ms, i) => [i + 1, ms]));
    expect(ticks.beat).toBe(8);
    expect(ticks.time).toBe(0.024);
    expect([1, 2, 3].map((k) => ticks.harmonic(k).frame)).toEqual([2, 4, 6]);
    expect(report).toMatchObject({ ticks: 2, beats: 8, missed: 0, late: 0, seconds: 0.024 });
    expect(report.achieved).toBeCloseTo(1000 / 12, 10);
    expect(report.drift).toBeCloseTo(0, 10);
    expect(report.period.max).toBeCloseTo(12, 10);
  });

  test("goes on from the present beat, from one run to the next", async () => {
    const ticks = ticksOf();
    ticks.tick();
    ticks.tick();
    const clock = new FakeClock();
    expect((await record(ticks, { beats: 3 }, clock)).calls).toEqual([
      [3, 2],
      [4, 6],
      [5, 10],
    ]);
    expect((await record(ticks, { ticks: 1 }, clock)).calls).toEqual([
      [6, 12],
      [7, 14],
      [8, 18],
    ]);
  });

  test("the callback has the arena, at a beat that has begun", async () => {
    const ticks = ticksOf(2);
    const clock = new FakeClock();
    const seen: unknown[] = [];
    const run = ticks.run((given) => seen.push([given === ticks, given.beat, given.due(1), given.due(2)]), {
      beats: 2,
      clock,
    });
    await clock.drive(run);
    expect(seen).toEqual([
      [true, 1, false, true],
      [true, 2, true, true],
    ]);
  });

  test("is not called before run() has returned, however near the first beat is", async () => {
    const clock = new FakeClock();
    clock.look = 0.1;
    let calls = 0;
    const run = ticksOf(1, 0.5).run(() => calls++, { ticks: 3, spin: 10, clock });
    expect(calls).toBe(0);
    await clock.drive(run);
    expect(calls).toBe(3);
  });
});

describe("waiting", () => {
  test("sleeps until `spin` ms before the beat, then looks at the clock until it has come", async () => {
    const clock = new FakeClock();
    clock.look = 0.25;
    const { calls, report } = await record(ticksOf(1, 10), { ticks: 3, spin: 2 }, clock);
    expect(clock.waits[0]).toBe(8);
    expect(clock.waits.length).toBe(3);
    for (const [beat, ms] of calls) expect(ms - 0.25 - 10 * beat).toBeLessThanOrEqual(0.25);
    expect(report.deviation.max).toBeLessThanOrEqual(0.25);
  });

  test("a timer that wakes too early is set again", async () => {
    const clock = new FakeClock();
    clock.actual = (ms) => Math.min(ms, Math.max(ms / 2, 2));
    const { calls } = await record(ticksOf(1, 16), { ticks: 2 }, clock);
    expect(calls).toEqual([
      [1, 16],
      [2, 32],
    ]);
    expect(clock.waits).toEqual([16, 8, 4, 2, 16, 8, 4, 2]);
  });

  test("no error adds up, whatever timers are late by", async () => {
    const clock = new FakeClock();
    let seed = 1;
    const late = () => {
      seed = (seed * 48271) % 2147483647;
      return (1.9 * seed) / 2147483647;
    };
    clock.actual = (ms) => ms + late();
    const { calls, report } = await record(ticksOf(3), { ticks: 2000 }, clock);
    expect(calls.length).toBe(8000);
    const moments = [0, 4, 6, 8];
    const errors = calls.map(([beat, ms]) => ms - 12 * Math.floor(beat / 4) - moments[beat % 4]);
    expect(Math.min(...errors)).toBeGreaterThanOrEqual(-1e-5);
    expect(Math.max(...errors)).toBeLessThan(1.91);
    expect(Math.max(...errors.slice(-100))).toBeGreaterThan(1.5);
    expect(report.drift).toBeCloseTo(errors.at(-1)!, 4);
    expect(report.deviation.max).toBeCloseTo(Math.max(...errors), 4);
    expect(report.deviation.mean).toBeCloseTo(errors.reduce((a, b) => a + b) / 8000, 4);
    expect(report.period.mean).toBeCloseTo(12, 2);
    expect(report).toMatchObject({ beats: 8000, missed: 0, late: 0 });
  });

  test("the event loop has a turn every millisecond, also when all time is spent on looking and calling", async () => {
    const clock = new FakeClock();
    clock.look = 0.01;
    let last = 0;
    let longest = 0;
    clock.actual = (ms) => {
      expect(ms).toBe(0);
      longest = Math.max(longest, clock.time - last);
      last = clock.time;
      return 0;
    };
    // 0.05 ms a beat, and each takes 0.08 ms: always behind
    const { calls, report } = await record(
      ticksOf(1, 0.05),
      { ticks: 1000, spin: 5, late: "catch-up" },
      clock,
      () => 0.08,
    );
    expect(calls.length).toBe(1000);
    expect(report.missed).toBe(0);
    expect(clock.waits.length).toBeGreaterThan(80);
    expect(longest).toBeLessThan(1.2);
  });

  test("and while it skips beats", async () => {
    const clock = new FakeClock();
    clock.look = 0.01;
    const turns: number[] = [];
    clock.actual = () => {
      turns.push(clock.time);
      return 0;
    };
    // 2,000 beats are missed during the first, and each takes a look at the clock
    const work = (n: number) => (n === 1 ? 100 : 0);
    const { report } = await record(ticksOf(1, 0.05), { ticks: 3000, spin: 5 }, clock, work);
    expect(report.missed).toBeGreaterThan(2000);
    const gaps = turns.slice(1).map((time, i) => time - turns[i]);
    expect(gaps.filter((ms) => ms > 1.2).length).toBe(1);
  });

  test("a period that no timer can wait for", async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const ticks = new TickArena({ frequency: 5e-324, bytesPerTick: 1 });
    expect([ticks.period, ticks.time]).toEqual([Number.POSITIVE_INFINITY, 0]);
    const run = ticks.run(() => undefined, { clock, signal: controller.signal });
    expect(clock.waits).toEqual([Number.MAX_VALUE]);
    controller.abort();
    expect(await run).toMatchObject({ beats: 0, ticks: 0 });
    ticks.tick();
    expect(ticks.time).toBe(Number.POSITIVE_INFINITY);
  });
});

test.each([
  [2, 1, 1],
  [2, 1, 5],
  [3, 2, 4],
  [64, 5, 2],
])("%i harmonics, begun %i beats into a period: the frequency is achieved", async (harmonics, begun, periods) => {
  const clock = new FakeClock(1000);
  const ticks = new TickArena({ frequency: 100, bytesPerTick: 4096, harmonics });
  for (let i = 0; i < begun; i++) ticks.tick();
  const report = await clock.drive(ticks.run(() => {}, { ticks: periods, clock }));
  expect(report.ticks).toBe(periods);
  expect(report.achieved).toBeCloseTo(100, 6);
});

test("options that begin a run when they are read do not make two runs", async () => {
  const ticks = new TickArena({ frequency: 1000, bytesPerTick: 4096 });
  const clock = new FakeClock();
  let inner: Promise<unknown> | undefined;
  const options = {
    ticks: 1,
    clock,
    get late() {
      inner ??= clock.drive(ticks.run(() => {}, { ticks: 1, clock }));
      return "skip" as const;
    },
  };
  await expect(ticks.run(() => {}, options)).rejects.toThrow("nested tick: run() was called inside of a tick");
  await inner;
  expect(ticks.beat).toBe(1);
});

test("an option that run does not know, or the arena, is refused before anything is called", async () => {
  const ticks = new TickArena({ frequency: 1000, bytesPerTick: 4096 });
  const run = ticks.run(() => expect.unreachable(), { tick: 5 } as never);
  await expect(run).rejects.toThrow(
    'unknown option: "tick" is not one of ticks, seconds, beats, signal, spin, late, clock',
  );
  expect(ticks.beat).toBe(0);
  expect(() => new TickArena({ teslaFrequency: 60, bytesPerTick: 4096 } as never)).toThrow(
    /^unknown option: "teslaFrequency" is not one of frequency, /,
  );
});
