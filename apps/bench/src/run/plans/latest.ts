/** The plan of `pnpm bench`: subjects on traces, small loops, bits and records. */
import { type CSubject, type HeapSubject, isInC, loopOf, type Subject, WAYS } from "../../subjects/subject.ts";
import { SUBJECTS } from "../../subjects/subjects.ts";
import type { BatchRequest } from "../../worker/batches.ts";
import type { Request, Task } from "../../worker/protocol.ts";
import type { HeapObservation, HeapRequest, Pass } from "../../workloads/heap/observe.ts";
import type { Pair } from "../../workloads/rows.ts";
import type { Group, Workload } from "../../workloads/workload.ts";
import type { Cell, Plan } from "../plan.ts";

/** How thorough a run is. Times in ms. */
export interface Mode {
  readonly name: "quick" | "default" | "full";
  /** Rounds at most: observations per pair. */
  readonly rounds: number;
  /** Of each process in a match. */
  readonly turns: number;
  /** What warming up takes. */
  readonly warm: number;
  /** What one replay may take. */
  readonly limit: number;
  /** No new round, and shorter observations, once this has passed. */
  readonly deadline: number;
}

export const MODES: Readonly<Record<Mode["name"], Mode>> = {
  quick: { name: "quick", rounds: 2, turns: 4, warm: 40, limit: 500, deadline: 35_000 },
  default: { name: "default", rounds: 5, turns: 8, warm: 60, limit: 2000, deadline: 270_000 },
  full: { name: "full", rounds: 9, turns: 25, warm: 300, limit: 10_000, deadline: Number.POSITIVE_INFINITY },
};

/** Groups whose events are replayed one by one: there are other ways of it. */
const REPLAYED: readonly Group[] = ["traces", "untuned", "yours"];
const isReplayedOnly = (subject: HeapSubject | CSubject): boolean =>
  subject.handles !== "pointers" && (subject.way !== undefined || subject.afterTransfer === true);

/** Whether a subject can be measured on a workload. */
function fits(subject: Subject, workload: Workload): boolean {
  // Programs of TypeScript are done by heaps too, those that are named.
  if (subject.kind !== workload.kind && !(workload.kind === "programs" && subject.kind === "heap")) return false;
  if (workload.for !== undefined && !workload.for.includes(subject.name)) return false;
  if (subject.kind === "heap" && isReplayedOnly(subject)) return REPLAYED.includes(workload.group);
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

/** ms: who needs longer for a turn has fewer of them. */
const LONG_TURN = 60;

export type Timing = Pick<Mode, "turns" | "warm" | "limit">;

/** What is asked of a heap, a set of bits, or a pool of records. */
export function taskOf({ subject, workload }: Pair, passes: readonly Pass[], mode: Timing): Task {
  const { turns, warm, limit } = mode;
  const { kind, name, file: trace } = workload as Workload & { file?: string };
  const request: HeapRequest | BatchRequest = {
    ...{ kind, subject: subject.name, workload: name, takesTurns: true },
    // The very first replay is all that there is to a start.
    budget: workload.group === "start" ? { warm: 0, turns: 0 } : { warm, turns: LONG_TURN * turns },
    ...(kind === "heap" && { passes, limit, trace }),
  };
  // Long after the worker should have stopped by itself: it hangs in one call.
  return { request, patience: 15_000 + 3 * warm + 5 * limit };
}

/** Stopped, or broken: the same again would not say more. */
const isConclusive = ({ time, check }: HeapObservation): boolean =>
  time?.stopped === true || (check !== undefined && check.failures + check.corrupted > 0);

export function latestPlan(pairs: readonly Pair[], mode: Mode): Plan {
  const { rounds, turns, warm, deadline } = mode;
  const cells = pairs.map((pair) => ({
    pair,
    ...{ kind: pair.workload.kind, subject: pair.subject.name, workload: pair.workload.name, isConclusive },
    // The first observation also checks contents and looks at the tail; the others only time.
    task: (round: number, isLate: boolean): Task => {
      const passes: Pass[] = round > 0 ? [] : mode.name === "quick" ? ["check"] : ["check", "latency"];
      if (round % 3 === 0) passes.push("touched");
      return taskOf(pair, ["time", ...passes], isLate ? { ...mode, warm: warm / 2 } : mode);
    },
  }));
  return {
    rounds: Array.from({ length: rounds }, (_, round) => {
      const here = cells.filter(({ pair }) => isInRound(pair, round));
      const matches = Map.groupBy(here, ({ pair: { workload } }) => workload.match ?? workload.name);
      return [...(round === 0 ? fillings(pairs) : []), ...[...matches.values()].map((cells) => ({ cells, turns }))];
    }),
    deadline,
    // Where the pace is too slow for the first round, it is finished with less of each.
    isLate: ({ elapsed, done, left }) => done > 10 && elapsed + (elapsed / done) * left > 1.1 * deadline,
  };
}

/** Those of which most is asked, of heaps: in every round. */
const OFTEN: readonly string[] = [
  ...["slab", ...Object.keys(WAYS).map((way) => `slab-${way}`), "native", "wasm", "assemblyscript"],
  ...["engine-c", "mimalloc", "glibc"],
];

/** What the targets are about gets each round; the others each third, or where they take long, the first. */
export function isInRound({ subject, workload }: Pair, round: number): boolean {
  if (round === 0) return true;
  const isOften = OFTEN.includes(subject.name) || (subject.origin === "loop" && subject.name !== "nothing-objects");
  if (["traces", "replacement"].includes(workload.group)) return isOften;
  return round % 3 === 0 || workload.group === "yours" || workload.level === "quick";
}

/** Each heap of a fixed capacity is filled once. */
function fillings(pairs: readonly Pair[]): Cell[] {
  const heaps = [...new Set(pairs.map(({ subject }) => subject))].filter(
    (subject) =>
      subject.kind === "heap" &&
      subject.origin !== "loop" &&
      !isInC(subject) &&
      !subject.collected &&
      !isReplayedOnly(subject),
  );
  return heaps.map(({ name }) => {
    const request: Request = { kind: "until-full", subject: name, workload: "until-full" };
    return { ...request, task: () => ({ request, patience: 30_000 }) };
  });
}
