/** Everything that subjects are measured on, but AriaX's scenarios, in the order of the tables. */
import { BIT_WORKLOADS } from "./bits/bits.ts";
import { HEAP_WORKLOADS } from "./heap/workloads.ts";
import { PROGRAM_WORKLOADS } from "./programs/programs.ts";
import { RECORD_WORKLOADS } from "./records/records.ts";
import type { Workload } from "./workload.ts";

export const WORKLOADS: readonly Workload[] = [
  ...[...HEAP_WORKLOADS, ...PROGRAM_WORKLOADS],
  ...[...BIT_WORKLOADS, ...RECORD_WORKLOADS],
];
