/** Everything that subjects are measured on. To add one: one line here, and for a new loop one in `loops.ts`. */
import { TRACE_NAMES } from "@ariax/trace/node";
import type { Kind } from "./subjects.ts";
import { type BitWork, claim, full, last } from "./workloads/bits.ts";
import { batchOf, bulkOf, churnOf, pairsOf } from "./workloads/micro.ts";
import { churn, pair, type RecordWork } from "./workloads/records.ts";
import { SYNTHETIC, syntheticWork } from "./workloads/synthetic.ts";
import { fileWork, RECORDED, recordedWork } from "./workloads/traces.ts";
import type { HeapWork } from "./workloads/work.ts";

export const GROUPS = {
  traces: "Seven real programs",
  yours: "Your trace",
  micro: "One question each",
  scaling: "Churn by the number of live blocks",
  synthetic: "Synthetic programs",
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
  /** Only these subjects can do it. */
  readonly for?: readonly string[];
  /** In shorter runs than `--full` measured for these subjects only, as it takes long. */
  readonly only?: readonly string[];
}

export type Workload = Named &
  (
    | { readonly kind: "heap"; readonly load: () => HeapWork | Promise<HeapWork> }
    | { readonly kind: "bits"; readonly work: BitWork; readonly needsFirst?: true }
    | { readonly kind: "records"; readonly work: RecordWork }
  );

const LIVE = 16_384;
/** Where many blocks in one call are compared with a call for each. */
const BULK = ["slab", "wasm", "native", "native-c"];

export const WORKLOADS: readonly Workload[] = [
  ...TRACE_NAMES.map((name) => heap("traces", "quick", name, "event", RECORDED[name], () => recordedWork(name))),

  heap("micro", "quick", "pairs", "pair", "one 64-byte block at a time: allocate, free", () => pairsOf(64, LIVE)),
  heap(
    "micro",
    "quick",
    "batch",
    "pair",
    "16,384 blocks of 64 bytes: all allocated, then all freed, oldest first",
    () => batchOf(64, LIVE, "fifo"),
  ),
  heap(
    "micro",
    "default",
    "lifo",
    "pair",
    "1,024 blocks of 64 bytes: all allocated, then all freed, newest first",
    () => batchOf(64, 1024, "lifo"),
  ),
  heap("micro", "default", "churn", "pair", "16,384 live blocks of 16–1,023 bytes, replaced at random", () =>
    churnOf(LIVE),
  ),
  {
    ...heap(
      "micro",
      "default",
      "bulk",
      "pair",
      "1,024 blocks of 64 bytes by allocateMany and freeMany; per block",
      () => bulkOf(64, 1024),
    ),
    for: BULK,
  },
  {
    ...heap("micro", "default", "one-by-one", "pair", "the same blocks, each by allocate and free", () =>
      batchOf(64, 1024, "fifo"),
    ),
    for: BULK,
  },

  ...(["1k", "10k", "100k", "1m"] as const).map((live, i) => ({
    ...heap("scaling", "default", `churn-${live}`, "pair", `the same with ${live} live`, () => churnOf(10 ** (3 + i))),
    only: ["slab", "assemblyscript", ...(live === "1m" ? [] : ["malloc", "uint8array"])],
  })),

  ...(["1k", "10k", "100k", "1m"] as const).map((live, i) => ({
    ...heap("scaling", "default", `batch-${live}`, "pair", `batch with ${live} live`, () =>
      batchOf(64, 10 ** (3 + i), "fifo"),
    ),
    only: ["slab", "assemblyscript", "uint8array"],
  })),

  ...SYNTHETIC.map(({ name, what, level }) => ({
    ...heap("synthetic", level, name, "event", what, () => syntheticWork(name)),
    only: ["slab", "arena", "thi.ng", "malloc", "assemblyscript", "uint8array"],
  })),

  bits("default", "find-last", "call", "only the last of 1,048,576 bits is set: find it", last, true),
  bits("quick", "claim-1%", "pair", "1 % of the bits free: claim the lowest, free one at random", claim),
  bits("default", "claim-full", "pair", "no bit free: free one at random, claim one", full),

  records("default", "record-pairs", "one record of four fields: made, filled, read, released", pair),
  records("default", "record-churn", "10,000 live, replaced at random", churn),
];

/** The user's own trace, beside the others. */
export const yours = (file: string, name: string): Workload =>
  heap("yours", "quick", name, "event", file, () => fileWork(file));

function heap(
  group: Group,
  level: Named["level"],
  name: string,
  unit: Named["unit"],
  what: string,
  load: () => HeapWork | Promise<HeapWork>,
): Workload & { kind: "heap" } {
  return { kind: "heap", group, level, name, unit, what, load };
}
function bits(
  level: Named["level"],
  name: string,
  unit: Named["unit"],
  what: string,
  work: BitWork,
  needsFirst?: true,
): Workload {
  return { kind: "bits", group: "bits", level, name, unit, what, work, ...(needsFirst ? { needsFirst } : {}) };
}
function records(level: Named["level"], name: string, what: string, work: RecordWork): Workload {
  return { kind: "records", group: "records", level, name, unit: "pair", what, work };
}

export const kindOf = (workload: Workload): Kind => workload.kind;
