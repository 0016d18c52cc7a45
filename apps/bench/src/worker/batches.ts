/**
 * Times small operations in batches by tinybench, which looks after warming up and the number of samples. A timer too
 * coarse for the batch, or a batch with a wrong result, is a failure and not a number.
 */
import { Bench } from "tinybench";
import type { Latency } from "./latency.ts";
import type { Request } from "./protocol.ts";
import type { Finished } from "./timing.ts";

/** `prepare` sets the scene and returns the batch to time; what a batch returns is checked to be `expected`. */
export interface BatchWork<T> {
  readonly expected: number;
  prepare(subject: T): () => number;
}

export interface BatchRequest extends Request {
  /** What timing may take, in ms. */
  readonly budget: number;
}

export interface BatchObservation {
  readonly time: Finished;
  readonly latency: Latency;
}

export interface BatchOptions {
  /** Units in a batch. */
  readonly units: number;
  /** What a batch must return, each time; undefined = anything. */
  readonly expected: number | undefined;
  /** Count the mean and not the median: where garbage is collected, the pauses are in the mean. */
  readonly mean: boolean;
  /** In ms, warming included. */
  readonly budget: number;
}

export async function timeBatches(
  run: () => number,
  { units, expected, mean, budget }: BatchOptions,
): Promise<BatchObservation> {
  const bench = new Bench({
    time: 0.6 * budget,
    warmupTime: 0.4 * budget,
    // The least numbers, whatever the time.
    iterations: 5,
    warmupIterations: 2,
    throws: true,
  });
  let wrong = 0;
  let warmBatches = 0;
  bench.add("batch", () => {
    warmBatches++;
    if (run() !== expected && expected !== undefined) wrong++;
  });
  bench.addEventListener("warning", (event) => {
    throw new Error(`the timer is too coarse: ${event.reason}`);
  });
  await bench.run();
  const [task] = bench.tasks;
  const result = task!.result;
  if (result.state !== "completed") throw new Error(`timing ended as "${result.state}"`);
  if (wrong > 0) throw new Error(`${wrong} batches returned a wrong result`);
  const { p50, p99, max, mean: average, samplesCount } = result.latency;
  const perUnit = (ms: number): number => (1e6 * ms) / units;
  return {
    time: {
      stopped: false,
      best: perUnit(mean ? average : p50),
      windows: [perUnit(p50), perUnit(average)],
      replaysPerWindow: 1,
      warmReplays: warmBatches - samplesCount,
      collections: 0,
    },
    latency: { p50: perUnit(p50), p99: perUnit(p99), max: perUnit(max), batches: samplesCount },
  };
}
