import { makeLive, type Target } from "../subjects/target.ts";
import { type HeapWork, type Run, replay } from "./loops.ts";
import { steps } from "./timing.ts";

/** Events a batch. */
export const BATCH = 256;

/** ns per event, over batches of `BATCH` events; the clock's own cost, some 0.2 ns an event, is in it. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly batches: number;
}

/** Times each batch of events by itself, for `budget` ms after one replay to warm up, or until it has enough of them. */
export async function latency(
  create: () => Promise<Target>,
  work: HeapWork,
  handles: "offsets" | "objects",
  budget: number,
): Promise<Latency | undefined> {
  const samples: number[] = [];
  const start = performance.now();
  const isOver = (): boolean => performance.now() - start > budget;
  for (let round = 0; !(isOver() && round > 0) && samples.length < 100_000; round++) {
    const target = await create();
    const live = makeLive(handles, work.program.slots);
    const prelude = replay(work.program)(target, live);
    if (steps(prelude, work.prelude, budget).done < work.prelude) return undefined;
    const first = samples.length;
    batches(work.loop(target, live), work.events, samples, isOver);
    // The first round warms up; it stays if there is no time for a second.
    if (round === 0 && !isOver()) samples.length = first;
  }
  if (samples.length === 0) return undefined;
  samples.sort((a, b) => a - b);
  const at = (part: number): number => samples[Math.min(samples.length - 1, Math.floor(part * samples.length))]!;
  return { p50: at(0.5), p99: at(0.99), max: at(1), batches: samples.length };
}

function batches(run: Run, events: number, samples: number[], isOver: () => boolean): void {
  for (let from = 0; from < events; from += BATCH) {
    const to = Math.min(from + BATCH, events);
    const start = performance.now();
    run(from, to);
    samples.push((1e6 * (performance.now() - start)) / (to - from));
    // Look at the budget now and then.
    if ((samples.length & 15) === 0 && isOver()) return;
  }
}
