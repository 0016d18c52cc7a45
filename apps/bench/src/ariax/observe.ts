/** One observation of a scenario: one subject, in the process that is asked for it. */
import type { Scenario } from "@ariax/trace";
import { observePauses, type Pauses } from "./pauses.ts";
import type { Program } from "./programs/program.ts";
import { clockCost, replay, warmUp } from "./replay.ts";
import { type Tail, tailOf } from "./tail.ts";

export interface ScenarioObservation {
  /** The whole scenario, in ms; or what was done of it within the limit. */
  readonly ms: number;
  /** Events done, and all. */
  readonly done: number;
  readonly events: number;
  readonly stopped: boolean;
  /** Why it stopped, where that was for want of memory. */
  readonly outOfMemory?: string;
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
  readonly checksum?: number;
  readonly peakBytes?: number;
  readonly systemCalls?: number;
}

/** `limit` and `warm` in ms: what the scenario may take, and what warming up does. */
export async function observe(
  program: Program,
  scenario: Scenario,
  { limit, warm }: { readonly limit: number; readonly warm: number },
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
    ms,
    done: events,
    events: scenario.trace.events,
    stopped,
    ...(outOfMemory === undefined ? {} : { outOfMemory }),
    marks,
    step: tailOf(times.subarray(0, steps)),
    clock,
    pauses: collected,
    cpu: (user + system) / 1000,
    growth: {
      heapUsed: after.heapUsed - memory.heapUsed,
      external: after.external - memory.external,
      arrayBuffers: after.arrayBuffers - memory.arrayBuffers,
    },
    ...(stopped ? {} : { checksum: (program.checksum() - sumBefore) & 0x3fffffff }),
    ...(peakBytes === undefined ? {} : { peakBytes }),
    ...(calls === undefined ? {} : { systemCalls: calls - callsBefore! }),
  };
}
