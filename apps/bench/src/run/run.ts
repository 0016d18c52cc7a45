/** Goes through a plan: one process after the other, until the rounds or the time are used up. */
import type { Observed } from "../worker/protocol.ts";
import type { Cell, Plan } from "./plan.ts";
import { ask as askProcess } from "./processes.ts";
import { type Progress, silent } from "./progress.ts";

export interface RunOptions {
  readonly progress?: Progress;
  /** Set when the user has had enough. */
  readonly signal: AbortSignal;
  readonly ask?: typeof askProcess | undefined;
}

/** All that was observed; what was cut off is not in it. Throws where something essential fails. */
export async function run(plan: Plan, options: RunOptions): Promise<Observed[]> {
  const { progress = silent, signal, ask = askProcess } = options;
  const { rounds, deadline, expected = deadline, isLate = () => false } = plan;
  const observed: Observed[] = [];
  /** Subjects that are not here, and cells that said all that they have to say. */
  const done = new Set<string | Cell>();
  const start = performance.now();
  progress.start(rounds.flat().length, expected);
  for (const [round, cells] of rounds.entries()) {
    for (const [i, cell] of cells.entries()) {
      const elapsed = performance.now() - start;
      if (signal.aborted || (round > 0 && elapsed > deadline)) return observed;
      const { kind, subject, workload } = cell;
      const who = `${kind} ${subject}`;
      if (!done.has(who) && !done.has(cell)) {
        progress.now(subject === "" ? workload : `${subject} on ${workload}`);
        const isBehind = round === 0 && isLate({ elapsed, done: observed.length, left: cells.length - i });
        const observation = await ask(cell.task(round, isBehind), signal);
        if (signal.aborted) return observed;
        if ("error" in observation && cell.isEssential) throw new Error(observation.error);
        observed.push({ kind, workload, subject, round, observation });
        if ("unavailable" in observation) done.add(who);
        else if ("error" in observation || cell.isConclusive?.(observation)) done.add(cell);
      }
      progress.advance();
    }
  }
  return observed;
}
