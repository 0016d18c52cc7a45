import { InvalidArgumentError } from "@ariax/allocator";
import type { Random } from "../random.ts";
import { begin, type WorkloadOptions } from "../workloads/options.ts";
import { ScenarioBuilder } from "./scenario-builder.ts";

/** Some 1.5 GB while a scenario is made. More is refused at once, not when the memory is used up. */
const MOST_EVENTS = 2 ** 26;

/** What a scenario starts with. `times(n)` is n scaled, and at least 1. */
export interface ScenarioBeginning {
  readonly builder: ScenarioBuilder;
  readonly random: Random;
  readonly times: (n: number) => number;
}

/**
 * Checks the seed, the scale and the scenario's own parameters, whole numbers from 1 on, and makes what it works
 * with.
 */
export function beginScenario(options: WorkloadOptions, parameters: Record<string, number>): ScenarioBeginning {
  const { builder, random, times } = begin(options, parameters);
  return { builder: new ScenarioBuilder(builder), random, times };
}

/** `options`, if they are an object; else throws `InvalidArgumentError`. */
export function checkOptions<O extends WorkloadOptions>(options: O): O {
  if (typeof options === "object" && options !== null) return options;
  throw new InvalidArgumentError(`invalid options: ${options === null ? "null" : `a ${typeof options}`} is no object`);
}

/** Throws `InvalidArgumentError` where the options would make more events, or steps, than there is memory for. */
export function checkWork(about: number): void {
  if (about <= MOST_EVENTS) return;
  throw new InvalidArgumentError(`invalid options: about ${Math.ceil(about)} events are more than ${MOST_EVENTS}`);
}
