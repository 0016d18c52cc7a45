/** Goes through a plan: one step after the other, until the rounds or the time are used up. */
import type { Observed } from "../worker/protocol.ts";
import { askAll, type Start } from "./match.ts";
import { type Cell, cellsOf, type Plan, type Step } from "./plan.ts";
import type { ask as askProcess } from "./processes.ts";
import { type Progress, silent } from "./progress.ts";

export interface RunOptions {
  readonly progress?: Progress;
  /** Set when the user has had enough. */
  readonly signal: AbortSignal;
  /** Stands for the processes. */
  readonly ask?: typeof askProcess | undefined;
}

/** All that was observed; what was cut off is not in it. Throws where something essential fails. */
export async function run(plan: Plan, options: RunOptions): Promise<Observed[]> {
  const { progress = silent, signal, ask } = options;
  const { rounds, deadline, expected = deadline, isLate = () => false } = plan;
  const stand: Start | undefined = ask && (async (task) => ({ turn: async () => {}, end: () => ask(task, signal) }));
  const observed: Observed[] = [];
  /** Subjects that are not here, and cells that said all that they have to say. */
  const done = new Set<string | Cell>();
  const whoIs = ({ kind, subject }: Cell): string => `${kind} ${subject}`;
  const start = performance.now();
  progress.start(rounds[0]?.length ?? 0, rounds.flat().length, expected);
  for (const [round, steps] of rounds.entries()) {
    let left = steps.flatMap(cellsOf).length;
    for (const step of steps) {
      const elapsed = performance.now() - start;
      if (signal.aborted || (round > 0 && elapsed > deadline)) return observed;
      const cells = cellsOf(step).filter((cell) => !done.has(whoIs(cell)) && !done.has(cell));
      if (cells.length > 0) {
        progress.now(nameOf(step));
        const isBehind = round === 0 && isLate({ elapsed, done: observed.length, left });
        const tasks = cells.map((cell) => cell.task(round, isBehind));
        const answers = await askAll(tasks, "turns" in step ? step.turns : 0, signal, stand);
        if (signal.aborted) return observed;
        for (const [i, cell] of cells.entries()) {
          const observation = answers[i]!;
          if ("error" in observation && cell.isEssential) throw new Error(observation.error);
          observed.push({ kind: cell.kind, workload: cell.workload, subject: cell.subject, round, observation });
          if ("unavailable" in observation) done.add(whoIs(cell));
          else if ("error" in observation || cell.isConclusive?.(observation)) done.add(cell);
        }
      }
      left -= cellsOf(step).length;
      progress.advance();
    }
  }
  return observed;
}

function nameOf(step: Step): string {
  const [{ subject, workload }, ...others] = cellsOf(step) as [Cell, ...Cell[]];
  return subject === "" || others.length > 0 ? workload : `${subject} on ${workload}`;
}
