/** The plan of `pnpm bench kv`: each operation a match of all books, then larger and smaller books, then whole traces. */
import { BOOKS } from "../../subjects/kv/subjects.ts";
import type { Budget } from "../../worker/timing.ts";
import { CALLS } from "../../workloads/kv/calls.ts";
import type { KvRequest } from "../../workloads/kv/observe.ts";
import { BLOCKS, OPERATIONS, SCALE } from "../../workloads/kv/operations.ts";
import { TRACE_BLOCKS, TRACES } from "../../workloads/kv/traces.ts";
import type { Match, Plan } from "../plan.ts";

/** How thorough a run is. Times in ms. */
export interface KvMode {
  readonly name: "quick" | "default";
  readonly rounds: number;
  /** Of each process in a match. */
  readonly turns: number;
  readonly budget: Budget;
  readonly traceBudget: Budget;
  /** Blocks of the books, from few to many. */
  readonly scale: readonly number[];
  readonly deadline: number;
}

export const KV_MODES: Readonly<Record<KvMode["name"], KvMode>> = {
  quick: {
    ...{ name: "quick", rounds: 1, turns: 2, deadline: 30_000, scale: [1000, 100_000] },
    ...{ budget: { warm: 40, turns: 40 }, traceBudget: { warm: 200, turns: 200 } },
  },
  default: {
    ...{ name: "default", rounds: 3, turns: 6, deadline: 150_000, scale: SCALE },
    ...{ budget: { warm: 120, turns: 200 }, traceBudget: { warm: 500, turns: 1500 } },
  },
};

const ALL: readonly string[] = BOOKS.map(({ name }) => name);
/** A process may be held up for so long beside what it is asked for. */
const PATIENCE = 60_000;

export function kvPlan({ rounds, turns, budget, traceBudget, scale, deadline }: KvMode): Plan {
  const match = (workload: string, blocks: number, asked: Budget, subjects: readonly string[] = ALL): Match => ({
    turns,
    cells: subjects.map((subject) => {
      const request: KvRequest = { kind: "kv", subject, workload, blocks, budget: asked, takesTurns: true };
      // Cells are told apart by their workload.
      return { ...request, workload: cellName(workload, blocks), task: () => ({ request, patience: PATIENCE }) };
    }),
  });
  const steps = [
    ...OPERATIONS.map(({ name }) => match(name, BLOCKS, budget)),
    ...[...new Set(CALLS.map(({ name }) => name))].map((name) => {
      const subjects = CALLS.filter((call) => call.name === name).map(({ subject }) => subject);
      return match(name, BLOCKS, budget, subjects);
    }),
    ...OPERATIONS.filter(({ isScaled }) => isScaled).flatMap(({ name }) => scale.map((n) => match(name, n, budget))),
    ...TRACES.filter(({ missing }) => missing() === undefined).map(({ name }) =>
      match(name, TRACE_BLOCKS, traceBudget),
    ),
  ];
  return { rounds: Array.from({ length: rounds }, () => steps), deadline };
}

export const cellName = (workload: string, blocks: number): string => `${workload}: ${blocks}`;
