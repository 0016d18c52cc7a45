/** From observations to the report of `pnpm bench`: the schema of `results/latest.json`. */

import type { Interval } from "../../base/statistics.ts";
import type { Mode } from "../../run/plans/latest.ts";
import { isInC, type Subject } from "../../subjects/subject.ts";
import type { UntilFull } from "../../worker/metrics.ts";
import { isFound, type Observed, ofKind } from "../../worker/protocol.ts";
import type { HeapObservation } from "../../workloads/heap/observe.ts";
import { type Pair, type Row, rowsOf } from "../../workloads/rows.ts";
import type { Group, Workload } from "../../workloads/workload.ts";
import { type Circumstances, factsOf, type RunReport, unavailableIn } from "../circumstances.ts";
import type { Target } from "../shown.ts";
import { type AgainstC, againstC, replacements } from "./against-c.ts";
import { combine, intervalOf, ratiosIn } from "./ratios.ts";
import { targetsOf } from "./targets.ts";

/** Raised by one with each change that a reader of the file must know of. */
export const SCHEMA = 2;

export interface Report extends RunReport, Pick<Mode, "limit"> {
  readonly schema: typeof SCHEMA;
  readonly mode: Mode["name"];
  readonly workloads: readonly (Pick<Workload, "name" | "unit" | "what" | "kind"> & { readonly group: Group })[];
  readonly subjects: readonly (Pick<Subject, "name" | "what" | "origin" | "kind"> & {
    /** It runs in C: its loop is another one. */
    readonly inC: boolean;
  })[];
  readonly rows: readonly Row[];
  /** Operations until a heap of 4 MiB was full, and the part of it in use then. */
  readonly untilFull: readonly { subject: string; operations: number; used: number | null }[];
  /** Net of the loops; absent where there is nothing to compare. */
  readonly againstC?: AgainstC | undefined;
  /** The same of replacement at steady state. */
  readonly replacement?: AgainstC | undefined;
  /** What the allocators in C say they are. */
  readonly versions: readonly { subject: string; version: string }[];
  /** Over the traces: whose time by the slab's, geometric mean. */
  readonly bySlab: readonly { subject: string; value: number; interval?: Pick<Interval, "low" | "high"> }[];
  readonly targets: readonly Target[];
}

/** What is not here has no rows, but a line. */
export function makeReport(
  asked: readonly Pair[],
  observed: readonly Observed[],
  { name: mode, limit }: Mode,
  at: Circumstances,
): Report {
  const missing = new Set(observed.flatMap((one) => ("unavailable" in one.observation ? [one.subject] : [])));
  const pairs = asked.filter(({ subject }) => !missing.has(subject.name));
  const rows = rowsOf(pairs, observed);
  const workloads = [...new Set(pairs.map(({ workload }) => workload))];
  const subjects = [...new Set(pairs.map(({ subject }) => subject))];
  const ratios = ratiosIn(observed);
  const namesOf = (of: Group): string[] => workloads.filter(({ group }) => group === of).map(({ name }) => name);
  const traces = namesOf("traces");
  return {
    schema: SCHEMA,
    ...factsOf(at),
    ...{ mode, limit },
    workloads: workloads.map(({ name, group, unit, what, kind }) => ({ name, group, unit, what, kind })),
    subjects: subjects.map((subject) => {
      const { name, what, origin, kind } = subject;
      return { name, what, origin, kind, inC: isInC(subject) };
    }),
    rows,
    untilFull: ofKind<UntilFull>(observed, "until-full").flatMap(({ subject, observation }) =>
      isFound(observation) ? [{ subject, ...observation }] : [],
    ),
    againstC: againstC(rows, ratios, traces),
    replacement: replacements(rows, ratios, namesOf("replacement")),
    versions: versionsOf(observed),
    bySlab: subjects.flatMap(({ name: subject }) => {
      const sides = traces.map((workload) => ratios.of({ subject, workload }, { subject: "slab", workload }));
      const mean = combine(sides, "mean");
      const interval = mean && intervalOf(mean);
      return mean === undefined ? [] : [{ subject, value: mean.value, ...(interval && { interval }) }];
    }),
    targets: targetsOf({ rows, ratios, traces, untuned: namesOf("untuned"), replacements: namesOf("replacement") }),
    unavailable: unavailableIn(observed),
    observations: observed,
  };
}

/** Of each subject that says one, but the loop. */
function versionsOf(observed: readonly Observed[]): Report["versions"] {
  const versions = new Map<string, string>();
  for (const { subject, observation } of ofKind<HeapObservation>(observed, "heap")) {
    const { version } = observation as HeapObservation;
    if (version !== undefined && subject !== "nothing-c") versions.set(subject, version);
  }
  return [...versions].map(([subject, version]) => ({ subject, version }));
}
