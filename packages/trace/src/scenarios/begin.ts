import { type Beginning, begin, type WorkloadOptions } from "../workloads/options.ts";
import { ScenarioBuilder } from "./scenario-builder.ts";

/** As `begin`, with a builder that knows owners and steps. */
export function beginScenario<
  W extends Record<string, number>,
  O extends Record<string, unknown> = Record<never, never>,
>(
  options: WorkloadOptions,
  whole: W,
  other?: O,
): Omit<Beginning, "builder"> & ScenarioBeginning & Record<keyof W, number> & O {
  const beginning = begin(options, whole, other);
  return { ...beginning, builder: new ScenarioBuilder(beginning.builder) };
}

interface ScenarioBeginning {
  readonly builder: ScenarioBuilder;
}
