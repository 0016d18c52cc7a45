/** What the report of `pnpm bench threads` has in it: the schema of `results/threads.json`. */
import type { Interval } from "../../base/statistics.ts";
import type { ThreadMode } from "../../run/plans/threads.ts";
import type { HandOverObservation, HeldObservation } from "../../workloads/threads/protocol.ts";
import type { RunReport } from "../circumstances.ts";
import type { Target } from "../shown.ts";

/** Raised by one with each change that a reader of the file must know of. */
export const SCHEMA = 1;

export interface Ratio {
  readonly value: number;
  readonly interval?: Pick<Interval, "low" | "high">;
}

export interface ThreadsReport extends RunReport {
  readonly schema: typeof SCHEMA;
  readonly mode: ThreadMode["name"];
  /** That producer and consumer had. */
  readonly heldSeconds: number;
  /** ns an event, by trace: the loop alone, the private heap in shared memory, the one with lanes; and the last by the one before it. */
  readonly traces: readonly {
    readonly trace: string;
    readonly ns: readonly number[];
    readonly ratio: number;
    readonly net?: number;
  }[];
  readonly tracesMean?: Ratio | undefined;
  /** Events a µs, of all threads together, by their number; of two, how many times as much as one. */
  readonly throughput: readonly {
    readonly subject: string;
    readonly perMicrosecond: readonly (readonly [threads: number, events: number])[];
    readonly speedup?: Ratio | undefined;
  }[];
  /** ns of a thread for a block that is allocated and freed: by one thread, and each by the other. Less the loop where there is one. */
  readonly xmalloc: readonly {
    readonly subject: string;
    readonly inC: boolean;
    readonly local: number;
    readonly remote: number;
    readonly net?: readonly [local: number, remote: number];
  }[];
  /** ns a write. */
  readonly scratch: readonly { readonly subject: string; readonly one: number; readonly two: number }[];
  /** ns a record, and µs until the sender knows that it has come. */
  readonly handOver: readonly {
    readonly kib: number;
    readonly subject: string;
    readonly bare: number;
    readonly written: number;
    readonly latency: HandOverObservation["latency"];
  }[];
  readonly held: readonly (HeldObservation & {
    readonly subject: string;
    readonly end: number;
    readonly growth: number;
  })[];
  /** Operations of another thread a ms of its processor time, the median of looks. */
  readonly stopped: readonly {
    readonly subject: string;
    readonly running: number;
    readonly stopped: number;
    readonly killed: number;
    readonly calls: readonly string[];
  }[];
  readonly targets: readonly Target[];
  /** What went wrong. */
  readonly failures: readonly string[];
}

export type Parts = Omit<ThreadsReport, "targets" | "failures" | keyof RunReport>;
