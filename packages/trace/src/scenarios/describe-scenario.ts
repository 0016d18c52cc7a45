import { InvalidArgumentError } from "@ariax/allocator";
import { checkOptions, show } from "@ariax/allocator/implement";
import { newArray } from "../arrays.ts";
import { checkArray, checkTrace } from "../check.ts";
import { type Spread, spread } from "../spread.ts";
import { ALLOCATE, FREE } from "../trace.ts";
import type { Scenario } from "./scenario.ts";

export interface OwnerDescription {
  readonly name: string;
  readonly events: number;
  readonly allocations: number;
  /** The most bytes and blocks that it has live at once. */
  readonly peakBytes: number;
  readonly peakBlocks: number;
}

export interface ScenarioDescription {
  readonly name: string;
  readonly events: number;
  readonly steps: number;
  readonly eventsPerStep: Spread;
  /** The most bytes and blocks live at once, of all owners. */
  readonly peakBytes: number;
  readonly peakBlocks: number;
  readonly owners: readonly OwnerDescription[];
}

/**
 * What a scenario does, and how evenly. O(events + steps · log steps).
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function describeScenario(scenario: Scenario): ScenarioDescription {
  const { name, trace, steps, owner, owners } = checkOptions(scenario, "scenario");
  const { op, slot, size, events, peakBytes, slots } = checkTrace(trace);
  checkArray("scenario.steps", steps, "Uint32Array");
  checkArray("scenario.owner", owner, "Uint16Array");
  checkArray("scenario.owners", owners, "Array");
  const all = Array.from(owners, (name) => ({ name, events: 0, allocations: 0, peakBytes: 0, peakBlocks: 0 }));
  const bytes = newArray(Float64Array, all.length);
  const blocks = newArray(Float64Array, all.length);
  const bytesOf = newArray(Float64Array, slots);
  for (let e = 0; e < events; e++) {
    const [o, s] = [owner[e], slot[e]];
    const mine = all[o];
    if (mine === undefined)
      throw new InvalidArgumentError(`invalid scenario.owner: event ${e} is of ${show(o)}, of ${all.length}`);
    mine.events++;
    if (op[e] === ALLOCATE) {
      mine.allocations++;
      blocks[o]++;
    } else {
      bytes[o] -= bytesOf[s];
    }
    if (op[e] === FREE) blocks[o]--;
    bytes[o] += size[e];
    bytesOf[s] = size[e];
    if (bytes[o] > mine.peakBytes) mine.peakBytes = bytes[o];
    if (blocks[o] > mine.peakBlocks) mine.peakBlocks = blocks[o];
  }
  const perStep = steps.map((end, s) => end - (s === 0 ? 0 : steps[s - 1]));
  return {
    name,
    events,
    steps: steps.length,
    eventsPerStep: spread(perStep.sort()),
    peakBytes,
    peakBlocks: slots,
    owners: all,
  };
}
