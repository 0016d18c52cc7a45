/** What AriaX's work looks like: the scenarios of `@ariax/trace`, and the programs that do them. To add one: an entry. */
import { components, gameFrame, type Scenario, type ServingScenario, serving, states, tick } from "@ariax/trace";
import type { Programs, ScenarioSubject } from "../../subjects/programs/subjects.ts";

export interface ScenarioWorkload {
  readonly name: string;
  /** One line for the tables and the page. */
  readonly what: string;
  /** What a step is called. */
  readonly step: string;
  /** `scale` 1 is all of it. */
  readonly make: (scale: number) => Scenario;
  readonly programs: () => Promise<Programs>;
  /** In a run of everything, measured for these subjects only: it is a variant of another. */
  readonly only?: readonly string[];
}

/** One subject on one scenario. */
export interface ScenarioPair {
  readonly subject: ScenarioSubject;
  readonly workload: ScenarioWorkload;
}

/** Each program is of its own scenario: what they have in common is what they are called with. */
const scenario = (
  name: string,
  what: string,
  step: string,
  make: (scale: number) => Scenario,
  programs: () => Promise<unknown>,
  more: Partial<ScenarioWorkload> = {},
): ScenarioWorkload => ({ name, what, step, make, programs: programs as ScenarioWorkload["programs"], ...more });

const tickPrograms = () => import("../../subjects/programs/tick.ts");
const TICK_SUBJECTS = ["ariax", "gc", "slab", "phase-2.1", "phase-2", "nothing"];

export const SCENARIOS: readonly ScenarioWorkload[] = [
  scenario(
    "states",
    "1,000,000 changes of 10,000 live states at mixed frequencies",
    "1,000 changes",
    (scale) => states({ scale }),
    () => import("../../subjects/programs/states.ts"),
  ),
  scenario(
    "tick",
    "3.14159 Hz with its harmonics 1 to 3, 60 s, 20,000 blocks a second",
    "a beat",
    (scale) => tick({ scale }),
    tickPrograms,
  ),
  // Games, screens, control loops. AriaX's own has its harmonics.
  ...[60, 144, 1000].map((frequency) =>
    scenario(
      `tick-${frequency}`,
      `the same at ${frequency.toLocaleString("en-US")} Hz, without harmonics`,
      "a tick",
      (scale) => tick({ scale, frequency, harmonics: [1] }),
      tickPrograms,
      { only: TICK_SUBJECTS },
    ),
  ),
  scenario(
    "components",
    "713 components in 32 mini-VMs that die and are born anew",
    "1,000 operations",
    (scale) => components({ scale }),
    () => import("../../subjects/programs/components.ts"),
  ),
  scenario(
    "serving",
    "the key-value cache of a 34B model for hundreds of sequences, its metadata only",
    "a model step",
    (scale) => serving({ scale }),
    () => import("../../subjects/programs/serving.ts"),
  ),
  scenario(
    "game-frame",
    "10 minutes of a game at 60 Hz: entities, particles, strings",
    "a frame",
    (scale) => gameFrame({ scale }),
    () => import("../../subjects/programs/game-frame.ts"),
  ),
];

export const scenarioOf = (name: string): ScenarioWorkload => {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`there is no scenario ${name}`);
  return found;
};

/** The part of the blocks in use that holds tokens, over the steps: of *serving* only. */
export function utilisationOf(scenario: Scenario): number | undefined {
  if (!("tokensLive" in scenario)) return undefined;
  const { tokensLive, blocksLive, blockTokens } = scenario as ServingScenario;
  let [tokens, room] = [0, 0];
  for (let step = 0; step < tokensLive.length; step++) {
    tokens += tokensLive[step]!;
    room += blocksLive[step]! * blockTokens;
  }
  return room === 0 ? undefined : tokens / room;
}
