/** From observations to the report of `pnpm bench gpu`: the schema of `results/gpu.json`. */
import type { GpuMode } from "../../run/plans/gpu.ts";
import { GPU_SUBJECTS } from "../../subjects/gpu/subjects.ts";
import { isFound, type Observed, ofKind } from "../../worker/protocol.ts";
import type { GpuObservation } from "../../workloads/gpu/observe.ts";
import type { Room } from "../../workloads/gpu/stream.ts";
import { GPU_WORKLOADS } from "../../workloads/gpu/workloads.ts";
import { type Circumstances, factsOf, type RunReport, unavailableIn } from "../circumstances.ts";

/** Raised by one with each change that a reader of the file must know of. */
export const SCHEMA = 1;

/** A subject on a stream. */
export interface GpuRow extends Room {
  readonly workload: string;
  readonly subject: string;
  /** ns a call, the least of all processes; and less the loop's own. */
  readonly ns: number;
  readonly net?: number;
}

export interface GpuReport extends RunReport {
  readonly schema: typeof SCHEMA;
  readonly mode: GpuMode["name"];
  readonly rows: readonly GpuRow[];
  readonly failures: readonly string[];
}

export function makeGpu({ name: mode }: GpuMode, observed: readonly Observed[], at: Circumstances): GpuReport {
  return {
    ...{ schema: SCHEMA, ...factsOf(at), mode },
    rows: GPU_WORKLOADS.flatMap(({ name }) => rowsOf(name, observed)),
    unavailable: unavailableIn(observed),
    failures: observed.flatMap(({ workload, subject, observation }) =>
      "error" in observation ? [`${subject} on ${workload}: ${observation.error}`] : [],
    ),
    observations: observed,
  };
}

function rowsOf(workload: string, observed: readonly Observed[]): GpuRow[] {
  const all = ofKind<GpuObservation>(observed, "gpu").filter((one) => one.workload === workload);
  const found = (subject: string): GpuObservation[] =>
    all.flatMap(({ subject: name, observation }) => (name === subject && isFound(observation) ? [observation] : []));
  const least = (subject: string): number =>
    Math.min(...found(subject).map(({ time }) => (time.stopped ? time.soFar : time.best)));
  const loop = least("nothing");
  return GPU_SUBJECTS.flatMap(({ name: subject, origin }) => {
    const [first] = found(subject);
    if (first === undefined) return [];
    const ns = least(subject);
    const net = origin === "loop" || loop === Number.POSITIVE_INFINITY ? {} : { net: ns - loop };
    return [{ workload, subject, ns, ...net, ...first.room }];
  });
}
