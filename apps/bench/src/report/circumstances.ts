/** When and where a run was made, and what it did without: what every report says. */
import type { Observed } from "../worker/protocol.ts";
import { type Machine, machine } from "./machine.ts";

export interface Circumstances {
  readonly date: Date;
  readonly seconds: number;
  /** It was stopped before its end. */
  readonly partial: boolean;
}

export interface RunFacts extends Omit<Circumstances, "date"> {
  readonly date: string;
  readonly machine: Machine;
}

/** What a report has beside its own rows. */
export interface RunReport extends RunFacts {
  /** What was not measured, and what to do about it; one line each. */
  readonly unavailable: readonly string[];
  readonly observations: readonly Observed[];
}

export const factsOf = ({ date, seconds, partial }: Circumstances): RunFacts => ({
  ...{ date: date.toISOString(), seconds: Math.round(seconds), partial, machine: machine() },
});

/** A line for each reason why subjects are not here. Loops are not worth one. */
export function unavailableIn(observed: readonly Observed[]): string[] {
  const reasons = new Map<string, Set<string>>();
  for (const { subject, observation } of observed) {
    if (!("unavailable" in observation) || subject.startsWith("nothing")) continue;
    const { unavailable } = observation;
    reasons.set(unavailable, (reasons.get(unavailable) ?? new Set()).add(subject));
  }
  return [...reasons].map(([reason, subjects]) => `${[...subjects].join(", ")}: unavailable, ${reason}`);
}
