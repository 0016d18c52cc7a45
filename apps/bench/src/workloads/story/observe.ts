/** One observation of the story: one phase, in the process that is asked for it. */
import { createPhase, type Phase, type PhaseSpec } from "../../subjects/phases/phases.ts";
import type { Request } from "../../worker/protocol.ts";
import { ALLOCATIONS, CAPACITY, type Halves, halves, sizes } from "./run.ts";

export interface PhaseRequest extends Request {
  readonly subject: PhaseSpec["name"];
  /** The first run and so many more, and none by the clock: for who counts calls. */
  readonly runs?: number;
}

/** ns per allocation, or system calls per allocation: of allocating, and of freeing. */
export interface Split {
  readonly allocate: number;
  readonly free: number;
}

export interface PhaseObservation {
  /** The first run in the process: nothing is compiled, no memory was touched. */
  readonly first: Split;
  /** The best of the runs that were timed, once the code was warm: what disturbs a run only adds to it. */
  readonly steady: Split;
  /** Over those runs. */
  readonly systemCalls: Split;
  readonly runs: number;
}

/** What warming up and timing take at least, in ms, and in runs. */
const [WARM_MS, WARM_RUNS, TIMED_MS, TIMED_RUNS, MOST_RUNS] = [200, 3, 200, 9, 999];
/** Calls of the loop are what V8 counts before it compiles it for good: see `../../worker/timing.ts`. */
const WARM_STEP = 64;

export const observe = async ({ subject, runs }: PhaseRequest): Promise<PhaseObservation> =>
  measure(await createPhase(subject, CAPACITY), runs);

/** Warms up and times by the clock; or, where `runs` is given, does the first run and so many: for who counts calls. */
export function measure(phase: Phase, runs?: number): PhaseObservation {
  const run = halves(phase, sizes());
  const count = (): number => phase.systemCalls?.() ?? 0;
  const first = once(run, WARM_STEP);
  if (runs === undefined) {
    const warmUntil = performance.now() + WARM_MS;
    for (let i = 0; i < WARM_RUNS || performance.now() < warmUntil; i++) once(run, WARM_STEP);
  }
  const timed: Split[] = [];
  const calls = { allocate: 0, free: 0 };
  const until = performance.now() + TIMED_MS;
  const isOver = (): boolean =>
    runs === undefined
      ? timed.length >= TIMED_RUNS && (performance.now() >= until || timed.length >= MOST_RUNS)
      : timed.length >= runs;
  while (!isOver()) {
    const before = count();
    let between = 0;
    timed.push(once(run, ALLOCATIONS, () => (between = count())));
    calls.allocate += between - before;
    calls.free += count() - between;
  }
  phase.verify();
  const all = timed.length * ALLOCATIONS;
  return {
    first,
    steady: timed.reduce((best, t) => (t.allocate + t.free < best.allocate + best.free ? t : best)),
    systemCalls: { allocate: calls.allocate / all, free: calls.free / all },
    runs: timed.length,
  };
}

/** A run, each half in calls of `step` blocks. */
function once({ fill, drain }: Halves, step: number, between: () => void = () => {}): Split {
  const start = performance.now();
  for (let at = 0; at < ALLOCATIONS; at += step) fill(at, Math.min(ALLOCATIONS, at + step));
  const filled = performance.now();
  between();
  const draining = performance.now();
  for (let at = 0; at < ALLOCATIONS; at += step) drain(at, Math.min(ALLOCATIONS, at + step));
  const end = performance.now();
  return { allocate: (1e6 * (filled - start)) / ALLOCATIONS, free: (1e6 * (end - draining)) / ALLOCATIONS };
}
