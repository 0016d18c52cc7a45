/** What the report of `pnpm bench kv` has. Times are net: what the loop alone takes is taken off. */
import type { KvMode } from "../../run/plans/kv.ts";
import type { RunReport } from "../circumstances.ts";
import type { Target } from "../shown.ts";
import type { Published } from "./published.ts";

export const SCHEMA = 1;

/** ns a block, the least of all processes. */
export interface Times {
  readonly subject: string;
  readonly gross: number;
  /** Less the loop; the loop's own is gross. */
  readonly net: number;
}

export interface OperationRow {
  readonly name: string;
  readonly what: string;
  readonly times: readonly Times[];
  readonly vllm?: Published;
}

export interface ScaleRow {
  readonly name: string;
  readonly subject: string;
  /** ns a block, net, by the number of blocks. */
  readonly points: readonly (readonly [blocks: number, ns: number])[];
}

export interface TraceRow extends OperationRow {
  readonly requests: number;
  readonly lookups: number;
  readonly hits: number;
}

/** Of one subject, whatever the loop takes included: it is small beside. */
export interface CallRow {
  readonly name: string;
  readonly subject: string;
  readonly what: string;
  readonly ns: number;
  readonly vllm?: Published;
}

export interface KvReport extends RunReport {
  readonly schema: number;
  readonly mode: KvMode["name"];
  /** Of the books in the first table, and of those of the traces. */
  readonly blocks: number;
  readonly traceBlocks: number;
  readonly operations: readonly OperationRow[];
  readonly calls: readonly CallRow[];
  readonly scale: readonly ScaleRow[];
  readonly traces: readonly TraceRow[];
  readonly targets: readonly Target[];
  readonly failures: readonly string[];
}
