import type { Scenario } from "@ariax/trace";
import { describe, expect, test } from "vitest";
import { tailOf } from "../../src/base/tail.ts";
import type { Program } from "../../src/subjects/programs/program.ts";
import { clockCost, MARKS, replay, warmUp } from "../../src/workloads/scenarios/replay.ts";
import { ownClock } from "../own-clock.ts";

/** So many steps of ten events each. */
const scenarioOf = (steps: number): Scenario =>
  ({ steps: Uint32Array.from({ length: steps }, (_, s) => 10 * (s + 1)), trace: { events: 10 * steps } }) as Scenario;

/** Writes down what it is called with. */
class Recording implements Program {
  readonly runs: [number, number, number][] = [];
  ends = 0;
  onRun = (_step: number): unknown => undefined;
  run(step: number, from: number, to: number): void {
    this.onRun(step);
    this.runs.push([step, from, to]);
  }
  end(): void {
    this.ends++;
  }
  checksum = (): number => 0;
}
describe("a replay", () => {
  test("goes through all steps in order, and times each", () => {
    const program = new Recording();
    const times = new Float64Array(4);
    const result = replay(program, scenarioOf(4), times, 1e9);
    expect(program.runs).toEqual([
      [0, 0, 10],
      [1, 10, 20],
      [2, 20, 30],
      [3, 30, 40],
    ]);
    expect(result).toEqual({ ms: expect.any(Number), steps: 4, events: 40, marks: expect.any(Array) });
    expect(times.reduce((a, b) => a + b)).toBeCloseTo(result.ms, 6);
  });

  test("stops after the step in which the limit is over, and says how far it came", () => {
    const [program, clock] = [new Recording(), ownClock()];
    program.onRun = (step) => step === 2 && clock.pass(6);
    const { steps, events, marks, ms } = replay(program, scenarioOf(10), new Float64Array(10), 5);
    expect([steps, events]).toEqual([3, 30]);
    expect(ms).toBeGreaterThan(5);
    expect(marks).toHaveLength(Math.floor(0.3 * MARKS));
  });

  test("has a mark for each 256th of the events, none before its time", () => {
    const [program, clock] = [new Recording(), ownClock()];
    program.onRun = (step) => step === 5 && clock.pass(3);
    const { marks, ms } = replay(program, scenarioOf(10), new Float64Array(10), 1e9);
    expect(marks).toHaveLength(MARKS);
    expect(marks).toEqual([...marks].sort((a, b) => a - b));
    expect(marks[MARKS - 1]).toBeCloseTo(ms, 6);
    // Half of the events were done before the slow step, which the mark behind it has.
    expect(marks[MARKS / 2]! - marks[MARKS / 2 - 1]!).toBeGreaterThanOrEqual(3);
  });

  test("ends where there is no room, with what was done until then", () => {
    const program = new Recording();
    program.onRun = (step) => {
      if (step === 3) throw new Error("out of memory: no room for 64 bytes");
    };
    const result = replay(program, scenarioOf(10), new Float64Array(10), 1e9);
    expect(result).toMatchObject({ steps: 3, events: 30, outOfMemory: "out of memory: no room for 64 bytes" });
  });

  test("does not take another error for a result", () => {
    const program = new Recording();
    program.onRun = () => {
      throw new Error("double free: the block at offset 8 is free already");
    };
    expect(() => replay(program, scenarioOf(1), new Float64Array(1), 1e9)).toThrow(/^double free/);
  });
});

describe("warming up", () => {
  test("begins anew each time, with twice as much, and ends what is live", () => {
    const [program, clock] = [new Recording(), ownClock()];
    program.onRun = () => clock.pass(0.01);
    warmUp(program, scenarioOf(1000), 5);
    const starts = program.runs.flatMap(([step], at) => (step === 0 ? [at] : []));
    expect(program.ends).toBe(starts.length);
    const lengths = starts.map((at, n) => (starts[n + 1] ?? program.runs.length) - at);
    expect(lengths[0]).toBe(20);
    expect(lengths.slice(0, 3)).toEqual([20, 40, 80]);
  });

  test("ends where there is no room, and lets another error out", () => {
    ownClock();
    const program = new Recording();
    program.onRun = (step) => {
      if (step === 3) throw new Error("out of memory: no room for 64 bytes");
    };
    warmUp(program, scenarioOf(1000), 1);
    expect(program.ends).toBeGreaterThan(0);
    expect(Math.max(...program.runs.map(([step]) => step))).toBe(2);
    program.onRun = () => {
      throw new Error("corrupted: it is");
    };
    expect(() => warmUp(program, scenarioOf(1000), 1)).toThrow(/^corrupted/);
  });

  test("is stopped where a part of it takes too long", () => {
    const [program, clock] = [new Recording(), ownClock()];
    program.onRun = () => clock.pass(4);
    warmUp(program, scenarioOf(10_000), 5);
    expect(program.runs.length).toBeLessThan(6);
    expect(program.ends).toBe(1);
  });
});

test("the clock's cost is found", () => {
  ownClock();
  expect(clockCost()).toBeCloseTo(1000, 0);
});

test("tails are by nearest rank", () => {
  const tail = tailOf(Float64Array.from({ length: 1000 }, (_, i) => 1000 - i));
  expect(tail).toEqual({ count: 1000, mean: 500.5, p50: 500, p99: 990, p999: 999, max: 1000 });
  expect(tailOf(Float64Array.of(7))).toEqual({ count: 1, mean: 7, p50: 7, p99: 7, p999: 7, max: 7 });
  expect(tailOf(new Float64Array(0))).toEqual({ count: 0, mean: 0, p50: 0, p99: 0, p999: 0, max: 0 });
});
