/**
 * The plan of `pnpm bench ariax`: scenarios, then real time, parts and a browser, then more of the same scenarios where
 * there is time.
 */
import { join } from "node:path";
import { ARMS, SCENARIO_SUBJECTS, type ScenarioSubject } from "../../subjects/programs/subjects.ts";
import type { Request, Task } from "../../worker/protocol.ts";
import { PARTS } from "../../workloads/parts/parts.ts";
import { FREQUENCIES } from "../../workloads/real-time/load.ts";
import { SCENARIOS, type ScenarioPair, type ScenarioWorkload } from "../../workloads/scenarios/scenarios.ts";
import { type Cell, type Plan, rotate } from "../plan.ts";

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
  /** Observations of a scenario, at most, and when no further one is begun. */
  readonly rounds: number;
  readonly deadline: number;
}

export const MODES: Readonly<Record<Mode["name"], Mode>> = {
  quick: { name: "quick", scale: 0.02, limit: 100, warm: 20, hurry: 15_000, rounds: 1, deadline: 20_000 },
  default: { name: "default", scale: 1, limit: 1200, warm: 100, hurry: 70_000, rounds: 3, deadline: 160_000 },
};

/** What there is beside the scenarios. Each can be named as a scenario can. */
export const SECTIONS = [
  { name: "real-time", what: "tick stability in real time, two arms at four frequencies" },
  { name: "parts", what: "a row for each of AriaX's parts" },
  { name: "browser", what: "the scenario game-frame in Chromium" },
] as const;
export type Section = (typeof SECTIONS)[number]["name"];

/** What is measured. */
export interface Chosen {
  readonly mode: Mode;
  readonly pairs: readonly ScenarioPair[];
  readonly sections: readonly Section[];
  /** Of those that real time and the browser have. */
  readonly arms: readonly (typeof ARMS)[number][];
  /** Seconds of each arm at each frequency in real time. */
  readonly seconds: number;
}

/** In a quick run, unless named. */
const QUICK_SCENARIOS = ["states", "tick", "components", "serving", "game-frame"];
const QUICK_SUBJECTS = ["ariax", "gc", "slab", "phase-2.1", "phase-1", "phase-2", "nothing"];
const QUICK_SECTIONS: readonly Section[] = ["parts"];

/** What was named on the command line: of each kind, undefined where nothing of it was. */
export interface Named {
  readonly scenarios?: readonly ScenarioWorkload[] | undefined;
  readonly sections?: readonly Section[] | undefined;
  readonly subjects?: readonly ScenarioSubject[] | undefined;
}

export function choose(mode: Mode, seconds: number, named: Named = {}): Chosen {
  const isQuick = mode.name === "quick";
  const usual = <T extends { readonly name: string }>(all: readonly T[], quick: readonly string[]): T[] =>
    all.filter(({ name }) => !isQuick || quick.includes(name));
  const subjects = named.subjects ?? usual(SCENARIO_SUBJECTS, QUICK_SUBJECTS);
  // The loop is needed to take it off.
  const here = SCENARIO_SUBJECTS.filter((subject) => subjects.includes(subject) || subject.origin === "loop");
  const pairs = (named.scenarios ?? usual(SCENARIOS, QUICK_SCENARIOS)).flatMap((workload) =>
    here
      .filter(({ name }) => named.subjects !== undefined || (workload.only?.includes(name) ?? true))
      .map((subject) => ({ workload, subject })),
  );
  const sections = named.sections ?? usual(SECTIONS, QUICK_SECTIONS).map(({ name }) => name);
  const arms = ARMS.filter((arm) => subjects.some(({ name }) => name === arm));
  return { mode, pairs, sections, arms, seconds };
}

/** Those that more than one observation is worth, where there is time for it. */
const REPEATED = ["ariax", "gc", "phase-2.1"];
/** Longer than any process should take, in ms. */
const PATIENCE = 60_000;

/** `folder` is where the scenarios are kept. */
export function ariaxPlan({ mode, pairs, sections, arms, seconds }: Chosen, folder: string): Plan {
  const cells = pairs.map((pair) => scenarioCell(pair, mode, folder));
  const round = (n: number): Cell[] =>
    rotate(
      cells.filter(({ subject }) => n === 0 || REPEATED.includes(subject)),
      ({ workload }) => workload,
      (row) => row + n,
    );
  const names = [...new Set(cells.map(({ workload }) => workload))];
  const first = [
    ...(names.length > 0 ? [making(names, mode.scale, folder)] : []),
    ...round(0),
    ...(sections.includes("real-time") ? FREQUENCIES.flatMap((f) => arms.map((arm) => realTime(arm, f, seconds))) : []),
    ...(sections.includes("parts") ? PARTS.map(({ name }) => part(name, mode.name === "quick")) : []),
    ...(sections.includes("browser") ? arms.map((subject) => browser(subject)) : []),
  ];
  return {
    rounds: [first, ...Array.from({ length: mode.rounds - 1 }, (_, i) => round(i + 1))],
    deadline: mode.deadline,
    isLate: ({ elapsed }) => elapsed > mode.hurry,
  };
}

/** In a worker whose collector can be called. */
const cell = <R extends Request>(request: R, more: Partial<Task> = {}): Cell => ({
  ...{ kind: request.kind, subject: request.subject, workload: request.workload },
  task: () => ({ request, patience: PATIENCE, flags: ["--expose-gc"], ...more }),
});

function scenarioCell({ workload, subject }: ScenarioPair, { scale, limit, warm }: Mode, folder: string): Cell {
  const request = { kind: "scenarios", subject: subject.name, workload: workload.name };
  const file = join(folder, workload.name);
  return {
    ...request,
    isConclusive: (answer) => "stopped" in answer && answer.stopped === true,
    task: (round, isLate) =>
      cell({ ...request, file, scale, warm, limit: isLate ? limit / 4 : limit }).task(round, isLate),
  };
}

const making = (names: readonly string[], scale: number, folder: string): Cell => ({
  ...cell({ kind: "scenarios", subject: "", workload: "making the scenarios", names, scale, folder }),
  isEssential: true,
});

const realTime = (subject: string, frequency: number, seconds: number): Cell =>
  cell(
    { kind: "real-time", subject, workload: `${frequency} Hz`, frequency, seconds },
    { patience: PATIENCE + 1000 * seconds },
  );

const part = (subject: string, quick: boolean): Cell => cell({ kind: "parts", subject, workload: "parts", quick });

const browser = (subject: string): Cell =>
  cell({ kind: "browser", subject, workload: "game-frame in Chromium", scale: 1 });
