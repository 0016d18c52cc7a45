/** What is asked of threads, and what is found. */
import type { Request } from "../../worker/protocol.ts";

/** The subject that is the heap with lanes, of processes on one mapping. */
export const PROCESSES = "lanes-processes";

export interface WindowOptions {
  /** ms of a window, and of warming up. */
  readonly window: number;
  readonly warm: number;
  /** Windows of each mode in a turn. */
  readonly repeats: number;
}

export interface ThreadBudget extends WindowOptions {
  /** s of what goes on for long. */
  readonly seconds: number;
  /** The most threads at once. */
  readonly threads: number;
}

export interface ThreadRequest extends Request {
  readonly budget: ThreadBudget;
}

/** By the mode's name: of each window, ns a unit of each thread. */
export type Windows = Record<string, number[][]>;

/** Of what is measured in windows. */
export interface WindowsObservation {
  readonly windows: Windows;
  /** Of an allocator in C: what it says it is. */
  readonly version?: string;
}

export interface HandOverObservation extends WindowsObservation {
  /** µs from the sending of one record until the sender knows that it is there: median and p99, of so many. */
  readonly latency: readonly {
    readonly name: string;
    readonly p50: number;
    readonly p99: number;
    readonly count: number;
  }[];
}

export interface HeldObservation {
  /** ms since the beginning, and bytes held then. */
  readonly samples: readonly (readonly [ms: number, bytes: number])[];
  /** By whom: `system`, what it says is resident; `heap`, what the heap says it has reserved. */
  readonly by: "system" | "heap";
  /** Blocks that were freed in all. */
  readonly blocks: number;
  readonly version?: string;
}

export interface StoppedObservation {
  /** Of each victim: operations of the other thread a ms of its processor time, look by look, while it runs, is stopped, and is dead. */
  readonly victims: readonly Victim[];
}

export interface Victim {
  /** The call that it was stopped in, and at which of its accesses of the heap. */
  readonly call: string;
  readonly running: readonly number[];
  readonly stopped: readonly number[];
  readonly killed: readonly number[];
  /** What `reclaim` says of it: absent where there is no such thing. */
  readonly blocks?: number;
}
