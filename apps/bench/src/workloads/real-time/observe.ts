/** One observation in real time: one arm at one frequency, in the process that is asked for it. */
import type { RunOptions, TickReport } from "@ariax/arena";
import { type Tail, tailOf } from "../../base/tail.ts";
import type { Arm } from "../../subjects/programs/subjects.ts";
import { observePauses, type Pauses } from "../../worker/pauses.ts";
import type { Request } from "../../worker/protocol.ts";
import { armOf } from "./arms.ts";
import { harmonicsOf, type Load, loadOf } from "./load.ts";

export interface RealTimeRequest extends Request {
  readonly subject: Arm;
  readonly frequency: number;
  readonly seconds: number;
}

const WARM_MS = 200;

export interface RealTimeObservation {
  readonly frequency: number;
  readonly harmonics: readonly number[];
  readonly report: TickReport;
  /** ms in the callback, of each beat. */
  readonly work: Tail;
  readonly pauses: Pauses;
  /** Blocks made, and ms of processor time of all threads. */
  readonly blocks: number;
  readonly cpu: number;
}

export const observe = ({ subject, frequency, seconds }: RealTimeRequest): Promise<RealTimeObservation> =>
  observeRealTime(subject, frequency, { seconds });

/**
 * One arm at one frequency, for as long as `options` say. Beats that are late are caught up, not skipped: so both arms do the same
 * work, and a pause counts for every beat that it holds up, not for the first of them only.
 */
export async function observeRealTime(arm: Arm, frequency: number, options: RunOptions): Promise<RealTimeObservation> {
  const load = loadOf(frequency, harmonicsOf(frequency));
  const { pool, beat } = armOf(arm, load);
  // To compile the code, as fast as it goes.
  const warmUntil = performance.now() + WARM_MS;
  while (performance.now() < warmUntil) {
    beat(pool.ticks.beat);
    pool.tick();
  }
  globalThis.gc?.();
  // Recorded here too: the report has no median of the work.
  const expected = Math.ceil((options.seconds ?? 60) * frequency * pool.ticks.beatsPerPeriod) + 16;
  const work = new Float64Array(Math.min(expected, 1 << 20));
  let [called, blocks] = [0, 0];
  const pauses = observePauses();
  const cpu = process.cpuUsage();
  const report = await pool.run(
    () => {
      const start = performance.now();
      const at = pool.ticks.beat;
      beat(at);
      blocks += blocksAt(load, at);
      if (called < work.length) work[called++] = performance.now() - start;
    },
    { late: "catch-up", ...options },
  );
  const { user, system } = process.cpuUsage(cpu);
  return {
    ...{ frequency, harmonics: load.harmonics, report, blocks },
    work: tailOf(work.subarray(0, called)),
    pauses: await pauses.stop(),
    cpu: (user + system) / 1000,
  };
}

function blocksAt({ ends }: Load, beat: number): number {
  const step = beat % ends.length;
  return ends[step]! - (step === 0 ? 0 : ends[step - 1]!);
}
