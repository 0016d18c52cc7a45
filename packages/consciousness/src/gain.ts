/**
 * A mini-VM's gain: how many times as long a baseline takes for the operations that the VM has recorded, in this process, now.
 *
 *     gain = time of the baseline ÷ time of a VM of the same kind, both the best of several windows, taken in turns
 *     spread = the least and the most of the same, of each two windows that followed each other; the gain lies within
 *
 * Both replay the same program from empty to empty. The VM's states are blocks of the same bytes to the baseline, for which there is
 * nothing but blocks. The loop is in both times.
 */
import { type Allocator, type Offset, UnsupportedError } from "@ariax/allocator";
import { isRefusal, newBuffer } from "@ariax/allocator/implement";
import { ACQUIRE, ALLOCATE, FREE, MOVE, type Program } from "./recording.ts";
import type { StateHandle } from "./state-pool.ts";

export interface Measured {
  /** How many times as long the baseline takes; NaN where nothing is recorded. */
  readonly gain: number;
  /** ns an operation. */
  readonly own: number;
  readonly baseline: number;
  /** Operations of a replay. */
  readonly operations: number;
  /** What the baseline is called. */
  readonly against: string;
}

/** A gain, and its spread: the gains of single windows, one of each side that followed each other. `low` ≤ `gain` ≤ `high`. */
export interface Gain extends Measured {
  readonly low: number;
  readonly high: number;
}

/** With the spread of the windows' gains; NaN where there are none. */
export function withSpread(measured: Measured, gains: readonly number[]): Gain {
  const bounds = gains.length === 0 ? [Number.NaN] : gains;
  return { ...measured, low: Math.min(...bounds), high: Math.max(...bounds) };
}

/** What is measured: blocks and states. */
export interface Subject {
  allocate(size: number): Offset;
  free(offset: Offset): void;
  reallocate(offset: Offset, size: number): Offset;
  acquire(): number;
  release(handle: number): void;
}

/** A baseline: an allocator, to which a state is a block of `stateBytes`. */
export function withStates(allocator: Allocator, stateBytes: number): Subject {
  return {
    allocate: (size) => allocator.allocate(size),
    free: (offset) => allocator.free(offset),
    reallocate: (offset, size) => allocator.reallocate(offset, size),
    acquire: () => allocator.allocate(stateBytes),
    release: (offset) => allocator.free(offset),
  };
}

/** A VM and its pool. */
export function ownSubject(
  vm: Allocator,
  pool: { allocateConsciousnessState(): StateHandle; release(h: StateHandle): void },
): Subject {
  return {
    allocate: (size) => vm.allocate(size),
    free: (offset) => vm.free(offset),
    reallocate: (offset, size) => vm.reallocate(offset, size),
    acquire: () => pool.allocateConsciousnessState(),
    release: (handle) => pool.release(handle as StateHandle),
  };
}

const WINDOWS = 5;
/** A window is whole replays, for at least so many ms: the clock of a browser is coarse. */
const WINDOW_MS = 4;
/** Before the first window, so that the code is compiled. */
const WARM_MS = 20;
/**
 * The most operations of a window. A host needs 25 ms or more for them, in which even a coarse clock goes on; and where the clock
 * stands still, the caller waits less than a second.
 */
const MOST_OPERATIONS = 2 ** 23;
/** What a replay counts as at least: it looks at the clock. */
const LEAST_REPLAY = 16;

/** The host's clock. */
function hostNow(): number {
  const { performance } = globalThis as { readonly performance?: { now?(): number } };
  if (typeof performance?.now !== "function")
    throw new UnsupportedError("no performance.now here to measure a gain by");
  const now: unknown = performance.now();
  return typeof now === "number" ? now : Number.NaN;
}

/**
 * `now` says the time, in ms; the gain of each pair of windows is added to `gains`. Throws what a subject throws, and
 * `UnsupportedError` where there is no clock, or one that does not go on (fake timers).
 */
export function measureGain(
  program: Program,
  own: Subject,
  baseline: Subject,
  against: string,
  now: () => number = hostNow,
  gains: number[] = [],
): Measured {
  const operations = program.operation.length;
  if (operations === 0) return { gain: Number.NaN, own: Number.NaN, baseline: Number.NaN, operations, against };
  const live = new Float64Array(newBuffer(8 * program.places));
  const sides = [own, baseline].map((subject) => () => replay(program, subject, live));
  const most = Math.ceil(MOST_OPERATIONS / Math.max(LEAST_REPLAY, operations));
  const window = (run: () => void, least: number) => msOf(run, least, most, now);
  for (const side of sides) window(side, WARM_MS);
  const best = sides.map(() => Number.POSITIVE_INFINITY);
  for (let n = 0; n < WINDOWS; n++) {
    const pair = sides.map((side) => window(side, WINDOW_MS));
    for (const [i, ms] of pair.entries()) best[i] = Math.min(best[i], ms);
    gains.push(pair[1] / pair[0]);
  }
  const [ns, theirs] = best.map((ms) => (1e6 * ms) / operations);
  return { gain: theirs / ns, own: ns, baseline: theirs, operations, against };
}

/** ms a replay, of as many as take `least` ms. Throws `UnsupportedError` where `most` of them take no time, by that clock. */
function msOf(run: () => void, least: number, most: number, now: () => number): number {
  const start = now();
  for (let replays = 1; ; replays++) {
    run();
    const elapsed = now() - start;
    const isEnough = elapsed >= (replays < most ? least : WINDOW_MS) && elapsed < Number.POSITIVE_INFINITY;
    if (isEnough) return elapsed / replays;
    if (replays >= most) {
      throw new UnsupportedError(`the clock stands still: in ${most} replays it went on by ${elapsed} ms`);
    }
  }
}

/** One loop for both sides: each of its calls meets two kinds of subject, which costs both the same. */
function replay({ operation, place, bytes }: Program, subject: Subject, live: Float64Array): void {
  for (let i = 0; i < operation.length; i++) {
    const what = operation[i];
    const p = place[i];
    if (what === ALLOCATE) live[p] = subject.allocate(bytes[i]);
    else if (what === FREE) subject.free(live[p]);
    else if (what === MOVE) live[p] = subject.reallocate(live[p], bytes[i]);
    else if (what === ACQUIRE) live[p] = subject.acquire();
    else subject.release(live[p]);
  }
}

/** What a block of no bytes may take, with its header. */
export const LEAST_BLOCK = 32;
/** The most room that replays get, in bytes: a heap of it is half as long again. */
const MOST_ROOM = 2 ** 31 + 2 ** 29;

/** The gain with room for so many bytes four times over; where one of the two is refused memory nonetheless, with more. */
export function withRoom<G>(bytes: number, measure: (room: number) => G): G {
  for (let room = (2 << 20) + 4 * bytes; ; room *= 4) {
    try {
      return measure(Math.min(room, MOST_ROOM));
    } catch (error) {
      if (room >= MOST_ROOM || !isRefusal(error)) throw error;
    }
  }
}
