/**
 * Times one subject on one workload: replays until the code is warm, then windows of whole replays. What a replay leaves
 * live is freed outside the timed part. A replay that takes longer than the limit is stopped, and so is the observation.
 */
import { type Live, makeLive, type Target } from "../subjects/target.ts";
import { type HeapWork, type Run, replay } from "./loops.ts";
import { observePauses } from "./pauses.ts";

/** Events between two looks at the clock: one call of the loop. Even, so that no pair is cut. */
const STEP = 4096;
/**
 * The same while warming up: V8 compiles a function for good after thousands of calls, however long its loop is.
 * tried: 4,096 here too; measured: after 64 ms of it the loop over nothing still took 7.1 ns a pair, and at last 0.65.
 */
const WARM_STEP = 64;
const MAX_WINDOWS = 25;

export interface TimeOptions {
  readonly handles: "offsets" | "objects";
  /** What it may take, warming included, in ms. */
  readonly budget: number;
  /** What one replay may take, in ms. */
  readonly limit: number;
  /** The least length of a window, in ms: long enough for collections where garbage is collected. */
  readonly window: number;
}

/** Nanoseconds per unit. Windows are kept in their order. */
export interface Finished {
  readonly stopped: false;
  readonly best: number;
  readonly windows: readonly number[];
  readonly replaysPerWindow: number;
  readonly warmReplays: number;
  /** Garbage collections during the windows. */
  readonly collections: number;
}

/** A replay that was stopped after `done` of `events`. */
export interface Stopped {
  readonly stopped: true;
  /** A lower bound of the ns per unit of the whole workload: the time so far over all its units. */
  readonly atLeast: number;
  /** The average so far: an estimate, no bound, as the rest may be cheaper. */
  readonly soFar: number;
  readonly done: number;
  readonly events: number;
}

export type Timing = Finished | Stopped;

export async function time(
  create: () => Promise<Target>,
  work: HeapWork,
  { handles, budget, limit, window }: TimeOptions,
): Promise<Timing> {
  const live = makeLive(handles, work.program.slots);
  const units = work.events / work.eventsPerUnit;
  let target = await create();
  let run = work.loop(target, live);
  // A second closure over the replay loop would cost the first its constants.
  const prelude = work.prelude > 0 ? replay(work.program) : undefined;
  let prepare = prelude?.(target, live);

  /** One replay: its ms, or how far it came. */
  const once = async (step: number): Promise<number | Stopped> => {
    if (prepare && steps(prepare, work.prelude, limit).done < work.prelude) throw new Error("too slow to set up");
    const { ms, done } = steps(run, work.events, limit, step);
    if (done < work.events) {
      const ns = 1e6 * ms;
      return { stopped: true, atLeast: ns / units, soFar: (ns * work.eventsPerUnit) / done, done, events: work.events };
    }
    if (!freeAll(target, live, handles, limit)) {
      target = await create();
      run = work.loop(target, live);
      prepare = prelude?.(target, live);
    }
    return ms;
  };

  const windows: number[] = [];
  const warmUntil = performance.now() + 0.5 * budget;
  let warmReplays = 0;
  let replayMs = 0;
  do {
    const result = await once(WARM_STEP);
    if (typeof result !== "number") return result;
    replayMs = result;
    warmReplays++;
    // Several times the budget? Then it was warm for nearly all of its time, and is the window.
    if (replayMs > 4 * budget) windows.push((1e6 * replayMs) / units);
  } while (windows.length === 0 && (performance.now() < warmUntil || (warmReplays < 3 && replayMs < budget)));

  const replaysPerWindow = Math.max(1, Math.ceil(window / replayMs));
  const pauses = observePauses();
  const until = performance.now() + (windows.length > 0 ? 0 : 0.5 * budget);
  const least = windows.length > 0 ? 1 : replayMs < budget ? 3 : 2;
  while (windows.length < least || (performance.now() < until && windows.length < MAX_WINDOWS)) {
    let ms = 0;
    for (let i = 0; i < replaysPerWindow; i++) {
      const result = await once(STEP);
      if (typeof result !== "number") return result;
      ms += result;
    }
    windows.push((1e6 * ms) / (units * replaysPerWindow));
  }
  const { count: collections } = await pauses.stop();
  return { stopped: false, best: Math.min(...windows), windows, replaysPerWindow, warmReplays, collections };
}

/** Runs `events` of a loop in steps, until the limit (ms). */
export function steps(run: Run, events: number, limit: number, step: number = STEP): { ms: number; done: number } {
  const start = performance.now();
  let done = 0;
  let ms = 0;
  while (done < events && ms < limit) {
    const to = Math.min(done + step, events);
    run(done, to);
    done = to;
    ms = performance.now() - start;
  }
  return { ms, done };
}

/** Frees what is live; `false` where that would take longer than the limit, and a new target is the better way. */
function freeAll(target: Target, live: Live, handles: "offsets" | "objects", limit: number): boolean {
  if (target.traits?.reuse === false) target.reset!();
  else if (handles === "offsets") {
    const start = performance.now();
    for (let s = 0; s < live.length; s++) {
      if (live[s] !== 0) target.free(live[s]);
      if ((s & 1023) === 0 && performance.now() - start > limit) {
        live.fill(0);
        return false;
      }
    }
  } else {
    for (let s = 0; s < live.length; s++) if (live[s] !== 0) target.free(live[s]);
  }
  live.fill(0);
  return true;
}
