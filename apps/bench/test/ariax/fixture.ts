/** A run of made-up numbers, the same every time: what rows, claims, tables and the page are tested on. */
import type { ScenarioObservation } from "../../src/ariax/observe.ts";
import { MODES, planOf } from "../../src/ariax/plan.ts";
import type { RealTimeObservation } from "../../src/ariax/real-time/observe.ts";
import { MARKS } from "../../src/ariax/replay.ts";
import { type AriaxReport, makeReport } from "../../src/ariax/report.ts";
import type { Found } from "../../src/ariax/run.ts";
import { SCENARIOS } from "../../src/ariax/scenarios.ts";
import type { Tail } from "../../src/ariax/tail.ts";

export const tail = (p50: number, p99: number, max: number): Tail => ({
  ...{ count: 100, mean: 2 * p50, p50, p99, p999: (p99 + max) / 2, max },
});
const NO_PAUSES = { count: 0, total: 0, p99: 0, max: 0, minor: 0 };

/** One that did all of 1,000 events in `ms`, evenly. */
export const observation = (ms: number, more: Partial<ScenarioObservation> = {}): ScenarioObservation => ({
  ...{ ms, done: 1000, events: 1000, stopped: false, clock: 40, cpu: 2 * ms, checksum: 77, pauses: NO_PAUSES },
  marks: Array.from({ length: MARKS }, (_, m) => (ms * (m + 1)) / MARKS),
  step: tail(ms / 200, ms / 50, ms / 10),
  growth: { heapUsed: 2048, external: 0, arrayBuffers: -4096 },
  ...more,
});

/** One that was stopped after a quarter of them. */
export const stopped = (ms: number, more: Partial<ScenarioObservation> = {}): ScenarioObservation => {
  const { checksum: _, ...rest } = observation(4 * ms);
  return { ...rest, ms, done: 250, stopped: true, marks: rest.marks.slice(0, MARKS / 4), ...more };
};

type Scenarios = Found["scenarios"];
export const of = (scenario: string, subject: string, answer: Scenarios[0]["answer"], round = 0): Scenarios[0] => ({
  ...{ scenario, subject, round, answer },
});

export const realTime = (frequency: number, mean: number, p99: number, max: number): RealTimeObservation => ({
  ...{ frequency, harmonics: [1], blocks: 5000, cpu: 120, work: tail(0.5, 1.5, 4) },
  pauses: { count: 3, total: 6, p99: 3, max: 3, minor: 2 },
  report: {
    ...{ frequency, ticks: 600, beats: 600, missed: 0, late: 2, seconds: 10, achieved: frequency, drift: 0.01 },
    deviation: { mean, p50: mean / 2, p99, p999: max, max },
    period: { mean: 1000 / frequency, p50: 1000 / frequency, p99: 20, max: 21 },
    work: { mean: 0.6, p99: 1.5, max: 4 },
  },
});

const SCENARIO_ANSWERS: Scenarios = [
  of("states", "ariax", { scenario: observation(100, { peakBytes: 1 << 20 }) }),
  of("states", "ariax", { scenario: observation(110, { peakBytes: 1 << 20 }) }, 1),
  of("states", "ariax", { scenario: observation(90, { peakBytes: 1 << 20 }) }, 2),
  of("states", "gc", {
    scenario: observation(250, { pauses: { count: 9, total: 30, p99: 5, max: 6, minor: 8 } }),
  }),
  of("states", "native", { unavailable: "there is no addon <here>" }),
  of("states", "phase-2.1", { scenario: observation(120, { systemCalls: 0 }) }),
  of("states", "phase-1", { scenario: observation(400) }),
  of("states", "phase-2", { scenario: stopped(1000, { systemCalls: 500 }) }),
  of("states", "thi.ng", { error: "the worker ended with SIGKILL" }),
  of("states", "malloc", { scenario: observation(70, { checksum: 78 }) }),
  of("states", "nothing", { scenario: observation(20, { checksum: 5 }) }),
  of("serving", "ariax", { scenario: observation(10) }),
  of("serving", "phase-1", {
    scenario: stopped(20, {
      outOfMemory: "out of memory: no room for 64 bytes aligned to 8 in a capacity of 99 bytes",
    }),
  }),
];

export function found(): Found {
  return {
    facts: [
      { name: "states", events: 1000, steps: 100, peakBytes: 640_000 },
      { name: "serving", events: 1000, steps: 100, peakBytes: 9000, utilisation: 0.95987 },
    ],
    scenarios: [...SCENARIO_ANSWERS],
    realTime: [
      { frequency: 60, arm: "ariax", answer: { realTime: realTime(60, 0.1, 0.83, 1.1) } },
      { frequency: 60, arm: "gc", answer: { realTime: realTime(60, 0.2, 1, 1) } },
      { frequency: 144, arm: "ariax", answer: { realTime: realTime(144, 0.1, 1, 1) } },
      { frequency: 144, arm: "gc", answer: { error: "hangs: no answer in 70 s" } },
    ],
    parts: [
      { part: "BitSet", answer: { figures: [{ what: "first() <fast>", value: 19.63, unit: "ns" }] } },
      { part: "optimisation guide", answer: { error: "no such file" } },
    ],
    browser: {
      version: "156.0",
      observations: [
        {
          arm: "gc",
          resolution: 0.005,
          simulated: { ms: 250, events: 1000, checksum: 1, frame: tail(0.005, 0.03, 4.5) },
          real: { interval: tail(16.66, 17, 25), work: tail(0.7, 2, 6), checksum: 1 },
          pauses: { simulated: { count: 15, total: 19, p99: 4.4, max: 4.4, minor: 15 }, real: NO_PAUSES },
        },
      ],
    },
  };
}

export function reportOf(all: Found = found()): AriaxReport {
  const plan = planOf(MODES.default, 10, {
    scenarios: SCENARIOS.filter(({ name }) => name === "states" || name === "serving"),
    sections: undefined,
    subjects: undefined,
  });
  const cells = plan.cells.filter(
    ({ scenario, subject }) =>
      all.scenarios.some((one) => one.scenario === scenario.name && one.subject === subject.name) ||
      (scenario.name === "states" && subject.name === "wasm"),
  );
  const at = { date: new Date("2030-01-02T03:04:05Z"), seconds: 61, partial: false };
  const machine = {
    ...{ cpu: "A <CPU>", cores: 2, memoryGiB: 8, system: "Linux 6 x64", node: "24.0.0", v8: "13.6", commit: "abc" },
  };
  return { ...makeReport({ ...plan, cells }, all, at), machine };
}
