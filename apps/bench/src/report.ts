/** From observations to rows: the schema of `results/latest.json`. */
import { type AgainstC, againstC } from "./against-c.ts";
import { type Machine, machine } from "./machine.ts";
import { peakRatio } from "./metrics.ts";
import type { Cell, Mode } from "./plan.ts";
import type { Observation } from "./protocol.ts";
import { UNTIL_FULL } from "./protocol.ts";
import type { Row } from "./row.ts";
import type { Observed } from "./run.ts";
import { summarise } from "./statistics.ts";
import { isInC, loopOf, type Subject } from "./subjects.ts";
import { type Target, targetsOf } from "./targets.ts";
import type { Group, Workload } from "./workloads.ts";

/** Raised by one with each change that a reader of the file must know of. */
export const SCHEMA = 1;

export interface Report {
  readonly schema: typeof SCHEMA;
  readonly date: string;
  readonly seconds: number;
  /** It was stopped before its end. */
  readonly partial: boolean;
  readonly mode: Mode["name"];
  /** What one replay may take, in ms. */
  readonly limit: number;
  readonly machine: Machine;
  readonly workloads: readonly (Pick<Workload, "name" | "unit" | "what" | "kind"> & { readonly group: Group })[];
  readonly subjects: readonly (Pick<Subject, "name" | "what" | "origin" | "kind"> & {
    /** It runs in C: its loop is another one. */
    readonly inC: boolean;
  })[];
  readonly rows: readonly Row[];
  /** Operations until a heap of 4 MiB was full, and the part of it in use then. */
  readonly untilFull: readonly { subject: string; operations: number; used: number | null }[];
  /** Net of the loops; absent where there is nothing to compare. */
  readonly againstC?: AgainstC;
  /** What the allocators in C say they are. */
  readonly versions: readonly { subject: string; version: string }[];
  readonly targets: readonly Target[];
  /** What was not measured, and what to do about it. */
  readonly unavailable: readonly string[];
  readonly observations: readonly Observed[];
}

export interface Circumstances {
  readonly mode: Mode;
  readonly date: Date;
  readonly seconds: number;
  readonly partial: boolean;
  readonly unavailable?: readonly string[];
}

export function makeReport(cells: readonly Cell[], observed: readonly Observed[], at: Circumstances): Report {
  const rows = rowsOf(cells, observed);
  const traces = [...new Set(cells.flatMap(({ workload }) => (workload.group === "traces" ? [workload.name] : [])))];
  const against = againstC(rows, traces);
  return {
    schema: SCHEMA,
    date: at.date.toISOString(),
    seconds: Math.round(at.seconds),
    partial: at.partial,
    mode: at.mode.name,
    limit: at.mode.limit,
    machine: machine(),
    workloads: [...new Set(cells.map(({ workload }) => workload))].map(({ name, group, unit, what, kind }) => ({
      name,
      group,
      unit,
      what,
      kind,
    })),
    subjects: [...new Set(cells.map(({ subject }) => subject))].map((subject) => {
      const { name, what, origin, kind } = subject;
      return { name, what, origin, kind, inC: isInC(subject) };
    }),
    rows,
    untilFull: observed.flatMap(({ workload, subject, observation: { untilFull } }) =>
      workload === UNTIL_FULL && untilFull !== undefined ? [{ subject, ...untilFull }] : [],
    ),
    ...(against === undefined ? {} : { againstC: against }),
    versions: versionsOf(observed),
    targets: targetsOf(rows, cells),
    unavailable: at.unavailable ?? [],
    observations: observed,
  };
}

/** Of each subject that says one, but the loop. */
function versionsOf(observed: readonly Observed[]): Report["versions"] {
  const versions = new Map<string, string>();
  for (const { subject, observation } of observed) {
    if (observation.version !== undefined && subject !== "nothing-c") versions.set(subject, observation.version);
  }
  return [...versions].map(([subject, version]) => ({ subject, version }));
}

/** A row for each cell, and loops' costs taken off. */
export function rowsOf(cells: readonly Cell[], observed: readonly Observed[]): Row[] {
  const of = ({ subject, workload }: Cell): Observation[] =>
    observed
      .filter((one) => one.subject === subject.name && one.workload === workload.name)
      .map(({ observation }) => observation);
  const rows = cells.map((cell) => ({ cell, row: rowOf(cell, of(cell)) }));
  return rows.map(({ cell, row }) => {
    if (row.gross === undefined || cell.subject.origin === "loop") return row;
    const loop = rows.find(
      (other) => other.cell.workload === cell.workload && other.cell.subject.name === loopOf(cell.subject),
    )?.row.low;
    if (loop === undefined) return row;
    const touched = row.touched === undefined ? {} : { touched: row.touched - loop };
    return { ...row, net: row.gross - loop, ...touched };
  });
}

function rowOf({ subject, workload }: Cell, observations: readonly Observation[]): Row {
  const row = { workload: workload.name, subject: subject.name, count: observations.length };
  const check = observations.find((one) => one.check !== undefined)?.check;
  const facts = checkFacts(observations);
  // The worst comes first: a subject that corrupts blocks has no time.
  if (check !== undefined && check.corrupted + check.refusedFrees > 0) {
    const note = `${check.corrupted} blocks corrupted, ${check.refusedFrees} frees refused`;
    return { ...row, ...facts, status: "corrupts", note };
  }
  if (check !== undefined && check.failures > 0) {
    return { ...row, ...facts, status: "out of memory", note: `${check.failures} refused: ${check.firstFailure}` };
  }
  const error = observations.find((one) => one.error !== undefined)?.error;
  if (error !== undefined) return { ...row, ...facts, status: "error", note: error };
  const stopped = observations.flatMap(({ time }) => (time?.stopped ? [time] : []));
  if (stopped.length > 0) {
    const [{ atLeast, done, events, soFar }] = stopped as [(typeof stopped)[0]];
    const part = `${((100 * done) / events).toPrecision(2)} % done at ${Math.round(soFar).toLocaleString("en-US")} ns each`;
    return { ...row, ...facts, status: "stopped", gross: atLeast, note: part };
  }
  const finished = observations.flatMap(({ time }) => (time?.stopped === false ? [time] : []));
  if (finished.length === 0) return { ...row, ...facts, status: "missing", note: "not measured" };
  const { median, low, high, count } = summarise(finished.map(({ best }) => best));
  const collections = finished.reduce((sum, time) => sum + time.collections, 0);
  const touched = observations.flatMap((one) => one.touched ?? []);
  const more = touched.length > 0 ? { touched: summarise(touched).median } : {};
  return { ...row, ...facts, status: "ok", gross: median, low, high, count, collections, ...more };
}

/** Bytes. Of less, the ratio says nothing but how large an empty heap is. */
const LEAST_PEAK = 65_536;

/** What is not about time, of the one observation that has it. */
function checkFacts(observations: readonly Observation[]): Partial<Row> {
  const { check, needs, latency } =
    observations.find((one) => one.check !== undefined || one.latency !== undefined) ?? {};
  // Of a check that was cut short the peak is not known.
  const isKnown = check !== undefined && check.events === needs?.events && needs.peakLive >= LEAST_PEAK;
  const ratio = isKnown ? peakRatio(check, needs.peakLive) : undefined;
  return {
    ...(latency === undefined ? {} : { p50: latency.p50, p99: latency.p99, max: latency.max }),
    ...(needs === undefined ? {} : { peakLive: needs.peakLive }),
    ...(ratio === undefined ? {} : { peakRatio: ratio, peakReserved: check!.peakReserved! }),
    ...(check?.metadata === undefined ? {} : { metadata: check.metadata }),
    ...(check === undefined ? {} : { failures: check.failures }),
  };
}
