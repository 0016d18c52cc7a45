/** The plan of `pnpm bench:compare`: base and head in alternating processes, and what their pairs say. */
import { type Interval, meanInterval, summarise } from "../../base/statistics.ts";
import type { Observed, Unavailable } from "../../worker/protocol.ts";
import type { HeapObservation } from "../../workloads/heap/observe.ts";
import type { Pair } from "../../workloads/rows.ts";
import type { Cell, Match, Plan } from "../plan.ts";
import { MODES, taskOf } from "./latest.ts";

const SIDES = ["base", "head"] as const;
/** What a side of a comparison is called: both measure the same subject, in another tree. */
const named = (side: string, { subject }: Pair): string => `${side}'s ${subject.name}`;

/** `limit` in ms. `base` is the worker of the other tree. */
export function comparePlan(pairs: readonly Pair[], rounds: number, limit: number, base: string): Plan {
  const { turns } = MODES.default;
  const cells = pairs.map((pair) =>
    SIDES.map((side): Cell => {
      const worker = side === "base" ? { worker: base } : {};
      return {
        ...{ kind: pair.workload.kind, subject: named(side, pair), workload: pair.workload.name },
        task: (round) => ({
          ...taskOf(pair, round === 0 ? ["time", "check"] : ["time"], { ...MODES.default, limit }),
          ...worker,
        }),
      };
    }),
  );
  // Who goes first alternates, so that what the first leaves behind in the machine hits both.
  const inTurn = (round: number): Match[] =>
    cells.map((sides, i) => ({ cells: (round + i) % 2 === 0 ? sides : sides.toReversed(), turns }));
  const deadline = Number.POSITIVE_INFINITY;
  return { rounds: Array.from({ length: rounds }, (_, round) => inTurn(round)), deadline };
}

/** One subject on one workload: head's time by base's. */
export interface Change {
  readonly name: string;
  readonly base?: number;
  readonly head?: number;
  /** Of ln(head ÷ base), over pairs of processes; absent where a side has no times. */
  readonly logRatio?: Interval;
  /** By round, for the sum over workloads. */
  readonly logRatios: readonly number[];
  /** Bytes at the peak. */
  readonly basePeak?: number | undefined;
  readonly headPeak?: number | undefined;
  /** Why there are no times. */
  readonly note?: string;
}

export const changesOf = (pairs: readonly Pair[], observed: readonly Observed[]): Change[] =>
  pairs.map((pair) => {
    const [base, head] = SIDES.map((side) =>
      observed.flatMap(({ subject, workload, observation }) =>
        subject === named(side, pair) && workload === pair.workload.name ? [observation as Partial<Answers>] : [],
      ),
    ) as [Partial<Answers>[], Partial<Answers>[]];
    const change = {
      name: `${pair.subject.name} on ${pair.workload.name}`,
      basePeak: base[0]?.check?.peakReserved,
      headPeak: head[0]?.check?.peakReserved,
      logRatios: [],
    };
    for (const { error, unavailable, check } of [...base, ...head]) {
      const isBroken = check !== undefined && check.failures + check.corrupted > 0;
      const note = error ?? unavailable ?? (isBroken ? "fails its check" : undefined);
      if (note !== undefined) return { ...change, note };
    }
    const [before, after] = [base, head].map((side) =>
      side.flatMap(({ time }) => (time === undefined ? [] : time.stopped ? [Number.NaN] : [time.best])),
    ) as [number[], number[]];
    const count = Math.min(before.length, after.length);
    const logRatios = Array.from({ length: count }, (_, round) => Math.log(after[round]! / before[round]!));
    if (logRatios.some(Number.isNaN)) return { ...change, note: "stopped at the limit" };
    // No spread of fewer than two.
    if (count < 2) return { ...change, note: "too few pairs" };
    const [was, is] = [summarise(before).median, summarise(after).median];
    return { ...change, base: was, head: is, logRatios, logRatio: meanInterval(logRatios) };
  });

type Answers = HeapObservation & Unavailable;

/** Over all workloads that have times: the mean of each round's mean. */
export function overall(all: readonly Change[]): Interval | undefined {
  const timed = all.filter(({ logRatios }) => logRatios.length > 0);
  const rounds = Math.min(...timed.map(({ logRatios }) => logRatios.length));
  if (timed.length === 0 || rounds < 2) return undefined;
  const means = Array.from(
    { length: rounds },
    (_, round) => timed.reduce((sum, { logRatios }) => sum + logRatios[round]!, 0) / timed.length,
  );
  return meanInterval(means);
}
