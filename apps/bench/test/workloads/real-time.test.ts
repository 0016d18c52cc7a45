import type { TickClock } from "@ariax/arena";
import { describe, expect, test } from "vitest";
import { ARMS } from "../../src/subjects/programs/subjects.ts";
import { armOf } from "../../src/workloads/real-time/arms.ts";
import { harmonicsOf, loadOf } from "../../src/workloads/real-time/load.ts";
import { observeRealTime } from "../../src/workloads/real-time/observe.ts";

/** Time that passes only when it is waited for, or `spend` says so; waiting takes `over` ms more than asked for. */
class FakeClock implements TickClock {
  #now = 0;
  readonly #over: number;
  constructor(over = 0) {
    this.#over = over;
  }
  now(): number {
    return this.#now;
  }
  spend(ms: number): void {
    this.#now += ms;
  }
  wake(wake: () => void, ms: number): void {
    this.#now += ms + this.#over;
    setImmediate(wake);
  }
  cancel(): void {}
}

const load = loadOf(60, [1, 2, 3], 3000);

describe("the load", () => {
  test("is whole periods of the scenario tick, with as many blocks as the rate says", () => {
    // 0.3 s of 60 Hz: 18 periods of four beats.
    expect(load.ends.length).toBe(18 * 4);
    expect(load.sizes.length).toBe(900);
    expect([...new Set(load.owners)].sort()).toEqual([0, 1, 2]);
    expect([Math.min(...load.sizes), Math.max(...load.sizes) <= 1024]).toEqual([16, true]);
    expect([...load.ends]).toEqual([...load.ends].sort((a, b) => a - b));
  });

  test("knows the most that a tick can have, as the cycle goes round", () => {
    let most = 0;
    const [blocks, beats] = [new Int32Array(3), load.ends.length];
    for (let beat = 0; beat < 3 * beats; beat++) {
      const step = beat % beats;
      for (let h = 0; h < 3; h++) if ((load.due[step]! >> h) & 1) blocks[h] = 0;
      for (let i = step === 0 ? 0 : load.ends[step - 1]!; i < load.ends[step]!; i++) {
        most = Math.max(most, ++blocks[load.owners[i]!]!);
      }
    }
    expect(load.most).toBe(most);
  });

  test("has AriaX's harmonics at AriaX's frequency only", () => {
    expect([3.14159, 60, 144, 1000].map(harmonicsOf)).toEqual([[1, 2, 3], [1], [1], [1]]);
  });
});

/** What an arm reads at each of so many beats; where `late`, some of them take longer than a period. */
async function sumsOf(arm: (typeof ARMS)[number], beats: number, late: "skip" | "catch-up", isSlow = false) {
  const { pool, beat } = armOf(arm, load, 1000);
  const clock = new FakeClock();
  const sums: [beat: number, sum: number][] = [];
  const report = await pool.run(
    () => {
      const at = pool.ticks.beat;
      sums.push([at, beat(at)]);
      if (isSlow && sums.length % 7 === 0) clock.spend(40);
    },
    { beats, clock, late },
  );
  pool.verify();
  return { sums, report };
}

describe("the arms", () => {
  test("read the same at each beat, and something", async () => {
    const [ours, theirs] = await Promise.all(ARMS.map((arm) => sumsOf(arm, 400, "catch-up")));
    expect(ours!.sums).toEqual(theirs!.sums);
    expect(ours!.sums).toHaveLength(400);
    expect(new Set(ours!.sums.map(([, sum]) => sum)).size).toBeGreaterThan(50);
  });

  test("read each block once, one tick after it was made", async () => {
    const { sums } = await sumsOf("ariax", 400, "catch-up");
    // By harmonic, what its present tick has; read where it rotates.
    const now = [0, 0, 0];
    for (const [at, sum] of sums) {
      const step = at % load.ends.length;
      let expected = 0;
      for (let h = 0; h < 3; h++) {
        if (((load.due[step]! >> h) & 1) === 0) continue;
        expected += now[h]!;
        now[h] = 0;
      }
      expect(sum).toBe(expected & 0x3fffffff);
      for (let i = step === 0 ? 0 : load.ends[step - 1]!; i < load.ends[step]!; i++) {
        now[load.owners[i]!]! += load.sizes[i]! + ~i;
      }
    }
  });

  test("do the same where beats are late: all of them if they are caught up, the same ones if they are skipped", async () => {
    for (const late of ["catch-up", "skip"] as const) {
      const [ours, theirs] = await Promise.all(ARMS.map((arm) => sumsOf(arm, 300, late, true)));
      expect(ours!.sums).toEqual(theirs!.sums);
      expect(ours!.report.late).toBeGreaterThan(10);
      expect(ours!.report.missed > 0).toBe(late === "skip");
    }
  });
});

test("beats that are late are caught up, and counted as late, not left out", async () => {
  const { report, work } = await observeRealTime("ariax", 1000, { beats: 60, clock: new FakeClock(5.5) });
  expect(report).toMatchObject({ beats: 60, missed: 0 });
  expect(report.late).toBeGreaterThan(30);
  expect(report.deviation.max).toBeCloseTo(5.5, 6);
  expect(work.count).toBe(60);
});

test.each(ARMS)("%s in real time gives a whole report", async (arm) => {
  const { report, work, pauses, blocks, cpu, harmonics } = await observeRealTime(arm, 1000, { beats: 50 });
  expect(harmonics).toEqual([1]);
  expect(report).toMatchObject({ frequency: 1000, missed: 0 });
  expect(report.beats).toBe(50);
  expect(work.count).toBe(report.beats);
  expect(blocks).toBe(500 * report.beats);
  expect(pauses.total).toBeGreaterThanOrEqual(pauses.max);
  expect(cpu).toBeGreaterThan(0);
});
