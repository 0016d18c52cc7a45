/** What AriaX's work looks like: the scenarios of `@ariax/trace`, and the programs that do them. To add one: an entry. */
import {
  type ComponentsScenario,
  components,
  type GameScenario,
  gameFrame,
  type Scenario,
  type ServingScenario,
  type StatesScenario,
  serving,
  states,
  type TickScenario,
  tick,
} from "@ariax/trace";
import type { Programs } from "../../subjects/programs/subjects.ts";

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

/** The ticks of the variants: games, screens, control loops. AriaX's own has its harmonics. */
export const TICKS = [60, 144, 1000] as const;
const TICK_SUBJECTS = ["ariax", "gc", "slab", "phase-2.1", "phase-2", "nothing"];

export const SCENARIOS: readonly ScenarioWorkload[] = [
  {
    name: "states",
    what: "1,000,000 changes of 10,000 live states at mixed frequencies",
    step: "1,000 changes",
    make: (scale) => states({ scale }) satisfies StatesScenario,
    programs: async () => (await import("../../subjects/programs/states.ts")) as unknown as Programs,
  },
  {
    name: "tick",
    what: "3.14159 Hz with its harmonics 1 to 3, 60 s, 20,000 blocks a second",
    step: "a beat",
    make: (scale) => tick({ scale }) satisfies TickScenario,
    programs: tickPrograms,
  },
  ...TICKS.map((frequency) => ({
    name: `tick-${frequency}`,
    what: `the same at ${frequency.toLocaleString("en-US")} Hz, without harmonics`,
    step: "a tick",
    make: (scale: number) => tick({ scale, frequency, harmonics: [1] }) satisfies TickScenario,
    programs: tickPrograms,
    only: TICK_SUBJECTS,
  })),
  {
    name: "components",
    what: "713 components in 32 mini-VMs that die and are born anew",
    step: "1,000 operations",
    make: (scale) => components({ scale }) satisfies ComponentsScenario,
    programs: async () => (await import("../../subjects/programs/components.ts")) as unknown as Programs,
  },
  {
    name: "serving",
    what: "the key-value cache of a 34B model for hundreds of sequences, its metadata only",
    step: "a model step",
    make: (scale) => serving({ scale }) satisfies ServingScenario,
    programs: async () => (await import("../../subjects/programs/serving.ts")) as unknown as Programs,
  },
  {
    name: "game-frame",
    what: "10 minutes of a game at 60 Hz: entities, particles, strings",
    step: "a frame",
    make: (scale) => gameFrame({ scale }) satisfies GameScenario,
    programs: async () => (await import("../../subjects/programs/game-frame.ts")) as unknown as Programs,
  },
];

async function tickPrograms(): Promise<Programs> {
  return (await import("../../subjects/programs/tick.ts")) as unknown as Programs;
}

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
