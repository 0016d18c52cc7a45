/** A row of a scenario's table: one subject, over its observations. */
import { summarise } from "../../base/statistics.ts";
import type { Tail } from "../../base/tail.ts";
import type { Pauses } from "../../worker/pauses.ts";
import { isFound, type Observed, ofKind } from "../../worker/protocol.ts";
import type { ScenarioObservation } from "./observe.ts";
import type { ScenarioPair } from "./scenarios.ts";

/** `wrong`: it read other values than the others. */
export type Status = "ok" | "stopped" | "out of memory" | "wrong" | "error" | "unavailable" | "missing";

/** Times are ms, over the whole scenario or a step of it; of several observations the median, of `max` the most. */
export interface ScenarioRow {
  readonly scenario: string;
  readonly subject: string;
  readonly status: Status;
  /** What went wrong, or how far a stopped one came. */
  readonly note?: string | undefined;
  readonly count: number;
  /** Of a stopped one, a lower bound: the time so far. */
  readonly ms?: number | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** ns; of a stopped one, the time so far by all events: a lower bound too. */
  readonly perEvent?: number | undefined;
  readonly step?: Pick<Tail, "p50" | "p99" | "p999" | "max">;
  readonly pauses?: Pick<Pauses, "count" | "total" | "p99" | "max">;
  /** Processor time of all threads. */
  readonly cpu?: number | undefined;
  /** Bytes. */
  readonly heapGrowth?: number | undefined;
  readonly externalGrowth?: number | undefined;
  readonly peakBytes?: number | undefined;
  readonly systemCalls?: number | undefined;
  /** ns that reading the clock adds to each step. */
  readonly clock?: number | undefined;
}

/** Of all that was observed, what is of scenarios. */
export type Answers = readonly Observed<ScenarioObservation>[];
export const answersIn = (observed: readonly Observed[]): Answers => ofKind(observed, "scenarios");

const of = (answers: Answers, scenario: string, subject: string): Answers =>
  answers.filter((one) => one.workload === scenario && one.subject === subject);

/** The finished observations of a subject, or the stopped ones where none finished. */
export const observationsOf = (answers: Answers, scenario: string, subject: string): ScenarioObservation[] =>
  of(answers, scenario, subject).flatMap(({ observation }) => (isFound(observation) ? [observation] : []));

export function scenarioRows(asked: readonly ScenarioPair[], observed: readonly Observed[]): ScenarioRow[] {
  const answers = answersIn(observed);
  return asked.map(({ workload: { name: scenario }, subject: { name: subject, origin } }) => {
    const row = rowOf(scenario, subject, answers);
    const sums = observationsOf(answers, scenario, subject).flatMap(({ checksum }) => checksum ?? []);
    const expected = rightSum(answers, scenario);
    if (origin === "loop" || sums.every((sum) => sum === expected)) return row;
    const note = `it read back ${sums[0]}, the others ${expected}`;
    return { scenario, subject, status: "wrong", note, count: row.count };
  });
}

/** What most subjects read. The loop reads what others overwrote, and does not count. */
function rightSum(answers: Answers, scenario: string): number | undefined {
  const sums = answers.flatMap(({ workload, subject, observation }) =>
    workload === scenario && subject !== "nothing" && isFound(observation) ? (observation.checksum ?? []) : [],
  );
  const bySum = [...Map.groupBy(sums, (sum) => sum)];
  return bySum.sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

function rowOf(scenario: string, subject: string, answers: Answers): ScenarioRow {
  const mine = of(answers, scenario, subject);
  const row = { scenario, subject, count: mine.length };
  // Once a subject has said that it is not here, it is not asked again.
  for (const { subject: other, observation } of answers) {
    if (other === subject && "unavailable" in observation)
      return { ...row, status: "unavailable", note: observation.unavailable };
  }
  for (const { observation } of mine) {
    if ("error" in observation) return { ...row, status: "error", note: observation.error };
  }
  const all = observationsOf(answers, scenario, subject);
  const [first] = all;
  if (first === undefined) return { ...row, status: "missing", note: "not measured" };
  const { median, low, high } = summarise(all.map(({ ms }) => ms));
  const middle = (value: (one: ScenarioObservation) => number): number => summarise(all.map(value)).median;
  return {
    ...row,
    ...endOf(all.find((one) => one.stopped)),
    ...{ ms: median, low, high, perEvent: (1e6 * median) / first.events },
    step: eachOf(
      ["p50", "p99", "p999", "max"],
      all.map(({ step }) => step),
    ),
    pauses: eachOf(
      ["count", "total", "p99", "max"],
      all.map(({ pauses }) => pauses),
    ),
    cpu: middle(({ cpu }) => cpu),
    heapGrowth: middle(({ growth }) => growth.heapUsed),
    externalGrowth: middle(({ growth }) => growth.external),
    clock: middle(({ clock }) => clock),
    peakBytes: first.peakBytes,
    systemCalls: first.systemCalls,
  };
}

/** The median of each, of `max` the most. */
const eachOf = <K extends string>(keys: readonly K[], all: readonly Readonly<Record<K, number>>[]): Record<K, number> =>
  Object.fromEntries(
    keys.map((key) => [key, summarise(all.map((one) => one[key]))[key === "max" ? "high" : "median"]]),
  ) as Record<K, number>;

/** Whether one was stopped, and how far it came. */
function endOf(stopped: ScenarioObservation | undefined): Pick<ScenarioRow, "status" | "note"> {
  if (stopped === undefined) return { status: "ok" };
  const { ms, done, events, outOfMemory } = stopped;
  const each = done === 0 ? "" : ` at ${Math.round((1e6 * ms) / done).toLocaleString("en-US")} ns an event`;
  const note = `${((100 * done) / events).toPrecision(2)} % done${each}`;
  if (outOfMemory === undefined) return { status: "stopped", note };
  return { status: "out of memory", note: `${note}; ${outOfMemory}` };
}
