/** The plan of `pnpm bench story`: each phase in processes of its own, in turns. */
import { PHASES } from "../../subjects/phases/phases.ts";
import type { PhaseRequest } from "../../workloads/story/observe.ts";
import type { Cell, Plan } from "../plan.ts";

/** What a process may take, in ms; and the whole, for the bar. */
const PATIENCE = 60_000;
const EXPECTED = 30_000;

export function storyPlan(processes: number): Plan {
  const cells = PHASES.map(({ name }): Cell => {
    const request: PhaseRequest = { kind: "story", subject: name, workload: "story" };
    // Its very first run is one of the figures: nothing may be compiled before.
    return { ...request, task: () => ({ request, patience: PATIENCE, isCold: true }) };
  });
  const rounds = Array.from({ length: processes }, () => cells);
  return { rounds, deadline: Number.POSITIVE_INFINITY, expected: EXPECTED };
}
