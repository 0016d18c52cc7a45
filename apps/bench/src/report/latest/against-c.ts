/**
 * TypeScript against C: ns per event net of the loop, each side's own, over the traces. Gross times are not compared here:
 * the loop in JavaScript and the loop in C cost differently.
 *
 * The loops touch no block. That spares ours, whose metadata lie apart, misses of the cache which those pay that keep a
 * list in the free blocks, and which the program would pay a moment later. So those in C are timed again with the first
 * byte of each new block *written*.
 */
import { geomean, type Interval } from "../../base/statistics.ts";
import { WAYS } from "../../subjects/subject.ts";
import type { Row } from "../../workloads/rows.ts";
import { combine, intervalOf, type Paired, type Ratios } from "./ratios.ts";

/** Ours, by how far they are from the caller; then theirs. */
const SIDES = ["slab", "native", "wasm", "native-c", "engine-c", "mimalloc", "jemalloc", "glibc"];

/** The slab's ways of being called, by their subjects. */
const CALLED = ["slab", ...Object.keys(WAYS).map((way) => `slab-${way}`)];

/** Whose time by whose. */
type Question = readonly [ours: string, theirs: string, isWritten?: true];
const IN_C: readonly Question[] = [
  ["slab", "mimalloc"],
  ["engine-c", "mimalloc"],
  ["engine-c", "glibc"],
  ["engine-c", "mimalloc", true],
];
/** Of replacement. */
const ALL: readonly Question[] = [["slab", "assemblyscript"], ["wasm", "slab"], ["native", "slab"], ...IN_C];

export interface AgainstC {
  /** The workloads. */
  readonly traces: readonly string[];
  /** Net ns per unit, by workload; null where there is none, or nothing but noise is left of it. */
  readonly times: readonly Line[];
  /** Net time by net time, of sides that took turns. */
  readonly ratios: readonly RatioLine[];
}

export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Geometric mean, where no value is missing. */
  readonly mean: number | null;
}

export interface RatioLine extends Line {
  /** Of each value, and of the mean last; null where there were fewer than two matches. */
  readonly intervals: readonly (Pick<Interval, "low" | "high"> | null)[];
}

/** Undefined unless some of ours in JavaScript and some in C were measured. */
export const againstC = (rows: readonly Row[], pairs: Ratios, traces: readonly string[]): AgainstC | undefined => {
  const all = answers(rows, pairs, traces, [...CALLED, ...SIDES.slice(1)], IN_C);
  const ways = extremeWays(pairs, traces);
  if (all === undefined || ways === undefined) return all;
  const extremes = (["best", "worst"] as const).map((which) =>
    ratioLine(`slab ÷ mimalloc, ${which} way (${ways[which].subject})`, ways[which].found),
  );
  return { ...all, ratios: [...extremes, ...all.ratios] };
};

/** The same of replacement, and beside the peer whose heap is like ours. */
export const replacements = (rows: readonly Row[], pairs: Ratios, names: readonly string[]): AgainstC | undefined =>
  answers(rows, pairs, names, [...SIDES, "assemblyscript"], ALL);

function answers(
  rows: readonly Row[],
  pairs: Ratios,
  traces: readonly string[],
  sides: readonly string[],
  questions: readonly Question[],
): AgainstC | undefined {
  const lines = (label: string, value: (row: Row) => number | undefined): Line[] =>
    sides.flatMap((name) => {
      const values = traces.map((trace) => {
        const row = rows.find((one) => one.subject === name && one.workload === trace);
        const net = row?.status === "ok" ? value(row) : undefined;
        return net !== undefined && net > 0 ? net : null;
      });
      return values.every((one) => one === null) ? [] : [lineOf(name + label, values)];
    });
  const times = [...lines("", ({ net }) => net), ...lines(", written", ({ touched }) => touched)];
  const ratios = questions.flatMap(([ours, theirs, isWritten = false]): RatioLine[] => {
    const found = traces.map((workload) =>
      pairs.of({ subject: ours, workload, isWritten }, { subject: theirs, workload, isWritten }, "net"),
    );
    const label = isWritten ? ", written" : "";
    return found.every((one) => one === undefined) ? [] : [ratioLine(`${ours}${label} ÷ ${theirs}${label}`, found)];
  });
  return ratios.length === 0 ? undefined : { traces, times, ratios };
}

/** The slab by mimalloc in the way that is called best, and in the worst, by their means. Undefined of fewer than two. */
export function extremeWays(pairs: Ratios, traces: readonly string[]): Record<"best" | "worst", Called> | undefined {
  const all = CALLED.flatMap((subject): Called[] => {
    const found = traces.map((workload) => pairs.of({ subject, workload }, { subject: "mimalloc", workload }, "net"));
    const mean = combine(found, "mean");
    return mean === undefined ? [] : [{ subject, found, mean }];
  }).sort((a, b) => a.mean.value - b.mean.value);
  return all.length < 2 ? undefined : { best: all[0]!, worst: all.at(-1)! };
}

export interface Called {
  readonly subject: string;
  /** By trace. */
  readonly found: readonly (Paired | undefined)[];
  readonly mean: Paired;
}

function ratioLine(name: string, found: readonly (Paired | undefined)[]): RatioLine {
  const mean = combine(found, "mean");
  return {
    name,
    values: found.map((one) => one?.value ?? null),
    mean: mean?.value ?? null,
    intervals: [...found, mean].map((one) => (one && intervalOf(one)) ?? null),
  };
}

function lineOf(name: string, values: readonly (number | null)[]): Line {
  const known = values.filter((value) => value !== null);
  return { name, values, mean: known.length === values.length ? (geomean(known) ?? null) : null };
}
