/**
 * What windows come to. A window's time is that of one thread for a unit: k threads of which each does one in a, b, … ns do 1/a + 1/b + … a ns. The least of many
 * windows counts, as what else a machine does only ever adds; and beside a ratio stands the same of each match.
 */
import { type Interval, medianInterval, summarise } from "../../base/statistics.ts";
import { isFound, type Observed, ofKind } from "../../worker/protocol.ts";
import type { WindowsObservation } from "../../workloads/threads/protocol.ts";

/** ns of one thread for a unit: the harmonic mean of the threads'. */
export const nsOf = (threads: readonly number[]): number =>
  threads.length / threads.reduce((sum, ns) => sum + 1 / ns, 0);

/** A ratio over all matches, and of each. */
export interface Paired {
  readonly value: number;
  readonly matches: readonly number[];
}

export interface Figures {
  /** The least window of a subject in a mode, in ns of a thread for a unit; of all matches, or of one. */
  least(workload: string, subject: string, mode: string, round?: number): number | undefined;
  /** How many times as much the first two threads do at once, as one of them alone: each by its own time alone. */
  speedup(workload: string, subject: string): Paired | undefined;
  /** Of least windows; undefined where one side is missing, or nothing but noise is left of it. */
  ratio(workload: string, above: Side, below: Side): Paired | undefined;
}

/** A subject in a mode; less another, where that is its loop. */
export interface Side {
  readonly subject: string;
  readonly mode: string;
  readonly loop?: string;
}

export function figuresIn(observed: readonly Observed[]): Figures {
  const found = ofKind<WindowsObservation>(observed, "threads").flatMap(({ workload, subject, round, observation }) =>
    isFound(observation) && "windows" in observation
      ? [{ key: `${workload} ${subject}`, round, windows: observation.windows }]
      : [],
  );
  const roundsOf = (...keys: readonly string[]): number[] =>
    [...new Set(found.map(({ round }) => round))].filter((round) =>
      keys.every((key) => found.some((one) => one.key === key && one.round === round)),
    );
  const windowsOf = (key: string, mode: string, rounds?: readonly number[]): readonly (readonly number[])[] =>
    found
      .filter((one) => one.key === key && (rounds?.includes(one.round) ?? true))
      .flatMap(({ windows }) => windows[mode] ?? []);
  const leastIn = (key: string, mode: string, rounds?: readonly number[]): number | undefined => {
    const all = windowsOf(key, mode, rounds).map(nsOf);
    return all.length === 0 ? undefined : Math.min(...all);
  };
  /** Over all of the rounds together, and over each. */
  const paired = (rounds: readonly number[], by: (rounds: readonly number[]) => number): Paired | undefined => {
    const value = rounds.length === 0 ? Number.NaN : by(rounds);
    return value > 0 ? { value, matches: rounds.map((round) => by([round])).filter((one) => one > 0) } : undefined;
  };
  return {
    least: (workload, subject, mode, round) =>
      leastIn(`${workload} ${subject}`, mode, round === undefined ? undefined : [round]),
    speedup(workload, subject) {
      const key = `${workload} ${subject}`;
      return paired(roundsOf(key), (rounds) => {
        const alone = [0, 1].map((thread) => leastIn(key, `alone ${thread}`, rounds));
        const all = windowsOf(key, "2", rounds).map((threads) =>
          threads.reduce((sum, ns, thread) => sum + alone[thread]! / ns, 0),
        );
        return Math.max(...all);
      });
    },
    ratio(workload, above, below) {
      const keys = [above, below].flatMap(({ subject, loop }) => [subject, ...(loop === undefined ? [] : [loop])]);
      return paired(roundsOf(...keys.map((subject) => `${workload} ${subject}`)), (rounds) => {
        const [a, b] = [above, below].map(({ subject, mode, loop }) => {
          const off = loop === undefined ? 0 : leastIn(`${workload} ${loop}`, mode, rounds);
          return leastIn(`${workload} ${subject}`, mode, rounds)! - off!;
        }) as [number, number];
        return b > 0 ? a / b : Number.NaN;
      });
    },
  };
}

/** Of the matches; undefined of fewer than two. */
export const intervalOf = ({ matches }: Paired): Interval | undefined =>
  matches.length < 2 ? undefined : medianInterval(matches);

/** The middle of some values. */
export const middle = (values: readonly number[]): number => summarise(values).median;
