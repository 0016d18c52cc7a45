/** Times small operations in batches. A batch with a wrong result is a failure and not a number. */
import { tailOf } from "../base/tail.ts";
import type { Latency } from "./latency.ts";
import type { Request } from "./protocol.ts";
import { type Budget, COLLECTED_WINDOW, type Timing, timeTurns, WINDOW } from "./timing.ts";
import type { Turns } from "./turns.ts";

/** `prepare` sets the scene and returns the batch to time; what a batch returns is checked to be `expected`. */
export interface BatchWork<T> {
  readonly expected: number;
  prepare(subject: T): () => number;
}

export interface BatchRequest extends Request {
  readonly budget: Budget;
}

export interface BatchObservation {
  readonly time: Timing;
  readonly latency: Latency;
}

export interface BatchOptions {
  /** Units in a batch. */
  readonly units: number;
  /** What a batch must return, each time; undefined = anything. */
  readonly expected: number | undefined;
  /** Garbage is collected: the windows are long enough for it. */
  readonly isCollected: boolean;
  readonly budget: Budget;
  readonly turns: Turns;
}

/** The last so many batches are those of which percentiles are. */
const SAMPLES = 100_000;

export async function timeBatches(
  run: () => number,
  { units, expected, isCollected, budget, turns }: BatchOptions,
): Promise<BatchObservation> {
  const samples = new Float64Array(SAMPLES);
  let wrong = 0;
  let count = 0;
  const once = async (): Promise<number> => {
    const start = performance.now();
    const result = run();
    const ms = performance.now() - start;
    if (result !== expected && expected !== undefined) wrong++;
    samples[count++ % SAMPLES] = (1e6 * ms) / units;
    return ms;
  };
  const window = isCollected ? COLLECTED_WINDOW : WINDOW;
  const time = await timeTurns(once, { units, parts: 0, budget, window, turns });
  if (wrong > 0) throw new Error(`${wrong} batches returned a wrong result`);
  const { p50, p99, max, count: batches } = tailOf(samples.slice(0, count));
  return { time, latency: { p50, p99, max, batches } };
}
