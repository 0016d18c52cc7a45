/** What is measured, in which order: subjects beside each other, so that a slow minute of the machine hits all alike. */
import type { Pass } from "./protocol.ts";
import { loopOf, SUBJECTS, type Subject } from "./subjects.ts";
import type { Workload } from "./workloads.ts";

/** How thorough a run is. Times in ms. */
export interface Mode {
  readonly name: "quick" | "default" | "full";
  /** Rounds at most: observations per cell. */
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

/** One subject on one workload. */
export interface Cell {
  readonly subject: Subject;
  readonly workload: Workload;
}

/** Whether a subject can be measured on a workload. */
export function fits(subject: Subject, workload: Workload): boolean {
  if (subject.kind !== workload.kind) return false;
  if (workload.for !== undefined && subject.origin !== "loop" && !workload.for.includes(subject.name)) return false;
  return !(subject.kind === "bits" && subject.claimsOnly && workload.kind === "bits" && workload.needsFirst);
}

/** Every cell, workload by workload; the loops that are taken off come first. */
export function cellsOf(
  subjects: readonly Subject[],
  workloads: readonly Workload[],
  heeds: (workload: Workload, subject: Subject) => boolean = () => true,
): Cell[] {
  return workloads.flatMap((workload) => {
    const here = subjects.filter(
      (subject) => subject.origin !== "loop" && fits(subject, workload) && heeds(workload, subject),
    );
    const loops = new Set(here.map(loopOf));
    return [...SUBJECTS.filter(({ name }) => loops.has(name)), ...here].map((subject) => ({ subject, workload }));
  });
}

/** The cells of a later round, turned by one subject each time, so that none always follows the same neighbour. */
export function rotate(cells: readonly Cell[], round: number): Cell[] {
  const byWorkload = Map.groupBy(cells, (cell) => cell.workload);
  return [...byWorkload.values()].flatMap((row) => {
    const by = round % row.length;
    return [...row.slice(by), ...row.slice(0, by)];
  });
}

/** The first observation of a cell also checks contents and looks at the tail; the others only time. */
export const passesOf = (round: number): readonly Pass[] => (round === 0 ? ["time", "check", "latency"] : ["time"]);

/** Workloads that the targets are about get each round; the others each third. */
export const isInRound = ({ workload }: Cell, round: number): boolean =>
  round % 3 === 0 || ["traces", "yours"].includes(workload.group) || workload.level === "quick";
