/** What is measured, and in which order. */
import { ARMS, type Arm } from "./real-time/load.ts";
import { type Named, SCENARIOS } from "./scenarios.ts";
import { SCENARIO_SUBJECTS, type ScenarioSubject } from "./subjects.ts";

/** How thorough a run is. Times in ms. */
export interface Mode {
  readonly name: "quick" | "default";
  /** Of the scenarios; 1 is all of them. */
  readonly scale: number;
  /** What a scenario may take, before it is stopped. */
  readonly limit: number;
  /** What warming up takes. */
  readonly warm: number;
  /** Once this has passed, a scenario may take a quarter of that only: where a machine is slow, all of them are done in time. */
  readonly hurry: number;
  /** No further observation is begun once this has passed; the first of each is. */
  readonly deadline: number;
}

export const MODES: Readonly<Record<Mode["name"], Mode>> = {
  quick: { name: "quick", scale: 0.02, limit: 100, warm: 20, hurry: 15_000, deadline: 0 },
  default: { name: "default", scale: 1, limit: 1200, warm: 100, hurry: 70_000, deadline: 160_000 },
};

/** What there is beside the scenarios. Each can be named as a scenario can. */
export const SECTIONS = [
  { name: "real-time", what: "tick stability in real time, two arms at four frequencies" },
  { name: "parts", what: "a row for each of AriaX's parts" },
  { name: "browser", what: "the scenario game-frame in Chromium" },
] as const;
export type Section = (typeof SECTIONS)[number]["name"];

export interface Plan {
  readonly mode: Mode;
  readonly cells: readonly Cell[];
  readonly sections: readonly Section[];
  /** Of those that real time and the browser have. */
  readonly arms: readonly Arm[];
  /** Seconds of each arm at each frequency in real time. */
  readonly seconds: number;
}

/** One subject on one scenario. */
export interface Cell {
  readonly scenario: Named;
  readonly subject: ScenarioSubject;
}

/** In a quick run, unless named. */
const QUICK_SCENARIOS = ["states", "tick", "components", "serving", "game-frame"];
const QUICK_SUBJECTS = ["ariax", "gc", "slab", "phase-2.1", "phase-1", "phase-2", "nothing"];
const QUICK_SECTIONS: readonly Section[] = ["parts"];

/** What was named on the command line: of each kind, undefined where nothing of it was. */
export interface Selection {
  readonly scenarios: readonly Named[] | undefined;
  readonly sections: readonly Section[] | undefined;
  readonly subjects: readonly ScenarioSubject[] | undefined;
}

export function planOf(mode: Mode, seconds: number, named: Selection): Plan {
  const isQuick = mode.name === "quick";
  const all = SCENARIOS.filter(({ name }) => !isQuick || QUICK_SCENARIOS.includes(name));
  const subjects = named.subjects ?? SCENARIO_SUBJECTS.filter(({ name }) => !isQuick || QUICK_SUBJECTS.includes(name));
  // The loop is needed to take it off.
  const loops = SCENARIO_SUBJECTS.filter(({ origin }) => origin === "loop");
  const here = SCENARIO_SUBJECTS.filter((subject) => subjects.includes(subject) || loops.includes(subject));
  const cells = (named.scenarios ?? all).flatMap((scenario) =>
    here
      .filter(({ name }) => named.subjects !== undefined || (scenario.only?.includes(name) ?? true))
      .map((subject) => ({ scenario, subject })),
  );
  const usual = isQuick ? QUICK_SECTIONS : SECTIONS.map(({ name }) => name);
  const arms = ARMS.filter((arm) => subjects.some(({ name }) => name === arm));
  return { mode, cells, sections: named.sections ?? usual, arms, seconds };
}

/** Those that more than one observation is worth, where there is time for it. */
const REPEATED = ["ariax", "gc", "phase-2.1"];
export const MOST_ROUNDS = 3;

/**
 * The cells of a round, scenario by scenario, each turned by one subject more than the one before, so that none always follows
 * the same neighbour.
 */
export function roundOf(cells: readonly Cell[], round: number): Cell[] {
  const chosen = cells.filter(({ subject }) => round === 0 || REPEATED.includes(subject.name));
  const rows = [...Map.groupBy(chosen, ({ scenario }) => scenario).values()];
  return rows.flatMap((row, r) => {
    const by = (r + round) % row.length;
    return [...row.slice(by), ...row.slice(0, by)];
  });
}
