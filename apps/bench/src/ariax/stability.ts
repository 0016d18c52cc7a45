/**
 * Tick stability. The *deviation* of a tick is how much later than its ideal moment its callback begins; the ideal moments are the
 * start and whole numbers of periods after it. An arm is the more stable the smaller that is:
 *
 *     stability = 1 − deviation of ariax ÷ deviation of gc           of the mean, the 99th percentile, the largest
 *
 * 20 % says that ariax deviates by a fifth less. Where it deviates by more, the stability is negative.
 */
import type { RealTimeObservation } from "./real-time/observe.ts";
import type { Found } from "./run.ts";

export interface Gain {
  readonly mean?: number;
  readonly p99?: number;
  readonly max?: number;
}

export interface StabilityRow {
  readonly frequency: number;
  readonly ariax?: RealTimeObservation;
  readonly gc?: RealTimeObservation;
  /** Parts of 1, of the deviation; and likewise of the time in the callback. Absent where an arm is, or gc's is 0. */
  readonly stability?: Gain;
  readonly work?: Gain;
  /** What went wrong with an arm. */
  readonly note?: string;
}

export function stabilityRows(found: Found["realTime"]): StabilityRow[] {
  const frequencies = [...new Set(found.map(({ frequency }) => frequency))];
  return frequencies.map((frequency) => {
    const answer = (arm: string) => found.find((one) => one.frequency === frequency && one.arm === arm)?.answer;
    const observed = (arm: string): RealTimeObservation | undefined => {
      const said = answer(arm);
      return said !== undefined && "realTime" in said ? said.realTime : undefined;
    };
    const [ariax, gc] = [observed("ariax"), observed("gc")];
    const notes = ["ariax", "gc"].flatMap((arm) => {
      const said = answer(arm);
      return said !== undefined && "error" in said ? [`${arm}: ${said.error}`] : [];
    });
    return {
      frequency,
      ...(ariax && { ariax }),
      ...(gc && { gc }),
      ...(ariax &&
        gc && { stability: gainOf(ariax.report.deviation, gc.report.deviation), work: gainOf(ariax.work, gc.work) }),
      ...(notes.length > 0 && { note: notes.join("; ") }),
    };
  });
}

interface Times {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

function gainOf(ours: Times, theirs: Times): Gain {
  const gain = (key: keyof Times) => (theirs[key] > 0 ? { [key]: 1 - ours[key] / theirs[key] } : {});
  return { ...gain("mean"), ...gain("p99"), ...gain("max") };
}
