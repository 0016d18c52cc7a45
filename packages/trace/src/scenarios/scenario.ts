import type { Trace } from "../trace.ts";

/**
 * A trace whose events fall into steps (ticks, frames, batches of changes), and whose blocks have owners.
 *
 *     event    0  1  2  3  4  5  6  7  8            steps  [3, 3, 7, 9]
 *     step     ╰── 0 ──╯  ╰─── 2 ────╯  ╰─ 3 ─╯     step s has the events from steps[s − 1] (0 for the first)
 *     owner    0  0  1  0  1  1  0  1  0            to steps[s] − 1: here the step 1 has none
 *
 * A scenario is cut off where its time is over: what is live then stays live, and `replay` frees it.
 */
export interface Scenario {
  readonly name: string;
  /** What any allocator can replay, `writeTrace` write, and `describe` describe. */
  readonly trace: Trace;
  /** By step: the number of the event after its last one; the last is `trace.events`. Ascending, equal if empty. */
  readonly steps: Uint32Array;
  /** Seconds that a step stands for; 0 where steps are no time. */
  readonly period: number;
  /** By event: whose block it is, from 0 to `owners.length` − 1; the same for all events of a block. */
  readonly owner: Uint16Array;
  /** What the owners are called. */
  readonly owners: readonly string[];
}
