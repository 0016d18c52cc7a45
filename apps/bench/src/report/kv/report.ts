/** From observations to the report of `pnpm bench kv`. */
import { cellName, type KvMode } from "../../run/plans/kv.ts";
import { BOOKS } from "../../subjects/kv/subjects.ts";
import { isFound, type Observed, ofKind } from "../../worker/protocol.ts";
import { CALLS } from "../../workloads/kv/calls.ts";
import type { KvObservation } from "../../workloads/kv/observe.ts";
import { BLOCKS, OPERATIONS, SCALE } from "../../workloads/kv/operations.ts";
import { TRACE_BLOCKS, TRACES } from "../../workloads/kv/traces.ts";
import { type Circumstances, factsOf, unavailableIn } from "../circumstances.ts";
import {
  type CallRow,
  type KvReport,
  type OperationRow,
  SCHEMA,
  type ScaleRow,
  type Times,
  type TraceRow,
} from "./parts.ts";
import { type Published, VLLM } from "./published.ts";
import { targetsOf } from "./targets.ts";

export function makeKv(mode: KvMode, observed: readonly Observed[], at: Circumstances): KvReport {
  const found = ofKind<KvObservation>(observed, "kv");
  const operations = OPERATIONS.flatMap(({ name, what }): OperationRow[] => {
    const times = timesOf(found, cellName(name, BLOCKS));
    return times.length === 0 ? [] : [{ name, what, times, ...publishedOf(name) }];
  });
  const calls = CALLS.flatMap(({ name, subject, what }): CallRow[] => {
    const ns = leastOf(found, cellName(name, BLOCKS), subject);
    return ns === undefined ? [] : [{ name, subject, what, ns, ...publishedOf(name) }];
  });
  const scale = OPERATIONS.filter(({ isScaled }) => isScaled).flatMap(({ name }) => scaleOf(found, name));
  const traces = TRACES.flatMap(({ name, what, hits }): TraceRow[] => {
    const workload = cellName(name, TRACE_BLOCKS);
    const times = timesOf(found, workload);
    const one = found.find((other) => other.workload === workload && isFound(other.observation))?.observation;
    if (times.length === 0 || one === undefined || !isFound(one)) return [];
    return [{ name, what, times, requests: one.requests!, lookups: one.lookups!, hits, ...publishedOf(name) }];
  });
  return {
    ...{ schema: SCHEMA, ...factsOf(at), mode: mode.name, blocks: BLOCKS, traceBlocks: TRACE_BLOCKS },
    ...{ operations, calls, scale, traces, targets: targetsOf(operations, calls, scale, traces) },
    unavailable: [
      ...unavailableIn(observed),
      ...TRACES.flatMap(({ name, missing }) => {
        const why = missing();
        return why === undefined ? [] : [`${name}: unavailable, ${why}`];
      }),
    ],
    failures: observed.flatMap(({ workload, subject, observation }) =>
      "error" in observation ? [`${subject} on ${workload}: ${observation.error}`] : [],
    ),
    observations: observed,
  };
}

const publishedOf = (name: string): { readonly vllm?: Published } => (VLLM[name] ? { vllm: VLLM[name] } : {});

/** ns of the least of all processes. */
function leastOf(found: readonly Observed<KvObservation>[], workload: string, subject: string): number | undefined {
  const mine = found.filter((one) => one.workload === workload && one.subject === subject);
  const all = mine.flatMap(({ observation }) =>
    isFound(observation) && !observation.time.stopped ? [observation.time.best] : [],
  );
  return all.length === 0 ? undefined : Math.min(...all);
}

/** Of each subject that was timed. */
function timesOf(found: readonly Observed<KvObservation>[], workload: string): Times[] {
  const loop = leastOf(found, workload, "nothing") ?? 0;
  return BOOKS.flatMap(({ name: subject, origin }) => {
    const gross = leastOf(found, workload, subject);
    return gross === undefined ? [] : [{ subject, gross, net: origin === "loop" ? gross : gross - loop }];
  });
}

function scaleOf(found: readonly Observed<KvObservation>[], name: string): ScaleRow[] {
  const columns = SCALE.map((blocks) => [blocks, timesOf(found, cellName(name, blocks))] as const);
  return BOOKS.filter(({ origin }) => origin !== "loop").flatMap(({ name: subject }) => {
    const points = columns.flatMap(([blocks, times]) => {
      const net = times.find((one) => one.subject === subject)?.net;
      return net === undefined ? [] : [[blocks, net] as const];
    });
    return points.length === 0 ? [] : [{ name, subject, points }];
  });
}
