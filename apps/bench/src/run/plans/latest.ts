/** The plan of `pnpm bench`: subjects on traces, small loops, bits and records. */
import { isInC, loopOf, type Subject } from "../../subjects/subject.ts";
import { SUBJECTS } from "../../subjects/subjects.ts";
import type { BatchRequest } from "../../worker/batches.ts";
import type { Request, Task } from "../../worker/protocol.ts";
import type { HeapObservation, HeapRequest, Pass } from "../../workloads/heap/observe.ts";
import type { Pair } from "../../workloads/rows.ts";
import type { Workload } from "../../workloads/workload.ts";
import { type Cell, type Plan, rotate } from "../plan.ts";

/** How thorough a run is. Times in ms. */
export interface Mode {
  readonly name: "quick" | "default" | "full";
  /** Rounds at most: observations per pair. */
  readonly rounds: number;
  /** What timing may take in one observation. */
  readonly budget: number;
  /** What one replay may take. */
  readonly limit: number;
  /** No new round, and shorter observations, once this has passed. */
  readonly deadline: number;
}

export const MODES: Readonly<Record<Mode["name"], Mode>> = {
  quick: { name: "quick", rounds: 3, budget: 80, limit: 1500, deadline: 38_000 },
  default: { name: "default", rounds: 5, budget: 160, limit: 3000, deadline: 210_000 },
  full: { name: "full", rounds: 7, budget: 600, limit: 10_000, deadline: Number.POSITIVE_INFINITY },
};

/** Whether a subject can be measured on a workload. */
function fits(subject: Subject, workload: Workload): boolean {
  // Programs of TypeScript are done by heaps too, those that are named.
  if (subject.kind !== workload.kind && !(workload.kind === "programs" && subject.kind === "heap")) return false;
  if (workload.for !== undefined && !workload.for.includes(subject.name)) return false;
  return !(subject.kind === "bits" && subject.claimsOnly && workload.kind === "bits" && workload.needsFirst);
}

/** Every pair, workload by workload; the loops that are taken off come first. */
export function pairsOf(
  subjects: readonly Subject[],
  workloads: readonly Workload[],
  heeds: (pair: Pair) => boolean = () => true,
): Pair[] {
  return workloads.flatMap((workload) => {
    const here = subjects.filter(
      (subject) => subject.origin !== "loop" && fits(subject, workload) && heeds({ subject, workload }),
    );
    const loops = new Set(workload.kind === "programs" ? [] : here.map(loopOf));
    return [...SUBJECTS.filter(({ name }) => loops.has(name)), ...here].map((subject) => ({ subject, workload }));
  });
}

/** What is asked of a heap, a set of bits, or a pool of records. */
export function taskOf({ subject, workload }: Pair, passes: readonly Pass[], budget: number, limit: number): Task {
  const { kind, name, file: trace } = workload as Workload & { file?: string };
  const request: HeapRequest | BatchRequest = {
    ...{ kind, subject: subject.name, workload: name, budget },
    ...(kind === "heap" && { passes, limit, trace }),
  };
  // Long after the worker should have stopped by itself: it hangs in one call.
  return { request, patience: 15_000 + 3 * budget + 5 * limit };
}

/** Stopped, or broken: the same again would not say more. */
const isConclusive = ({ time, check }: HeapObservation): boolean =>
  time?.stopped === true || (check !== undefined && check.failures + check.corrupted > 0);

export function latestPlan(pairs: readonly Pair[], { rounds, budget, limit, deadline }: Mode): Plan {
  const cells = pairs.map((pair) => ({
    pair,
    ...{ kind: pair.workload.kind, subject: pair.subject.name, workload: pair.workload.name, isConclusive },
    // The first observation also checks contents and looks at the tail; the others only time.
    task: (round: number, isLate: boolean): Task =>
      taskOf(pair, round === 0 ? ["time", "check", "latency"] : ["time"], isLate ? budget / 2 : budget, limit),
  }));
  return {
    rounds: Array.from({ length: rounds }, (_, round) => [
      ...(round === 0 ? fillings(pairs) : []),
      ...rotate(
        cells.filter(({ pair }) => isInRound(pair, round)),
        ({ pair }) => pair.workload,
        () => round,
      ),
    ]),
    deadline,
    // Where the pace is too slow for the first round, it is finished with less of each.
    isLate: ({ elapsed, done, left }) => done > 10 && elapsed + (elapsed / done) * left > 1.1 * deadline,
  };
}

/** Workloads that the targets are about get each round; the others each third. */
export const isInRound = ({ workload }: Pair, round: number): boolean =>
  round % 3 === 0 || ["traces", "yours"].includes(workload.group) || workload.level === "quick";

/** Each heap of a fixed capacity is filled once. */
function fillings(pairs: readonly Pair[]): Cell[] {
  const heaps = [...new Set(pairs.map(({ subject }) => subject))].filter(
    (subject) => subject.kind === "heap" && subject.origin !== "loop" && !isInC(subject) && !subject.collected,
  );
  return heaps.map(({ name }) => {
    const request: Request = { kind: "until-full", subject: name, workload: "until-full" };
    return { ...request, task: () => ({ request, patience: 30_000 }) };
  });
}
