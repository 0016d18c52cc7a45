/**
 * Ratios of two sides that were in the same matches (`run/plan.ts`), and therefore in the same seconds. A side's time is its
 * least window, over all those matches; the interval is that of the ratios match by match, each of processes of its own.
 *
 * Why the least: what else a machine does only ever adds. Why match by match: V8 decides anew in each process what it inlines, so
 * windows of one process are nearer to each other than they are to the truth.
 */
import { geomean, type Interval, medianInterval } from "../../base/statistics.ts";
import { loopOf } from "../../subjects/subject.ts";
import { SUBJECTS } from "../../subjects/subjects.ts";
import type { Observed } from "../../worker/protocol.ts";
import type { Timing } from "../../worker/timing.ts";
import type { HeapObservation } from "../../workloads/heap/observe.ts";

/** A subject on a workload; `isWritten` where each new block's first byte is (in C only). */
export interface Side {
  readonly subject: string;
  readonly workload: string;
  readonly isWritten?: boolean;
}

/** Of times, by whom it is divided; and the same in each match. */
export interface Paired {
  readonly value: number;
  readonly matches: readonly number[];
}

/** Gross with the loop, which is to be the same on both sides; net less the loop's own, each side's. */
export type Sort = "gross" | "net";

export interface Ratios {
  /** One time by the other; undefined where they have no match in common, or nothing but noise is left of one. */
  of(above: Side, below: Side, sort?: Sort): Paired | undefined;
  /** The dearest of some by the cheapest, all in the same matches. */
  spread(sides: readonly Side[], sort?: Sort): Paired | undefined;
}

export function ratiosIn(observed: readonly Observed[]): Ratios {
  const times = new Map<string, Timing>();
  for (const { subject, workload, round, observation } of observed) {
    const { time, touched } = observation as HeapObservation;
    if (time !== undefined) times.set(`${round} ${subject} ${workload}`, time);
    if (touched !== undefined) times.set(`${round} ${subject} ${workload} written`, touched);
  }
  const rounds = [...new Set(observed.map(({ round }) => round))];

  const timed = (round: number, { subject, workload, isWritten }: Side): number | undefined => {
    const time = times.get(`${round} ${subject} ${workload}${isWritten ? " written" : ""}`);
    return time?.stopped ? time.atLeast : time?.best;
  };
  /** Gross, and the loop's; by side, in one match. */
  const inMatch = (round: number, sides: readonly Side[], sort: Sort): [number, number][] | undefined => {
    const found = sides.map((side): [number | undefined, number | undefined] => {
      const loop = { subject: loopNamed(side.subject), workload: side.workload };
      return [timed(round, side), sort === "gross" ? 0 : timed(round, loop)];
    });
    return found.every(([gross, loop]) => gross !== undefined && loop !== undefined)
      ? (found as [number, number][])
      : undefined;
  };
  const compare = (sides: readonly Side[], sort: Sort, by: (nets: readonly number[]) => number): Paired | undefined => {
    const matches = rounds.flatMap((round) => {
      const found = inMatch(round, sides, sort);
      return found === undefined ? [] : [found];
    });
    const ratio = (all: readonly (readonly [number, number])[]): number => {
      const nets = all.map(([gross, loop]) => gross - loop);
      return nets.every((net) => net > 0) ? by(nets) : Number.NaN;
    };
    const least = sides.map((_, s): [number, number] => [
      Math.min(...matches.map((match) => match[s]![0])),
      Math.min(...matches.map((match) => match[s]![1])),
    ]);
    const value = matches.length === 0 ? Number.NaN : ratio(least);
    return Number.isNaN(value) ? undefined : { value, matches: matches.map(ratio).filter((one) => one > 0) };
  };
  return {
    of: (above, below, sort = "gross") => compare([above, below], sort, ([a, b]) => a! / b!),
    spread: (sides, sort = "net") => compare(sides, sort, (nets) => Math.max(...nets) / Math.min(...nets)),
  };
}

function loopNamed(name: string): string {
  const subject = SUBJECTS.find((one) => one.name === name);
  return subject === undefined ? name : loopOf(subject);
}

/** Of several ratios: their geometric mean, the least, or the most; match by match as well. Undefined unless all are there. */
export function combine(all: readonly (Paired | undefined)[], by: "mean" | "least" | "most"): Paired | undefined {
  if (all.length === 0 || all.some((one) => one === undefined)) return undefined;
  const ratios = all as readonly Paired[];
  const of = { mean: (values: number[]) => geomean(values)!, least: lowest, most: highest }[by];
  const count = Math.min(...ratios.map(({ matches }) => matches.length));
  return {
    value: of(ratios.map(({ value }) => value)),
    matches: Array.from({ length: count }, (_, m) => of(ratios.map(({ matches }) => matches[m]!))),
  };
}
const lowest = (values: number[]): number => Math.min(...values);
const highest = (values: number[]): number => Math.max(...values);

/** Of the matches; undefined of fewer than two. */
export const intervalOf = ({ matches }: Paired): Interval | undefined =>
  matches.length < 2 ? undefined : medianInterval(matches);
