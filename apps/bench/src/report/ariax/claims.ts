/**
 * AriaX's claims, each beside what a run has found. Ratios of two subjects are over the events that both did, so that one that
 * was stopped is compared with the same part of the other's work.
 */
import { geomean, summarise } from "../../base/statistics.ts";
import type { StabilityRow } from "../../workloads/real-time/stability.ts";
import type { ScenarioObservation } from "../../workloads/scenarios/observe.ts";
import { MARKS } from "../../workloads/scenarios/replay.ts";
import { type Answers, observationsOf } from "../../workloads/scenarios/rows.ts";

type Unit = "×" | "%";

/** One way to measure a claim. */
export interface ClaimLine {
  readonly what: string;
  readonly unit: Unit;
  /** By scenario, or by frequency. */
  readonly values: readonly { readonly of: string; readonly value: number }[];
  readonly low: number;
  readonly high: number;
  /** Geometric of factors, arithmetic of parts. */
  readonly mean: number;
  readonly verdict: "as claimed" | "more" | "less" | "mixed";
}

export interface Claim {
  readonly what: string;
  readonly claimed: string;
  readonly definition: string;
  readonly command: string;
  /** None where it was not measured. */
  readonly lines: readonly ClaimLine[];
}

/** In the unit of the line: 15 to 20 %, 50 to 100 times. */
type Range = readonly [number, number];

export function claimsOf(answers: Answers, stability: readonly StabilityRow[]): Claim[] {
  const scenarios = [...new Set(answers.map(({ workload }) => workload))];
  const factor = (slow: string, fast: string, loop?: string): ClaimLine["values"] =>
    scenarios.flatMap((of) => {
      const value = ratioOf(answers, of, slow, fast, loop);
      return value === undefined ? [] : [{ of, value }];
    });
  const saved = (slow: string, fast: string): ClaimLine["values"] =>
    factor(slow, fast).map(({ of, value }) => ({ of, value: 100 * (1 - 1 / value) }));
  const stable = (key: "mean" | "p99" | "max"): ClaimLine["values"] =>
    stability.flatMap(({ frequency, stability: gain }) =>
      gain?.[key] === undefined ? [] : [{ of: `${frequency} Hz`, value: 100 * gain[key] }],
    );
  return [
    {
      what: "tick stability",
      claimed: "+15–20 %",
      definition:
        "1 − deviation of ariax ÷ deviation of gc: how much later than its ideal moment a tick begins, in real time under the same load",
      command: "pnpm bench ariax --scenario real-time",
      lines: [
        ...line("p99 of the deviation", "%", stable("p99"), [15, 20]),
        ...line("largest deviation", "%", stable("max"), [15, 20]),
        ...line("mean deviation", "%", stable("mean"), [15, 20]),
      ],
    },
    {
      what: "allocation",
      claimed: "50–100×",
      definition:
        "time of phase 2 ÷ time of the other, each less what the program itself takes over no allocator (net), or with it (gross)",
      command: "pnpm bench ariax --subject phase-2,phase-2.1,ariax",
      lines: [
        ...line("phase 2 ÷ phase 2.1, net", "×", factor("phase-2", "phase-2.1", "nothing"), [50, 100]),
        ...line("phase 2 ÷ ariax, net", "×", factor("phase-2", "ariax", "nothing"), [50, 100]),
        ...line("phase 2 ÷ phase 2.1, gross", "×", factor("phase-2", "phase-2.1"), [50, 100]),
        ...line("phase 2 ÷ ariax, gross", "×", factor("phase-2", "ariax"), [50, 100]),
      ],
    },
    {
      what: "whole system",
      claimed: "60–80 %",
      definition:
        "1 − time of the new ÷ time of the old, of a whole scenario, reads and writes of the program included",
      command: "pnpm bench ariax --subject phase-1,phase-2,phase-2.1,ariax",
      lines: [
        ...line("phase 2 → phase 2.1", "%", saved("phase-2", "phase-2.1"), [60, 80]),
        ...line("phase 2 → ariax", "%", saved("phase-2", "ariax"), [60, 80]),
        ...line("phase 1 → phase 2.1", "%", saved("phase-1", "phase-2.1"), [60, 80]),
        ...line("phase 1 → ariax", "%", saved("phase-1", "ariax"), [60, 80]),
      ],
    },
  ];
}

/** A line, where there is something to say. */
export function line(what: string, unit: Unit, values: ClaimLine["values"], [least, most]: Range): ClaimLine[] {
  if (values.length === 0) return [];
  const all = values.map(({ value }) => value);
  const { low, high } = summarise(all);
  const mean = unit === "×" ? geomean(all)! : all.reduce((a, b) => a + b) / all.length;
  const verdict = low >= least && high <= most ? "as claimed" : low >= most ? "more" : high <= least ? "less" : "mixed";
  return [{ what, unit, values, low, high, mean, verdict }];
}

/**
 * How many times as long `slow` takes, over the events that all did. With a `loop`, its time is taken off both sides; where
 * nothing is left of one, there is no number.
 */
export function ratioOf(
  answers: Answers,
  scenario: string,
  slow: string,
  fast: string,
  loop?: string,
): number | undefined {
  const names = loop === undefined ? [slow, fast] : [slow, fast, loop];
  const all = names.map((name) => observationsOf(answers, scenario, name));
  if (all.some((observations) => observations.length === 0)) return undefined;
  const mark = Math.min(...all.flat().map(({ marks }) => marks.length));
  if (mark === 0) return undefined;
  const [a, b, c = 0] = all.map((observations) => summarise(observations.map((one) => timeUntil(one, mark))).median);
  const [above, below] = [a! - c, b! - c];
  return above > 0 && below > 0 ? above / below : undefined;
}

/** ms until so many marks were reached. */
function timeUntil({ marks, ms }: ScenarioObservation, mark: number): number {
  return mark === MARKS ? ms : marks[mark - 1]!;
}
