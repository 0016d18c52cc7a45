/**
 * Goes through a scenario with a program, a step after the other, and times each. The clock is read once a step: a step's time
 * is from the end of the one before to its own.
 */
import type { Scenario } from "@ariax/trace";
import type { Program } from "../../subjects/programs/program.ts";

declare const performance: { now(): number };

/** How many moments of a replay are kept, so that two subjects can be compared over what both did. */
export const MARKS = 256;

export interface Replayed {
  /** Of the steps done, in ms. */
  readonly ms: number;
  readonly steps: number;
  readonly events: number;
  /** By mark: the ms at which so many 256ths of the events were done, or more by less than a step; of those that were. */
  readonly marks: readonly number[];
  /** Why it ended there: there was no room for a block. */
  readonly outOfMemory?: string;
}

/**
 * `times` has room for each step, and gets its ms. Stops after the step in which `limit` ms are over, and amid the one in which there is
 * no room for a block.
 */
export function replay(program: Program, { steps, trace }: Scenario, times: Float64Array, limit: number): Replayed {
  const marks = new Float64Array(MARKS);
  const perMark = trace.events / MARKS;
  let [mark, from, step] = [0, 0, 0];
  const start = performance.now();
  let before = start;
  let outOfMemory: string | undefined;
  while (step < steps.length && before - start <= limit) {
    const to = steps[step]!;
    outOfMemory = attempt(program, step, from, to);
    if (outOfMemory !== undefined) break;
    const now = performance.now();
    times[step++] = now - before;
    before = now;
    from = to;
    while (mark < MARKS && from >= (mark + 1) * perMark) marks[mark++] = now - start;
  }
  const done = { ms: before - start, steps: step, events: from, marks: Array.from(marks.subarray(0, mark)) };
  return outOfMemory === undefined ? done : { ...done, outOfMemory };
}

/** A step, or why there was no room for it. */
function attempt(program: Program, step: number, from: number, to: number): string | undefined {
  try {
    program.run(step, from, to);
    return undefined;
  } catch (error) {
    const { message = "" } = error as Error;
    if (/^out of memory|^quota exceeded/.test(message)) return message;
    throw error;
  }
}

/** The part of the events that warming up goes through first. */
const WARM_PART = 0.02;

/**
 * The beginning of the scenario, and twice as much of it each time, until the code is compiled: by the very program that is
 * measured then, as a second one would cost the first its constants (`../../worker/loops.ts`). Each time, all that is live is ended.
 * Takes `ms` at least, whoever it is.
 */
export function warmUp(program: Program, { steps, trace }: Scenario, ms: number): void {
  const start = performance.now();
  const isOver = (after: number): boolean => performance.now() - start > after;
  for (let part = WARM_PART; !isOver(ms); part = Math.min(1, 2 * part)) {
    let from = 0;
    // What is slow is stopped amid it.
    for (let step = 0; step < steps.length && from < part * trace.events && !isOver(2 * ms); step++) {
      // There will be no room for it then either.
      if (attempt(program, step, from, steps[step]!) !== undefined) break;
      from = steps[step]!;
    }
    program.end();
  }
}

/** What it costs to read the clock, in ns: it is in each step's time. */
export function clockCost(): number {
  const times = 10_000;
  const start = performance.now();
  for (let i = 0; i < times; i++) performance.now();
  return (1e6 * (performance.now() - start)) / times;
}
