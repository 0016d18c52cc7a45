/** From what a run found to its report: the schema of `results/ariax.json`. */
import type { Chosen, Mode } from "../../run/plans/ariax.ts";
import { SCENARIO_SUBJECTS, type ScenarioSubject } from "../../subjects/programs/subjects.ts";
import { type Answer, isFound, type Observed, ofKind } from "../../worker/protocol.ts";
import type { BrowserObservation } from "../../workloads/browser/result.ts";
import type { Figure } from "../../workloads/parts/figure.ts";
import type { PartObservation } from "../../workloads/parts/observe.ts";
import { PARTS, type Part } from "../../workloads/parts/parts.ts";
import { type StabilityRow, stabilityRows } from "../../workloads/real-time/stability.ts";
import type { ScenarioFacts } from "../../workloads/scenarios/observe.ts";
import { type Answers, answersIn, type ScenarioRow, scenarioRows } from "../../workloads/scenarios/rows.ts";
import type { ScenarioWorkload } from "../../workloads/scenarios/scenarios.ts";
import { type Circumstances, factsOf, type RunReport, unavailableIn } from "../circumstances.ts";
import { type Claim, claimsOf } from "./claims.ts";

/** Raised by one with each change that a reader of the file must know of: 2 has its observations as the other files do. */
export const SCHEMA = 2;

export interface PartRow extends Pick<Part, "name" | "claim" | "package"> {
  readonly figures: readonly Figure[];
  /** Why there are none. */
  readonly note?: string;
}

export interface BrowserResult {
  readonly version: string;
  readonly observations: readonly BrowserObservation[];
}

export interface AriaxReport extends RunReport, Pick<Mode, "scale" | "limit"> {
  readonly schema: typeof SCHEMA;
  readonly mode: Mode["name"];
  /** Of each arm in real time. */
  readonly realTimeSeconds: number;
  readonly scenarios: readonly (ScenarioFacts & Pick<ScenarioWorkload, "what" | "step">)[];
  readonly subjects: readonly ScenarioSubject[];
  readonly rows: readonly ScenarioRow[];
  readonly stability: readonly StabilityRow[];
  readonly parts: readonly PartRow[];
  readonly browser?: Answer<BrowserResult> | undefined;
  readonly claims: readonly Claim[];
}

export function makeReport(
  { mode, pairs, seconds }: Chosen,
  observed: readonly Observed[],
  at: Circumstances,
): AriaxReport {
  const all = answersIn(observed);
  const answers = all.filter(({ subject }) => subject !== "");
  const stability = stabilityRows(observed);
  const browser = browserIn(observed);
  const away = browser === undefined || isFound(browser) ? [] : Object.values<string>({ ...browser });
  return {
    schema: SCHEMA,
    ...factsOf(at),
    ...{ mode: mode.name, scale: mode.scale, limit: mode.limit, realTimeSeconds: seconds },
    scenarios: factsIn(all).map((facts) => {
      const { what, step } = pairs.find(({ workload }) => workload.name === facts.name)!.workload;
      return { ...facts, what, step };
    }),
    subjects: SCENARIO_SUBJECTS.filter((subject) => pairs.some((pair) => pair.subject === subject)),
    rows: scenarioRows(pairs, observed),
    stability,
    parts: ofKind<PartObservation>(observed, "parts").map(partRow),
    browser,
    claims: claimsOf(answers, stability),
    unavailable: [...unavailableIn(answers), ...away.map((line) => `browser rows not measured: ${line}`)],
    observations: observed,
  };
}

/** What the scenarios are like, as the process that made them says. */
const factsIn = (all: Answers): ScenarioFacts[] =>
  all.flatMap(({ observation }) => ("facts" in observation ? (observation.facts as ScenarioFacts[]) : []));

function partRow({ subject, observation }: Observed<PartObservation>): PartRow {
  const { load: _, ...row } = PARTS.find((part) => part.name === subject)!;
  if (isFound(observation)) return { ...row, figures: observation.figures };
  return { ...row, figures: [], note: "error" in observation ? observation.error : observation.unavailable };
}

/** The arms beside each other, unless something went wrong with one. */
function browserIn(observed: readonly Observed[]): Answer<BrowserResult> | undefined {
  const observations: BrowserObservation[] = [];
  for (const { observation } of ofKind<BrowserObservation>(observed, "browser")) {
    if (!isFound(observation)) return observation;
    observations.push(observation);
  }
  return observations[0] && { version: observations[0].version, observations };
}
