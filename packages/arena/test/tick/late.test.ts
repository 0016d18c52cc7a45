/** Beats whose moment has passed: called late, missed, or caught up with. */
import { describe, expect, test } from "vitest";
import { TickArena } from "../../src/index.ts";
import { FakeClock } from "./fake-clock.ts";
import { record, ticksOf } from "./record.ts";

describe("late", () => {
  test('"skip": a beat whose slot has passed is missed, one whose slot has not is late', async () => {
    const ticks = ticksOf(1, 10);
    const { calls, report } = await record(ticks, { ticks: 7 }, new FakeClock(), (n) => (n <= 2 ? 25 : 1));
    expect(calls).toEqual([
      [1, 10], // until 35: 2 is missed
      [3, 35], // until 60: 4 and 5 are missed
      [6, 60],
      [7, 70],
    ]);
    expect(report).toMatchObject({ ticks: 7, beats: 7, missed: 3, late: 1, drift: 0 });
    expect(report.achieved).toBeCloseTo(4 / 0.07, 10);
    expect(report.deviation).toMatchObject({ mean: 1.25, max: 5 });
    expect(report.period).toMatchObject({ mean: 20, p50: 25, max: 25 });
    expect(report.work).toEqual({ mean: 13, p99: 25, max: 25 });
    expect(ticks.fundamental.frame).toBe(7);
  });

  test('"catch-up": all are called, one after the other', async () => {
    const ticks = ticksOf(1, 10);
    const { calls, report } = await record(ticks, { ticks: 7, late: "catch-up" }, new FakeClock(), (n) =>
      n === 1 ? 35 : 1,
    );
    expect(calls).toEqual([
      [1, 10],
      [2, 45],
      [3, 46],
      [4, 47],
      [5, 50],
      [6, 60],
      [7, 70],
    ]);
    expect(report).toMatchObject({ ticks: 7, beats: 7, missed: 0, late: 3, drift: 0 });
    expect(report.deviation.max).toBe(25);
  });

  test("a beat at the very moment that the one before it is done is not late", async () => {
    const { report } = await record(ticksOf(1, 10), { ticks: 5 }, new FakeClock(), () => 10);
    expect(report).toMatchObject({ late: 0, missed: 0, beats: 5 });
  });

  test("nor is it by what sums of doubles are wrong by, and a whole slot is one", async () => {
    for (const [periods, missed] of [
      [1, 0],
      [2, 500],
    ]) {
      const ticks = new TickArena({ frequency: 59.94, bytesPerTick: 1 });
      const clock = new FakeClock(123.456);
      const { report } = await record(ticks, { ticks: 1000 }, clock, () => periods * ticks.period);
      expect(report).toMatchObject({ late: 0, missed, beats: 1000 });
    }
  });

  test("a timer that was held up misses beats too, and the last may be one of them", async () => {
    const clock = new FakeClock();
    clock.actual = (ms) => (clock.time === 20 ? 1000 : ms);
    const ticks = ticksOf(1, 10);
    const { calls, report } = await record(ticks, { ticks: 6 }, clock);
    expect(calls).toEqual([
      [1, 10],
      [2, 20],
    ]);
    expect(report).toMatchObject({ ticks: 6, missed: 4, late: 0 });
    expect(ticks.fundamental.frame).toBe(6);
  });

  test("missed beats rotate the harmonics that were due, so that blocks die in time", async () => {
    const ticks = ticksOf(3);
    const refs: { k: number; ref: ReturnType<typeof hold> }[] = [];
    const hold = (k: number) => ticks.harmonic(k).ref(ticks.harmonic(k).allocate(8));
    for (const k of [1, 2, 3]) refs.push({ k, ref: hold(k) });
    const clock = new FakeClock();
    const lives = () => refs.map(({ k, ref }) => isAlive(() => ticks.harmonic(k).check(ref)));
    const seen: unknown[] = [];
    const run = ticks.run(
      () => {
        seen.push([ticks.beat, ...lives()]);
        clock.pass(ticks.beat === 1 ? 5.5 : 0);
      },
      { clock, ticks: 2 },
    );
    const report = await clock.drive(run);
    expect(seen).toEqual([
      [1, true, true, true], // until 9.5: beat 2, at 6, is missed, beat 3, at 8, late
      [3, true, true, false], // 3 has rotated at 4 and 8, 2 at 6
      [4, true, false, false],
      [5, true, false, false],
      [6, true, false, false],
      [7, true, false, false],
      [8, false, false, false],
    ]);
    expect(report).toMatchObject({ missed: 1, late: 1 });
  });
});

function isAlive(use: () => unknown): boolean {
  try {
    use();
    return true;
  } catch {
    return false;
  }
}

describe("promises", () => {
  test("the callback's is awaited: beats meanwhile are late or missed, and no two overlap", async () => {
    const clock = new FakeClock();
    const ticks = ticksOf(1, 10);
    let running = 0;
    const calls: number[] = [];
    const run = ticks.run(
      async () => {
        expect(running++).toBe(0);
        calls.push(ticks.beat);
        await null;
        clock.pass(ticks.beat === 2 ? 27 : 3);
        await null;
        running--;
      },
      { clock, ticks: 6 },
    );
    expect(await clock.drive(run)).toMatchObject({ beats: 6, missed: 1, late: 1, work: { max: 27 } });
    expect(calls).toEqual([1, 2, 4, 5, 6]);
  });

  test("anything with a method then is one", async () => {
    const clock = new FakeClock();
    // biome-ignore lint/suspicious/noThenProperty: that is what is tested
    const thenable = { then: (done: (value: unknown) => void) => done(false) };
    expect(await clock.drive(ticksOf().run(() => thenable, { clock }))).toMatchObject({ beats: 1 });
  });
});
