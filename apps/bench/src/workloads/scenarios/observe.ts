/** One observation of a scenario: one subject, in the process that is asked for it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { Scenario } from "@ariax/trace";
import { type Tail, tailOf } from "../../base/tail.ts";
import type { Program } from "../../subjects/programs/program.ts";
import { programOf } from "../../subjects/programs/subjects.ts";
import { observePauses, type Pauses } from "../../worker/pauses.ts";
import type { Request } from "../../worker/protocol.ts";
import { clockCost, replay, warmUp } from "./replay.ts";
import { scenarioOf, utilisationOf } from "./scenarios.ts";

export interface ScenarioRequest extends Request {
  readonly scale: number;
  /** ms: what the scenario may take, and what warming up does. */
  readonly limit: number;
  readonly warm: number;
  /** The file of the scenario; without one it is made. */
  readonly file?: string | undefined;
}

/** Makes scenarios, and keeps each in a file, so that not every process makes it again. */
export interface MakeRequest extends Request {
  readonly names: readonly string[];
  readonly scale: number;
  readonly folder: string;
}

/** What a scenario is like, whoever does it. */
export interface ScenarioFacts {
  readonly name: string;
  readonly events: number;
  readonly steps: number;
  readonly peakBytes: number;
  /** Of *serving*: the part of the blocks in use that holds tokens. */
  readonly utilisation?: number | undefined;
}

export interface ScenarioObservation {
  /** The whole scenario, in ms; or what was done of it within the limit. */
  readonly ms: number;
  /** Events done, and all. */
  readonly done: number;
  readonly events: number;
  readonly stopped: boolean;
  /** Why it stopped, where that was for want of memory. */
  readonly outOfMemory?: string | undefined;
  /** See `replay`. */
  readonly marks: readonly number[];
  /** ms. */
  readonly step: Tail;
  /** ns that the clock adds to each step. */
  readonly clock: number;
  readonly pauses: Pauses;
  /** ms of processor time, of all threads: the collector's too. */
  readonly cpu: number;
  /** By how much these grew, in bytes; below 0 where a collection came in between. */
  readonly growth: { readonly heapUsed: number; readonly external: number; readonly arrayBuffers: number };
  /** The sum of all that was read, until everything had ended; absent where it was stopped. */
  readonly checksum?: number | undefined;
  readonly peakBytes?: number | undefined;
  readonly systemCalls?: number | undefined;
}

export async function observe(
  request: ScenarioRequest | MakeRequest,
): Promise<ScenarioObservation | { readonly facts: readonly ScenarioFacts[] }> {
  if ("names" in request) return { facts: request.names.map((name) => make(name, request)) };
  const { workload, subject, file, scale } = request;
  const { make: anew, programs } = scenarioOf(workload);
  const scenario: Scenario = file === undefined ? anew(scale) : deserialize(readFileSync(file));
  return observeProgram(await programOf(await programs(), subject, scenario), scenario, request);
}

function make(name: string, { scale, folder }: MakeRequest): ScenarioFacts {
  const scenario = scenarioOf(name).make(scale);
  const { trace, steps } = scenario;
  writeFileSync(join(folder, name), serialize(scenario));
  const facts = { name, events: trace.events, steps: steps.length, peakBytes: trace.peakBytes };
  return { ...facts, utilisation: utilisationOf(scenario) };
}

async function observeProgram(
  program: Program,
  scenario: Scenario,
  { limit, warm }: ScenarioRequest,
): Promise<ScenarioObservation> {
  const times = new Float64Array(scenario.steps.length);
  warmUp(program, scenario, warm);
  const clock = clockCost();
  const [sumBefore, callsBefore] = [program.checksum(), program.systemCalls?.()];
  // What was made to get here is no garbage of the subject's.
  globalThis.gc?.();
  const pauses = observePauses();
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  const { ms, steps, events, marks, outOfMemory } = replay(program, scenario, times, limit);
  const { user, system } = process.cpuUsage(cpu);
  const after = process.memoryUsage();
  const collected = await pauses.stop();
  const calls = program.systemCalls?.();
  const peakBytes = program.peakBytes?.();
  const stopped = steps < scenario.steps.length;
  if (!stopped) {
    program.end();
    program.verify?.();
  }
  return {
    ...{ ms, done: events, events: scenario.trace.events, stopped, outOfMemory, marks },
    step: tailOf(times.subarray(0, steps)),
    clock,
    pauses: collected,
    cpu: (user + system) / 1000,
    growth: {
      heapUsed: after.heapUsed - memory.heapUsed,
      external: after.external - memory.external,
      arrayBuffers: after.arrayBuffers - memory.arrayBuffers,
    },
    checksum: stopped ? undefined : (program.checksum() - sumBefore) & 0x3fffffff,
    peakBytes,
    systemCalls: calls === undefined ? undefined : calls - callsBefore!,
  };
}
