import { type RunOptions, TickArena, type TickReport } from "../../src/index.ts";
import type { FakeClock } from "./fake-clock.ts";

/** A period of 12 ms: the beats of 1, 2, 3 are at 0, 4, 6 and 8 of it. */
export const ticksOf = (harmonics: number | number[] = 3, period = 12): TickArena =>
  new TickArena({ frequency: 1000 / period, bytesPerTick: 4096, harmonics });

/** Runs, and tells `[beat, ms]` of each call. `work`: ms that the n-th call takes. */
export async function record(
  ticks: TickArena,
  options: RunOptions,
  clock: FakeClock,
  work: (n: number) => number = () => 0,
): Promise<{ calls: [number, number][]; report: TickReport }> {
  const calls: [number, number][] = [];
  const run = ticks.run(
    () => {
      calls.push([ticks.beat, Math.round(clock.time * 1e6) / 1e6]);
      clock.pass(work(calls.length));
    },
    { clock, ...options },
  );
  return { calls, report: await clock.drive(run) };
}
