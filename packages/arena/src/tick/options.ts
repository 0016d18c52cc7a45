import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, isRevoked, readOptions } from "@ariax/allocator/implement";
import { checkAboveZero, refuse } from "../check.ts";
import type { Place } from "../place.ts";
import { MAX_HARMONIC } from "./beats.ts";
import { checkClock, SystemClock, type TickClock } from "./clock.ts";

/** Without a `memory` or a `buffer`, the arena has memory of its own; with one, `base` is at or above `byteOffset`. */
export interface TickArenaOptions extends Place {
  /** Of the fundamental, in Hz: above 0, up to 1,000,000. */
  readonly frequency: number;
  /** Bytes that the blocks of one tick can have, of each harmonic: rounded up to whole pages of 4 KiB. */
  readonly bytesPerTick: number;
  /** n for the harmonics 1 … n, or a list of them, ascending, from 1 on; each up to 64. Default 1: the fundamental only. */
  readonly harmonics?: number | readonly number[] | undefined;
  /** How many frames of a harmonic live at a time, the current one included. Default 2. */
  readonly frames?: number | undefined;
  /** For development, as in `FrameArenaOptions`: twice the memory, and `tick` is O(bytes). */
  readonly checked?: boolean | undefined;
}

/** What of an `AbortSignal` is needed. */
export interface TickSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

const LIMITS = ["ticks", "seconds", "beats", "signal", "spin", "late", "clock"];

/** When a run ends: at the first limit that is reached, or when it is stopped. Without any, it goes on. */
export interface RunOptions {
  /** How often the fundamental is to rotate. */
  readonly ticks?: number | undefined;
  /** Beats up to so many seconds after the start, by their ideal moments. */
  readonly seconds?: number | undefined;
  /** How many beats there are to be. */
  readonly beats?: number | undefined;
  /** Ends the run when it is aborted: at once, or after the callback that is under way. */
  readonly signal?: TickSignal | undefined;
  /**
   * How many ms before a beat the timer is to wake, because it is not exact to less than that: they are spent on looking at
   * the clock. So much of a processor does a beat cost at most; 0 leaves all to the timer. From 0 to 1,000; default 2, and
   * with a clock of your own 0.
   */
  readonly spin?: number | undefined;
  /** What becomes of beats for which the time is over: see the README. Default `"skip"`. */
  readonly late?: "skip" | "catch-up" | undefined;
  /** Another source of time. Default: real time. */
  readonly clock?: TickClock | undefined;
}

/** The same, checked and complete. */
export interface RunPlan {
  readonly ticks: number;
  readonly seconds: number;
  readonly beats: number;
  readonly signal: TickSignal | undefined;
  readonly spin: number;
  readonly skips: boolean;
  readonly clock: TickClock;
}

const MAX_FREQUENCY = 1_000_000;
/** In ms: Node's timers wake up to 2 ms late now and then. */
const DEFAULT_SPIN = 2;
/** In ms: no timer is later than a second, but those of hidden pages, which no spinning helps. */
const MAX_SPIN = 1000;
const NEVER = Number.POSITIVE_INFINITY;

/** A plan for these options; throws `InvalidArgumentError`. */
export function planRun(options: RunOptions): RunPlan {
  const {
    ticks,
    seconds,
    beats,
    signal,
    late = "skip",
    clock,
    spin = defaultSpin(clock),
  } = readOptions(options, LIMITS);
  if (late !== "skip" && late !== "catch-up") refuse("late", late, 'not one of "skip", "catch-up"');
  if (!(typeof spin === "number" && spin >= 0 && spin <= MAX_SPIN)) {
    refuse("spin", spin, `not a number of ms from 0 to ${MAX_SPIN}`);
  }
  return {
    ticks: ticks === undefined ? NEVER : checkInteger("ticks", ticks, 1, Number.MAX_SAFE_INTEGER),
    seconds: seconds === undefined ? NEVER : checkAboveZero("seconds", seconds, Number.MAX_VALUE),
    beats: beats === undefined ? NEVER : checkInteger("beats", beats, 1, Number.MAX_SAFE_INTEGER),
    signal: signal === undefined ? undefined : checkSignal(signal),
    spin,
    skips: late === "skip",
    clock: clock === undefined ? new SystemClock() : checkClock(clock),
  };
}

function defaultSpin(clock: TickClock | undefined): number {
  return clock === undefined ? DEFAULT_SPIN : 0;
}

export function checkFrequency(frequency: number): number {
  return checkAboveZero("frequency", frequency, MAX_FREQUENCY);
}

/** The list of harmonics that a number, or a list, stands for. */
export function checkHarmonics(harmonics: number | readonly number[]): readonly number[] {
  if (isRevoked(harmonics) || !Array.isArray(harmonics)) {
    const most = checkInteger("harmonics", harmonics as number, 1, MAX_HARMONIC);
    return Object.freeze(Array.from({ length: most }, (_, i) => i + 1));
  }
  const list: readonly number[] = [...harmonics];
  list.forEach((k, i) => {
    checkInteger(`harmonics[${i}]`, k, 1, MAX_HARMONIC);
    const before = list[i - 1] ?? 0;
    if (k <= before) throw new InvalidArgumentError(`invalid harmonics: ${k} after ${before}, but they must ascend`);
  });
  // without the fundamental there is no tick
  if (list[0] !== 1) refuse("harmonics[0]", list[0], "not 1");
  return Object.freeze(list);
}

function checkSignal(signal: TickSignal): TickSignal {
  const { aborted, addEventListener, removeEventListener } = isRevoked(signal) ? ({} as TickSignal) : (signal ?? {});
  const isSignal = typeof aborted === "boolean" && [addEventListener, removeEventListener].every(isFunction);
  return isSignal ? signal : refuse("signal", signal, "no AbortSignal");
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}
