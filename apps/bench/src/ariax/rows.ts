/** A row of a scenario's table: one subject, over its observations. */
import { summarise } from "../statistics.ts";
import type { ScenarioObservation } from "./observe.ts";
import type { Cell } from "./plan.ts";
import type { Found } from "./run.ts";

/** `wrong`: it read other values than the others. */
export type Status = "ok" | "stopped" | "out of memory" | "wrong" | "error" | "unavailable" | "missing";

/** Times are ms, over the whole scenario or a step of it; of several observations the median, of `max` the most. */
export interface ScenarioRow {
  readonly scenario: string;
  readonly subject: string;
  readonly status: Status;
  /** What went wrong, or how far a stopped one came. */
  readonly note?: string;
  readonly count: number;
  /** Of a stopped one, a lower bound: the time so far. */
  readonly ms?: number;
  readonly low?: number;
  readonly high?: number;
  /** ns; of a stopped one, the time so far by all events: a lower bound too. */
  readonly perEvent?: number;
  readonly step?: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };
  readonly pauses?: { readonly count: number; readonly total: number; readonly p99: number; readonly max: number };
  /** Processor time of all threads. */
  readonly cpu?: number;
  /** Bytes. */
  readonly heapGrowth?: number;
  readonly externalGrowth?: number;
  readonly peakBytes?: number;
  readonly systemCalls?: number;
  /** ns that reading the clock adds to each step. */
  readonly clock?: number;
}

type Answers = Found["scenarios"];

/** The finished observations of a subject, or the stopped ones where none finished. */
export function observationsOf(answers: Answers, scenario: string, subject: string): ScenarioObservation[] {
  return answers.flatMap((one) =>
    one.scenario === scenario && one.subject === subject && "scenario" in one.answer ? [one.answer.scenario] : [],
  );
}

export function scenarioRows(cells: readonly Cell[], answers: Answers): ScenarioRow[] {
  const right = new Map<string, number | undefined>();
  for (const { scenario } of cells) right.set(scenario.name, rightSum(answers, scenario.name));
  return cells.map(({ scenario, subject }) => {
    const row = rowOf(scenario.name, subject.name, answers);
    const sums = observationsOf(answers, scenario.name, subject.name).flatMap(({ checksum }) => checksum ?? []);
    const expected = right.get(scenario.name);
    const isWrong = subject.origin !== "loop" && sums.some((sum) => sum !== expected);
    if (!isWrong) return row;
    const { scenario: _, subject: __, count } = row;
    const note = `it read back ${sums[0]}, the others ${expected}`;
    return { scenario: scenario.name, subject: subject.name, status: "wrong", note, count };
  });
}

/** What most subjects read. The loop reads what others overwrote, and does not count. */
function rightSum(answers: Answers, scenario: string): number | undefined {
  const sums = answers.flatMap(({ scenario: name, subject, answer }) =>
    name === scenario && subject !== "nothing" && "scenario" in answer ? (answer.scenario.checksum ?? []) : [],
  );
  const bySum = [...Map.groupBy(sums, (sum) => sum)];
  return bySum.sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

function rowOf(scenario: string, subject: string, answers: Answers): ScenarioRow {
  const mine = answers.filter((one) => one.scenario === scenario && one.subject === subject);
  const row = { scenario, subject, count: mine.length };
  // Once a subject has said that it is not here, it is not asked again.
  const absent = answers.find((one) => one.subject === subject && "unavailable" in one.answer)?.answer;
  if (absent !== undefined && "unavailable" in absent)
    return { ...row, status: "unavailable", note: absent.unavailable };
  for (const { answer } of mine) {
    if ("error" in answer) return { ...row, status: "error", note: answer.error };
  }
  const all = observationsOf(answers, scenario, subject);
  const [first] = all;
  if (first === undefined) return { ...row, status: "missing", note: "not measured" };
  const stopped = all.find((one) => one.stopped);
  const { median, low, high } = summarise(all.map(({ ms }) => ms));
  const middle = (value: (one: ScenarioObservation) => number): number => summarise(all.map(value)).median;
  const most = (value: (one: ScenarioObservation) => number): number => summarise(all.map(value)).high;
  return {
    ...row,
    ...(stopped === undefined
      ? { status: "ok" as const }
      : {
          status: stopped.outOfMemory === undefined ? ("stopped" as const) : ("out of memory" as const),
          note: stopped.outOfMemory === undefined ? howFar(stopped) : `${howFar(stopped)}; ${stopped.outOfMemory}`,
        }),
    ...{ ms: median, low, high, perEvent: (1e6 * median) / first.events },
    step: {
      p50: middle(({ step }) => step.p50),
      p99: middle(({ step }) => step.p99),
      p999: middle(({ step }) => step.p999),
      max: most(({ step }) => step.max),
    },
    pauses: {
      count: middle(({ pauses }) => pauses.count),
      total: middle(({ pauses }) => pauses.total),
      p99: middle(({ pauses }) => pauses.p99),
      max: most(({ pauses }) => pauses.max),
    },
    cpu: middle(({ cpu }) => cpu),
    heapGrowth: middle(({ growth }) => growth.heapUsed),
    externalGrowth: middle(({ growth }) => growth.external),
    clock: middle(({ clock }) => clock),
    ...(first.peakBytes === undefined ? {} : { peakBytes: first.peakBytes }),
    ...(first.systemCalls === undefined ? {} : { systemCalls: first.systemCalls }),
  };
}

function howFar({ ms, done, events }: ScenarioObservation): string {
  const each = done === 0 ? "" : ` at ${Math.round((1e6 * ms) / done).toLocaleString("en-US")} ns an event`;
  return `${((100 * done) / events).toPrecision(2)} % done${each}`;
}
