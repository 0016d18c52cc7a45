/** What a worker of `pnpm bench ariax` is asked for, as JSON in its argument, and what it answers. */
import type { ScenarioObservation } from "./observe.ts";
import type { Figure } from "./parts/figure.ts";
import type { Arm } from "./real-time/load.ts";
import type { RealTimeObservation } from "./real-time/observe.ts";

export type Request =
  /** Makes scenarios and keeps each in a file, so that not every process makes it again. */
  | { readonly kind: "make"; readonly names: readonly string[]; readonly scale: number; readonly folder: string }
  | {
      readonly kind: "scenario";
      readonly scenario: string;
      readonly subject: string;
      /** The file of the scenario; without one it is made. */
      readonly file?: string;
      readonly scale: number;
      /** ms: see `observe`. */
      readonly limit: number;
      readonly warm: number;
    }
  | { readonly kind: "real-time"; readonly arm: Arm; readonly frequency: number; readonly seconds: number }
  | { readonly kind: "part"; readonly part: string; readonly quick: boolean };

/** What a scenario is like, whoever does it. */
export interface ScenarioFacts {
  readonly name: string;
  readonly events: number;
  readonly steps: number;
  readonly peakBytes: number;
  /** Of *serving*: the part of the blocks in use that holds tokens. */
  readonly utilisation?: number;
}

export interface Answers {
  make: { readonly facts: readonly ScenarioFacts[] };
  scenario: { readonly scenario: ScenarioObservation };
  "real-time": { readonly realTime: RealTimeObservation };
  part: { readonly figures: readonly Figure[] };
}

/** Why there is no such thing here; or what went wrong. */
export type Failed = { readonly unavailable: string } | { readonly error: string };
export type Answer<K extends Request["kind"] = Request["kind"]> = Answers[K] | Failed;
