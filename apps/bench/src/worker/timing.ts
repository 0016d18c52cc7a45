/**
 * Times one subject on one workload: replays until the code is warm, then in turns. What a replay leaves live is freed outside the
 * timed part. A replay that takes longer than the limit is stopped, and so is the observation.
 *
 * A replay is the same work each time, so it is timed in parts of some microseconds, and what counts is the least that each part
 * took: what else a machine does only ever adds, and seldom hits the same part each time. Where it is not the same, since garbage
 * is collected or a replacement goes on, windows of some ms are whole, and the least of them counts.
 */
import { type Live, makeLive, type Target } from "../subjects/target.ts";
import { type HeapWork, type Run, replay } from "./loops.ts";
import { observePauses } from "./pauses.ts";
import type { Turns } from "./turns.ts";

/** Events between two looks at the clock: one call of the loop. Even, so that no pair is cut. */
export const STEP = 4096;
/**
 * The same while warming up: V8 compiles a function for good after thousands of calls, however long its loop is.
 * tried: 4,096 here too; measured: after 64 ms of it the loop over nothing still took 7.1 ns a pair, and at last 0.65.
 */
const WARM_STEP = 64;
/** Where the machine is busy, time alone does not warm: so many units do, if there is eight times the time for them. */
const WARM_UNITS = 1_000_000;

/** What a turn lasts, in ms: at least a replay, and most traces have several. */
const TURN = 10;

/** The least length of a whole window, in ms: for clock and noise, and where garbage is collected, for collections to be in each. */
export const WINDOW = 2;
export const COLLECTED_WINDOW = 60;

/** What timing may take, in ms. */
export interface Budget {
  readonly warm: number;
  /** All turns together; who is slow has fewer. */
  readonly turns: number;
}

export interface TimeOptions {
  readonly handles: "offsets" | "objects";
  readonly budget: Budget;
  /** What one replay may take, in ms. */
  readonly limit: number;
  /** Replays are not the same work each time: windows are whole. */
  readonly isWhole: boolean;
  /** The least length of one that is, in ms: long enough for collections where garbage is collected. */
  readonly window: number;
  readonly turns: Turns;
}

/** Nanoseconds per unit. */
export interface Finished {
  readonly stopped: false;
  /** Of the least of each part; or the least window. */
  readonly best: number;
  /** The same of each turn, in their order. */
  readonly turns: readonly number[];
  /** The very first replay, before anything was compiled. */
  readonly first: number;
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

export async function time(create: () => Promise<Target>, work: HeapWork, options: TimeOptions): Promise<Timing> {
  const { handles, limit } = options;
  const live = makeLive(handles, work.program.slots);
  const units = work.events / work.eventsPerUnit;
  let target = await create();
  let run = work.loop(target, live);
  // A second closure over the replay loop would cost the first its constants.
  const prelude = work.prelude > 0 ? replay(work.program) : undefined;
  let prepare = prelude?.(target, live);

  /** One replay: its ms, or how far it came. */
  const once: Once = async (step, parts) => {
    if (prepare && steps(prepare, work.prelude, limit).done < work.prelude) throw new Error("too slow to set up");
    const { ms, done } = steps(run, work.events, limit, step, parts);
    if (done < work.events) {
      const ns = 1e6 * ms;
      return { stopped: true, atLeast: ns / units, soFar: (ns * work.eventsPerUnit) / done, done, events: work.events };
    }
    if (work.steady) prepare = undefined;
    else if (!freeAll(target, live, handles, limit)) {
      target = await create();
      run = work.loop(target, live);
      prepare = prelude?.(target, live);
    }
    return ms;
  };

  const isWhole = options.isWhole || work.steady !== undefined;
  return timeTurns(once, { ...options, units, parts: isWhole ? 0 : Math.ceil(work.events / STEP) });
}

/** A replay, with looks at the clock each so many events: its ms. Where it has parts, each keeps the least of its ms. */
type Once = (step: number, parts?: Float64Array) => Promise<number | Stopped>;

export interface TurnOptions extends Pick<TimeOptions, "budget" | "window" | "turns"> {
  /** In what is timed. */
  readonly units: number;
  /** 0 where windows are whole. */
  readonly parts: number;
}

/** Warms up in the first turn, then times some replays in each. */
export async function timeTurns(once: Once, { units, parts, budget, window, turns }: TurnOptions): Promise<Timing> {
  await turns();
  const warmUntil = performance.now() + budget.warm;
  let [first, ms, warmReplays, isWarm] = [0, 0, 0, false];
  do {
    const result = await once(WARM_STEP);
    if (typeof result !== "number") return result;
    ms = result;
    if (warmReplays++ === 0) first = (1e6 * ms) / units;
    isWarm = performance.now() >= warmUntil && warmReplays >= 3 && warmReplays * units >= WARM_UNITS;
  } while (!isWarm && performance.now() < warmUntil + 7 * budget.warm);

  const replaysPerWindow = parts > 0 ? 1 : Math.max(1, Math.ceil(window / ms));
  const unknown = (): Float64Array => new Float64Array(parts || 1).fill(Number.POSITIVE_INFINITY);
  const nsOf = (all: Float64Array): number => (1e6 * all.reduce((sum, part) => sum + part, 0)) / units;
  const least = unknown();
  const times: number[] = [];
  const pauses = observePauses();
  // Of a start there is nothing but the first replay.
  const isStart = budget.turns === 0;
  if (isStart) {
    least.fill(ms / least.length);
    times.push(first);
  }
  // One turn at least: a replay that took long may have been disturbed.
  for (let spent = 0; !isStart && (spent < budget.turns || times.length === 0) && (await turns()); ) {
    const until = performance.now() + TURN;
    const turn = unknown();
    do {
      ms = 0;
      for (let i = 0; i < replaysPerWindow; i++) {
        const result = await once(STEP, parts > 0 ? turn : undefined);
        if (typeof result !== "number") return result;
        ms += result;
      }
      if (parts === 0) turn[0] = Math.min(turn[0]!, ms / replaysPerWindow);
      spent += ms;
    } while (performance.now() < until);
    for (const [i, part] of turn.entries()) if (part < least[i]!) least[i] = part;
    times.push(nsOf(turn));
  }
  const { count: collections } = await pauses.stop();
  return { stopped: false, best: nsOf(least), turns: times, first, replaysPerWindow, warmReplays, collections };
}

/** Runs `events` of a loop in steps, until the limit (ms). */
export function steps(
  run: Run,
  events: number,
  limit: number,
  step: number = STEP,
  parts?: Float64Array,
): { ms: number; done: number } {
  const start = performance.now();
  let done = 0;
  let ms = 0;
  while (done < events && ms < limit) {
    const to = Math.min(done + step, events);
    run(done, to);
    const before = ms;
    ms = performance.now() - start;
    if (parts !== undefined) {
      const part = Math.floor(done / step);
      if (ms - before < parts[part]!) parts[part] = ms - before;
    }
    done = to;
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
