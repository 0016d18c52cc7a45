import type { Cell } from "../plan.ts";
import type { Observation } from "../protocol.ts";
import { observeInProcess, WORKER } from "../spawn.ts";
import { type Interval, meanInterval, summarise } from "../statistics.ts";

export interface CompareOptions {
  readonly rounds: number;
  /** In ms, as in a request to a worker. */
  readonly budget: number;
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly observe?: typeof observeInProcess;
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
  readonly basePeak?: number;
  readonly headPeak?: number;
  /** Why there are no times. */
  readonly note?: string;
}

export async function compare(cells: readonly Cell[], baseWorker: string, options: CompareOptions): Promise<Change[]> {
  const { rounds, budget, limit, signal, say, observe = observeInProcess } = options;
  const pairs = cells.map(() => ({ base: [] as Observation[], head: [] as Observation[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, { subject, workload }] of cells.entries()) {
      // Who goes first alternates, so that what the first leaves behind in the machine hits both.
      const sides = (round + i) % 2 === 0 ? (["base", "head"] as const) : (["head", "base"] as const);
      for (const side of sides) {
        if (signal.aborted) return changes(cells, pairs);
        const passes = round === 0 ? (["time", "check"] as const) : (["time"] as const);
        const request = { subject: subject.name, workload: workload.name, passes, budget, limit };
        const observation = await observe(request, side === "base" ? baseWorker : WORKER);
        if (!signal.aborted) pairs[i]![side].push(observation);
      }
    }
    say(`round ${round + 1} of ${rounds}`);
  }
  return changes(cells, pairs);
}

type Pair = { readonly base: readonly Observation[]; readonly head: readonly Observation[] };

function changes(cells: readonly Cell[], pairs: readonly Pair[]): Change[] {
  return cells.map(({ subject, workload }, i) => {
    const { base, head } = pairs[i]!;
    const name = `${subject.name} on ${workload.name}`;
    const problem = [...base, ...head].find(
      ({ error, check }) => error ?? (check && check.failures + check.corrupted > 0),
    );
    const peaks = {
      ...(base[0]?.check?.peakReserved === undefined ? {} : { basePeak: base[0].check.peakReserved }),
      ...(head[0]?.check?.peakReserved === undefined ? {} : { headPeak: head[0].check.peakReserved }),
    };
    if (problem !== undefined) return { name, ...peaks, logRatios: [], note: problem.error ?? "fails its check" };
    const times = (side: readonly Observation[]): number[] =>
      side.flatMap(({ time }) => (time === undefined ? [] : time.stopped ? [Number.NaN] : [time.best]));
    const [before, after] = [times(base), times(head)];
    const count = Math.min(before.length, after.length);
    const logRatios = Array.from({ length: count }, (_, round) => Math.log(after[round]! / before[round]!));
    if (logRatios.some(Number.isNaN)) return { name, ...peaks, logRatios: [], note: "stopped at the limit" };
    // No spread of fewer than two.
    if (count < 2) return { name, ...peaks, logRatios: [], note: "too few pairs" };
    return {
      name,
      ...peaks,
      base: summarise(before).median,
      head: summarise(after).median,
      logRatios,
      logRatio: meanInterval(logRatios),
    };
  });
}

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
