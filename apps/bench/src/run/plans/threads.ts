/**
 * The plan of `pnpm bench threads`: the heap with lanes by the private one on the traces, then what threads do together, in matches; once, what goes
 * on for long.
 */
import { SUBJECTS } from "../../subjects/subjects.ts";
import { HEAP_WORKLOADS } from "../../workloads/heap/workloads.ts";
import { PROCESSES, type ThreadBudget, type ThreadRequest } from "../../workloads/threads/protocol.ts";
import { THREAD_WORKLOADS, type ThreadWorkload } from "../../workloads/threads/workloads.ts";
import type { Cell, Match, Plan, Step } from "../plan.ts";
import { taskOf } from "./latest.ts";

/** How thorough a run is. Times in ms. */
export interface ThreadMode {
  readonly name: "quick" | "default";
  readonly rounds: number;
  /** Of each process in a match. */
  readonly turns: number;
  readonly budget: ThreadBudget;
  /** When no further round is begun. */
  readonly deadline: number;
}

export const THREAD_MODES: Readonly<Record<ThreadMode["name"], ThreadMode>> = {
  quick: {
    ...{ name: "quick", rounds: 1, turns: 2, deadline: 30_000 },
    budget: { window: 6, warm: 120, repeats: 3, seconds: 1.5, threads: 4 },
  },
  default: {
    ...{ name: "default", rounds: 4, turns: 8, deadline: 160_000 },
    budget: { window: 6, warm: 300, repeats: 4, seconds: 30, threads: 16 },
  },
};

/** The rows of the traces. */
export const TRACED = ["nothing", "slab-shared", "slab-lanes"];
/** In a quick run only these, of what has many. */
const QUICK = [
  ...["nothing", "lanes", PROCESSES, "private", "spin", "wait"],
  ...["nothing-c", "engine-c", "mimalloc", "offset", "copies"],
];
/** A process may be held up for so long beside what it is asked for. */
const PATIENCE = 60_000;

export interface ThreadsChosen {
  readonly mode: ThreadMode;
  /** `traces`, and names of workloads. */
  readonly workloads: readonly string[];
}

export const THREAD_NAMES: readonly string[] = ["traces", ...THREAD_WORKLOADS.map(({ name }) => name)];

export function threadsPlan({ mode, workloads }: ThreadsChosen): Plan {
  const { rounds, turns, deadline, budget } = mode;
  const chosen = THREAD_WORKLOADS.filter(({ name }) => workloads.includes(name));
  const paired = chosen.filter(({ isPaired }) => isPaired).map((one): Match => ({ cells: cellsOf(one, mode), turns }));
  const matches = [...(workloads.includes("traces") ? traceMatches(mode) : []), ...paired];
  const alone = chosen.filter(({ isPaired }) => !isPaired).flatMap((one): Step[] => cellsOf(one, mode));
  return {
    rounds: Array.from({ length: rounds }, (_, round) => (round === 0 ? [...matches, ...alone] : matches)),
    deadline,
    expected: deadline + 1000 * budget.seconds,
  };
}

function cellsOf({ name: workload, subjects, isPaired }: ThreadWorkload, { name, budget }: ThreadMode): Cell[] {
  return subjects
    .filter((subject) => name !== "quick" || QUICK.includes(subject))
    .map((subject): Cell => {
      const request: ThreadRequest = {
        ...{ kind: "threads", subject, workload, budget },
        ...(isPaired && { takesTurns: true as const }),
      };
      return { ...request, task: () => ({ request, patience: PATIENCE + 1000 * budget.seconds }) };
    });
}

/** A match for each of the seven traces. */
function traceMatches({ turns, budget: { warm } }: ThreadMode): Match[] {
  const timing = { turns, warm: warm / 4, limit: 2000 };
  return HEAP_WORKLOADS.filter(({ group }) => group === "traces").map((workload) => ({
    turns,
    cells: TRACED.map((name): Cell => {
      const subject = SUBJECTS.find((one) => one.name === name && one.kind === "heap")!;
      const request = { kind: "heap", subject: name, workload: workload.name };
      return { ...request, task: () => taskOf({ subject, workload }, ["time"], timing) };
    }),
  }));
}
