import type { WorkloadOptions } from "../workloads/options.ts";
import { components } from "./components.ts";
import { gameFrame } from "./game-frame.ts";
import type { Scenario } from "./scenario.ts";
import { serving } from "./serving.ts";
import { states } from "./states.ts";
import { tick } from "./tick.ts";

/** Every scenario by its name, with its default parameters: `scenarios.tick({ seed: 7, scale: 0.1 })`. */
export const scenarios: Readonly<Record<string, (options?: WorkloadOptions) => Scenario>> = {
  states,
  tick,
  components,
  serving,
  "game-frame": gameFrame,
};
