/**
 * Tick stability. The *deviation* of a tick is how much later than its ideal moment its callback begins; the ideal moments are the
 * start and whole numbers of periods after it. An arm is the more stable the smaller that is:
 *
 *     stability = 1 − deviation of ariax ÷ deviation of gc           of the mean, the 99th percentile, the largest
 *
 * 20 % says that ariax deviates by a fifth less. Where it deviates by more, the stability is negative.
 */
import type { Tail } from "../../base/tail.ts";
import type { Arm } from "../../subjects/programs/subjects.ts";
import { isFound, type Observed, ofKind } from "../../worker/protocol.ts";
import type { RealTimeObservation } from "./observe.ts";

type Times = Pick<Tail, "mean" | "p99" | "max">;
export type Gain = Partial<Times>;

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

/** A row for each frequency, in the order in which they were measured. */
export function stabilityRows(observed: readonly Observed[]): StabilityRow[] {
  const all = ofKind<RealTimeObservation>(observed, "real-time");
  return [...Map.groupBy(all, ({ workload }) => workload)].map(([workload, answers]) => {
    const arms = Object.fromEntries(
      answers.flatMap(({ subject, observation }) => (isFound(observation) ? [[subject, observation]] : [])),
    ) as Partial<Record<Arm, RealTimeObservation>>;
    const notes = answers.flatMap(({ subject, observation }) =>
      "error" in observation ? [`${subject}: ${observation.error}`] : [],
    );
    const { ariax, gc } = arms;
    return {
      frequency: Number.parseFloat(workload),
      ...arms,
      ...(ariax &&
        gc && { stability: gainOf(ariax.report.deviation, gc.report.deviation), work: gainOf(ariax.work, gc.work) }),
      ...(notes.length > 0 && { note: notes.join("; ") }),
    };
  });
}

function gainOf(ours: Times, theirs: Times): Gain {
  const gain = (key: keyof Times) => (theirs[key] > 0 ? { [key]: 1 - ours[key] / theirs[key] } : {});
  return { ...gain("mean"), ...gain("p99"), ...gain("max") };
}
