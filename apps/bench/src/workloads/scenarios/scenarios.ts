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

const PROGRAMS = {
  states: () => import("../../subjects/programs/states.ts"),
  tick: () => import("../../subjects/programs/tick.ts"),
  components: () => import("../../subjects/programs/components.ts"),
  serving: () => import("../../subjects/programs/serving.ts"),
  "serving-pool": () => import("../../subjects/programs/serving-pool.ts"),
  "game-frame": () => import("../../subjects/programs/game-frame.ts"),
};

type Make = (options: { readonly scale: number }) => Scenario;

const scenario = (name: keyof typeof PROGRAMS, what: string, step: string, make: Make): ScenarioWorkload => ({
  ...{ name, what, step, make: (scale) => make({ scale }) },
  // Each program is of its own scenario: what they have in common is what they are called with.
  programs: PROGRAMS[name] as () => Promise<unknown> as ScenarioWorkload["programs"],
});

/** Games, screens, control loops. AriaX's own has its harmonics. */
const tickAt = (frequency: number): ScenarioWorkload => {
  const what = `the same at ${frequency.toLocaleString("en-US")} Hz, without harmonics`;
  const without = scenario("tick", what, "a tick", ({ scale }) => tick({ scale, frequency, harmonics: [1] }));
  return { ...without, name: `tick-${frequency}`, only: ["ariax", "gc", "slab", "phase-2.1", "phase-2", "nothing"] };
};

const SERVING = "the key-value cache of a 34B model for hundreds of sequences, its metadata only";

export const SCENARIOS: readonly ScenarioWorkload[] = [
  scenario("states", "1,000,000 changes of 10,000 live states at mixed frequencies", "1,000 changes", states),
  scenario("tick", "3.14159 Hz with its harmonics 1 to 3, 60 s, 20,000 blocks a second", "a beat", tick),
  ...[60, 144, 1000].map(tickAt),
  scenario("components", "713 components in 32 mini-VMs that die and are born anew", "1,000 operations", components),
  scenario("serving", SERVING, "a model step", serving),
  {
    ...scenario("serving-pool", "the same, its blocks from the pool of @ariax/kv-pager", "a model step", serving),
    only: ["ariax", "gc", "slab", "nothing"],
  },
  scenario("game-frame", "10 minutes of a game at 60 Hz: entities, particles, strings", "a frame", gameFrame),
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
