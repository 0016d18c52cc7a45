/** What heaps are measured on. To add a workload: an entry in one of the lists; to add a list, a file like them. */
import type { HeapWorkload } from "../workload.ts";
import { MICRO, SCALING } from "./micro.ts";
import { REPLACEMENTS } from "./replacement.ts";
import { SYNTHETIC } from "./synthetic.ts";
import { STARTS, TRACES } from "./traces.ts";

export const HEAP_WORKLOADS: readonly HeapWorkload[] = [
  ...TRACES,
  ...REPLACEMENTS,
  ...MICRO,
  ...SCALING,
  ...STARTS,
  ...SYNTHETIC,
];
