/** The shapes of what heaps, sets of bits and pools of records are measured on. */
import type { BitAdapter } from "../../rivals/adapter.ts";
import type { Records } from "../subjects/subject.ts";
import type { BatchWork } from "../worker/batches.ts";
import type { HeapWork } from "../worker/loops.ts";

export const GROUPS = {
  traces: "Seven real programs",
  untuned: "Three that nothing was tuned on",
  yours: "Your trace",
  micro: "One question each",
  replacement: "Replacement at steady state",
  start: "The first calls of a process",
  scaling: "Churn by the number of live blocks",
  synthetic: "Synthetic programs",
  programs: "Programs of TypeScript",
  bits: "A million bits",
  records: "Small records",
} as const;

export type Group = keyof typeof GROUPS;

interface Named {
  readonly name: string;
  readonly group: Group;
  /** What its times are per. */
  readonly unit: "event" | "pair" | "call";
  /** One line for `--list` and the page. */
  readonly what: string;
  /** In which runs it is: `quick` ones are in all, `full` ones only in `--full` or when named. */
  readonly level: "quick" | "default" | "full";
  /** The match in which its subjects are, where they are compared with those of other workloads; else it has its own. */
  readonly match?: string;
  /** Only these subjects can do it. */
  readonly for?: readonly string[];
  /** In shorter runs than `--full` measured for these subjects only, as it takes long. */
  readonly only?: readonly string[];
}

export interface HeapWorkload extends Named {
  readonly kind: "heap";
  readonly load: () => HeapWork | Promise<HeapWork>;
  /** The user's own trace. */
  readonly file?: string;
}

export interface BitWorkload extends Named {
  readonly kind: "bits";
  readonly work: BatchWork<BitAdapter>;
  /** It is about finding without claiming. */
  readonly needsFirst?: true;
}

export interface RecordWorkload extends Named {
  readonly kind: "records";
  readonly work: BatchWork<Records>;
}

/** A program of `@ariax/trace`, by its name. */
export interface ProgramWorkload extends Named {
  readonly kind: "programs";
  readonly for: readonly string[];
}

export type Workload = HeapWorkload | BitWorkload | RecordWorkload | ProgramWorkload;
