/** A row of the report. */

export type Status = "ok" | "stopped" | "out of memory" | "corrupts" | "error" | "missing";

/** One subject on one workload. Times are ns per unit of the workload. */
export interface Row {
  readonly workload: string;
  readonly subject: string;
  readonly status: Status;
  /** What went wrong, or how far a stopped one came. */
  readonly note?: string;
  /** The median of the processes' best windows; of a stopped one, a lower bound. */
  readonly gross?: number;
  readonly low?: number;
  readonly high?: number;
  /** Processes. */
  readonly count: number;
  /** `gross` less the lowest cost that any process found for the loop: so the loop never takes too much off. */
  readonly net?: number;
  /** ns per event, over batches. */
  readonly p50?: number;
  readonly p99?: number;
  readonly max?: number;
  /** Bytes at the peak, metadata included, by bytes live at the peak. */
  readonly peakRatio?: number;
  readonly peakReserved?: number;
  readonly peakLive?: number;
  /** Bytes beside the blocks; absent where they lie between the blocks. */
  readonly metadata?: number;
  readonly failures?: number;
  readonly collections?: number;
  /** Of an allocator in C: `net` where the first byte of each new block is written. */
  readonly touched?: number;
}
