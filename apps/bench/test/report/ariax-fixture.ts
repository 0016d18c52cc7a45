/** A run of made-up numbers, the same every time: what rows, claims, tables and the page are tested on. */
import type { Tail } from "../../src/base/tail.ts";
import { type AriaxReport, makeReport } from "../../src/report/ariax/report.ts";
import { choose, MODES } from "../../src/run/plans/ariax.ts";
import type { Answer, Observed } from "../../src/worker/protocol.ts";
import type { BrowserObservation } from "../../src/workloads/browser/result.ts";
import type { RealTimeObservation } from "../../src/workloads/real-time/observe.ts";
import type { ScenarioObservation } from "../../src/workloads/scenarios/observe.ts";
import { MARKS } from "../../src/workloads/scenarios/replay.ts";
import { SCENARIOS } from "../../src/workloads/scenarios/scenarios.ts";

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

const observed = <T extends object>(
  kind: string,
  workload: string,
  subject: string,
  observation: Answer<T>,
  round = 0,
) => ({ kind, workload, subject, round, observation }) satisfies Observed<T>;

export const of = (
  scenario: string,
  subject: string,
  observation: Answer<ScenarioObservation>,
  round = 0,
): Observed<ScenarioObservation> => observed("scenarios", scenario, subject, observation, round);

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

const SCENARIO_ANSWERS = [
  of("states", "ariax", observation(100, { peakBytes: 1 << 20 })),
  of("states", "ariax", observation(110, { peakBytes: 1 << 20 }), 1),
  of("states", "ariax", observation(90, { peakBytes: 1 << 20 }), 2),
  of("states", "gc", observation(250, { pauses: { count: 9, total: 30, p99: 5, max: 6, minor: 8 } })),
  of("states", "native", { unavailable: "there is no addon <here>" }),
  of("states", "phase-2.1", observation(120, { systemCalls: 0 })),
  of("states", "phase-1", observation(400)),
  of("states", "phase-2", stopped(1000, { systemCalls: 500 })),
  of("states", "thi.ng", { error: "the worker ended with SIGKILL" }),
  of("states", "npm-malloc", observation(70, { checksum: 78 })),
  of("states", "nothing", observation(20, { checksum: 5 })),
  of("serving", "ariax", observation(10)),
  of(
    "serving",
    "phase-1",
    stopped(20, { outOfMemory: "out of memory: no room for 64 bytes aligned to 8 in a capacity of 99 bytes" }),
  ),
];

const FACTS = [
  { name: "states", events: 1000, steps: 100, peakBytes: 640_000 },
  { name: "serving", events: 1000, steps: 100, peakBytes: 9000, utilisation: 0.95987 },
];
export const inRealTime = (frequency: number, arm: string, answer: Answer<RealTimeObservation>): Observed =>
  observed("real-time", `${frequency} Hz`, arm, answer);
export const inBrowser = (answer: Answer<BrowserObservation>): Observed =>
  observed("browser", "game-frame in Chromium", "gc", answer);

/** All that a run may find. */
export const found: readonly Observed[] = [
  observed("scenarios", "making the scenarios", "", { facts: FACTS }),
  ...SCENARIO_ANSWERS,
  inRealTime(60, "ariax", realTime(60, 0.1, 0.83, 1.1)),
  inRealTime(60, "gc", realTime(60, 0.2, 1, 1)),
  inRealTime(144, "ariax", realTime(144, 0.1, 1, 1)),
  inRealTime(144, "gc", { error: "hangs: no answer in 70 s" }),
  observed("parts", "parts", "BitSet", { figures: [{ what: "first() <fast>", value: 19.63, unit: "ns" }] }),
  observed("parts", "parts", "optimisation guide", { error: "no such file" }),
  inBrowser({
    ...{ arm: "gc", version: "156.0", resolution: 0.005 },
    simulated: { ms: 250, events: 1000, checksum: 1, frame: tail(0.005, 0.03, 4.5) },
    real: { interval: tail(16.66, 17, 25), work: tail(0.7, 2, 6), checksum: 1 },
    pauses: { simulated: { count: 15, total: 19, p99: 4.4, max: 4.4, minor: 15 }, real: NO_PAUSES },
  }),
];
export const without = (...kinds: string[]): Observed[] => found.filter(({ kind }) => !kinds.includes(kind));

export function reportOf(all: readonly Observed[] = found): AriaxReport {
  const chosen = choose(MODES.default, 10, {
    scenarios: SCENARIOS.filter(({ name }) => name === "states" || name === "serving"),
  });
  const pairs = chosen.pairs.filter(
    ({ workload, subject }) =>
      all.some((one) => one.workload === workload.name && one.subject === subject.name) ||
      (workload.name === "states" && subject.name === "wasm"),
  );
  const at = { date: new Date("2030-01-02T03:04:05Z"), seconds: 61, partial: false };
  const machine = {
    ...{ cpu: "A <CPU>", cores: 2, memoryGiB: 8, system: "Linux 6 x64", node: "24.0.0", v8: "13.6", commit: "abc" },
  };
  return { ...makeReport({ ...chosen, pairs }, all, at), machine };
}
