/** From what a run found to its report: the schema of `results/ariax.json`. */
import { type Machine, machine } from "../machine.ts";
import type { BrowserRun } from "./browser/result.ts";
import { type Claim, claimsOf } from "./claims.ts";
import type { Figure } from "./parts/figure.ts";
import { PARTS, type Part } from "./parts.ts";
import type { Plan } from "./plan.ts";
import type { ScenarioFacts } from "./protocol.ts";
import { type ScenarioRow, scenarioRows } from "./rows.ts";
import type { Found } from "./run.ts";
import { type StabilityRow, stabilityRows } from "./stability.ts";
import { SCENARIO_SUBJECTS, type ScenarioSubject } from "./subjects.ts";

/** Raised by one with each change that a reader of the file must know of. */
export const SCHEMA = 1;

export interface PartRow extends Pick<Part, "name" | "claim" | "package"> {
  readonly figures: readonly Figure[];
  /** Why there are none. */
  readonly note?: string;
}

export interface AriaxReport {
  readonly schema: typeof SCHEMA;
  readonly date: string;
  readonly seconds: number;
  /** It was stopped before its end. */
  readonly partial: boolean;
  readonly mode: Plan["mode"]["name"];
  /** Of the scenarios; 1 is all of them. */
  readonly scale: number;
  /** What a scenario may take, in ms. */
  readonly limit: number;
  /** Of each arm in real time. */
  readonly realTimeSeconds: number;
  readonly machine: Machine;
  readonly scenarios: readonly (ScenarioFacts & { readonly what: string; readonly step: string })[];
  readonly subjects: readonly ScenarioSubject[];
  readonly rows: readonly ScenarioRow[];
  readonly stability: readonly StabilityRow[];
  readonly parts: readonly PartRow[];
  readonly browser?: BrowserRun;
  readonly claims: readonly Claim[];
  /** What was not measured, and what to do about it; one line each. */
  readonly unavailable: readonly string[];
  /** Every observation, as it came. */
  readonly observations: Found;
}

export interface Circumstances {
  readonly date: Date;
  readonly seconds: number;
  readonly partial: boolean;
}

export function makeReport({ mode, cells, seconds: realTime }: Plan, found: Found, at: Circumstances): AriaxReport {
  const rows = scenarioRows(cells, found.scenarios);
  const stability = stabilityRows(found.realTime);
  const named = new Map(cells.map(({ scenario }) => [scenario.name, scenario]));
  return {
    schema: SCHEMA,
    date: at.date.toISOString(),
    seconds: Math.round(at.seconds),
    partial: at.partial,
    ...{ mode: mode.name, scale: mode.scale, limit: mode.limit, realTimeSeconds: realTime },
    machine: machine(),
    scenarios: found.facts.map((facts) => {
      const { what, step } = named.get(facts.name)!;
      return { ...facts, what, step };
    }),
    subjects: SCENARIO_SUBJECTS.filter((subject) => cells.some((cell) => cell.subject === subject)),
    rows,
    stability,
    parts: found.parts.map(({ part, answer }) => partRow(part, answer)),
    ...(found.browser === undefined ? {} : { browser: found.browser }),
    claims: claimsOf(found.scenarios, stability),
    unavailable: unavailableIn(found),
    observations: found,
  };
}

function partRow(name: string, answer: Found["parts"][number]["answer"]): PartRow {
  const { claim, package: from } = PARTS.find((part) => part.name === name)!;
  const row = { name, claim, package: from };
  if ("figures" in answer) return { ...row, figures: answer.figures };
  return { ...row, figures: [], note: "error" in answer ? answer.error : answer.unavailable };
}

/** A line for each subject that is not here, and for the browser. */
function unavailableIn({ scenarios, browser }: Found): string[] {
  const lines = new Set(
    scenarios.flatMap(({ subject, answer }) =>
      "unavailable" in answer ? [`${subject}: unavailable, ${answer.unavailable}`] : [],
    ),
  );
  if (browser !== undefined && "unavailable" in browser) lines.add(`browser rows not measured: ${browser.unavailable}`);
  if (browser !== undefined && "error" in browser) lines.add(`browser rows not measured: ${browser.error}`);
  return [...lines];
}
