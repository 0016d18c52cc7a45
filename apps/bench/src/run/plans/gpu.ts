/** The plan of `pnpm bench gpu`: for each stream a match of all that hand out parts of a range. */
import { GPU_SUBJECTS } from "../../subjects/gpu/subjects.ts";
import type { GpuRequest } from "../../workloads/gpu/observe.ts";
import { GPU_WORKLOADS, type GpuWorkload } from "../../workloads/gpu/workloads.ts";
import type { Cell, Match, Plan } from "../plan.ts";

/** How thorough a run is. Times in ms. */
export interface GpuMode {
  readonly name: "quick" | "default";
  readonly rounds: number;
  /** Of each process in a match. */
  readonly turns: number;
  readonly warm: number;
  readonly timed: number;
  /** When no further round is begun. */
  readonly deadline: number;
}

export const GPU_MODES: Readonly<Record<GpuMode["name"], GpuMode>> = {
  quick: { name: "quick", rounds: 1, turns: 2, warm: 100, timed: 100, deadline: 10_000 },
  default: { name: "default", rounds: 3, turns: 8, warm: 500, timed: 400, deadline: 60_000 },
};

/** Longer than any process should take, in ms. */
const PATIENCE = 60_000;

export function gpuPlan({ rounds, turns, warm, timed, deadline }: GpuMode): Plan {
  const cellOf = (subject: string, { name: workload, range, load, frames }: GpuWorkload): Cell => {
    const options = { range, load, frames, warm, timed };
    const request: GpuRequest = { kind: "gpu", subject, workload, takesTurns: true, ...options };
    return { kind: "gpu", subject, workload, task: () => ({ request, patience: PATIENCE }) };
  };
  const matches = GPU_WORKLOADS.map((workload): Match => {
    const subjects = GPU_SUBJECTS.filter(({ name }) => name !== "buffers" || workload.hasBuffers);
    return { cells: subjects.map(({ name }) => cellOf(name, workload)), turns };
  });
  return { rounds: Array.from({ length: rounds }, () => matches), deadline };
}
