/** What is measured, and in which order: subjects beside each other, so that a slow minute of the machine hits all alike. */
import type { Answer, Request, Task } from "../worker/protocol.ts";

/** One subject on one workload, and how it is asked for. */
export interface Cell<R extends Request = Request> {
  readonly kind: R["kind"];
  readonly subject: string;
  readonly workload: string;
  /** In a round; `isLate` where the plan is behind its time. */
  readonly task: (round: number, isLate: boolean) => Task<R>;
  /** Whether a further round would say the same again; an error always does. */
  isConclusive?(answer: Answer): boolean;
  /** Nothing can be measured where it fails. */
  readonly isEssential?: boolean;
}

/**
 * Cells that are compared: their processes are all there at once and take turns, so that each has the same seconds. Who is in a
 * match decides which ratios there are (`report/latest/ratios.ts`).
 */
export interface Match {
  readonly cells: readonly Cell[];
  /** Of each, after the one that warms up. */
  readonly turns: number;
}

/** What is done at a time. */
export type Step = Cell | Match;
export const cellsOf = (step: Step): readonly Cell[] => ("cells" in step ? step.cells : [step]);

/** How far a run has come. */
export interface Pace {
  /** ms. */
  readonly elapsed: number;
  /** Observations, made and left in this round. */
  readonly done: number;
  readonly left: number;
}

export interface Plan {
  /** The first round is done whatever it takes. */
  readonly rounds: readonly (readonly Step[])[];
  /** ms: nothing of a later round is begun once this has passed. */
  readonly deadline: number;
  /** ms that it takes at most, for who waits; the deadline, unless there is none. */
  readonly expected?: number;
  /** Whether observations of the first round are to be shorter. */
  readonly isLate?: (pace: Pace) => boolean;
}

/**
 * The cells workload by workload, those of each turned by as many places as `by` says, so that none always follows the same
 * neighbour.
 */
export function rotate<T>(cells: readonly T[], of: (cell: T) => unknown, by: (row: number) => number): T[] {
  return [...Map.groupBy(cells, of).values()].flatMap((row, r) => {
    const at = by(r) % row.length;
    return [...row.slice(at), ...row.slice(0, at)];
  });
}
