/** What goes to a worker process (one argument, JSON) and what comes back (its standard output, JSON). */
import type { Check } from "./check.ts";
import type { Latency } from "./latency.ts";
import type { UntilFull } from "./metrics.ts";
import type { Needs } from "./program.ts";
import type { Timing } from "./timing.ts";

export type Pass = "time" | "check" | "latency";

export interface Request {
  readonly subject: string;
  readonly workload: string;
  /** The user's trace file, where that is the workload. */
  readonly trace?: string;
  readonly passes: readonly Pass[];
  /** What timing may take, in ms. */
  readonly budget: number;
  /** What one replay may take before it is stopped, in ms. */
  readonly limit: number;
}

/** One observation: of one subject, on one workload, in one process. */
export interface Observation {
  readonly time?: Timing;
  readonly check?: Check;
  readonly latency?: Latency;
  readonly needs?: Needs;
  readonly untilFull?: UntilFull;
  /** Of an allocator in C: ns per unit where the first byte of each new block is written. */
  readonly touched?: number;
  /** Of an allocator in C: what it says it is, and its file. */
  readonly version?: string;
  /** The answer to `PROBE` of one that can't be had here: why. */
  readonly unavailable?: string;
  /** Why there is no number: a crash, a hang, a wrong result. */
  readonly error?: string;
}

/** What a worker printed, as an observation; what can't be read is one with an error. */
export function parseObservation(output: string): Observation {
  try {
    const value: unknown = JSON.parse(output);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Not JSON: reported below.
  }
  return { error: `unreadable answer of the worker: ${JSON.stringify(output.slice(0, 80))}` };
}

/** The name under which a worker only makes a small heap, and says why where it can't. */
export const PROBE = "probe";

/** The name under which a worker counts operations until full. */
export const UNTIL_FULL = "until-full";

/** What is started for an observation. */
export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}
