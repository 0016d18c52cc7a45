/** Goes through the plan: one process after the other, until the rounds or the time are used up. */
import { type Cell, isInRound, type Mode, passesOf, rotate } from "./plan.ts";
import type { Progress } from "./progress.ts";
import { type Observation, UNTIL_FULL } from "./protocol.ts";
import { observeInProcess } from "./spawn.ts";
import { isInC } from "./subjects.ts";

/** An observation and where it belongs; `workload` may be `UNTIL_FULL`. */
export interface Observed {
  readonly workload: string;
  readonly subject: string;
  readonly round: number;
  readonly observation: Observation;
}

export interface RunOptions {
  readonly mode: Mode;
  /** The user's own trace: its workload's name, and its path. */
  readonly trace?: { readonly name: string; readonly file: string };
  readonly progress: Progress;
  /** Set when the user has had enough. */
  readonly signal: AbortSignal;
  readonly observe?: typeof observeInProcess;
}

export async function run(cells: readonly Cell[], options: RunOptions): Promise<Observed[]> {
  const { mode, trace, progress, signal, observe = observeInProcess } = options;
  const observed: Observed[] = [];
  const done = new Set<Cell>();
  const start = performance.now();
  const elapsed = (): number => performance.now() - start;
  const heaps = [...new Set(cells.map(({ subject }) => subject))].filter(
    (subject) => subject.kind === "heap" && subject.origin !== "loop" && !isInC(subject) && !subject.collected,
  );
  const rounds = Array.from({ length: mode.rounds }, (_, round) =>
    rotate(cells, round).filter((cell) => isInRound(cell, round)),
  );
  progress.start(rounds.flat().length + heaps.length, mode.deadline);

  const add = async (subject: string, workload: string, round: number, hurry: boolean): Promise<Observation> => {
    progress.now(`${subject} on ${workload}`);
    const observation = await observe({
      subject,
      workload,
      ...(trace?.name === workload ? { trace: trace.file } : {}),
      passes: passesOf(round),
      budget: hurry ? mode.budget / 2 : mode.budget,
      limit: mode.limit,
    });
    if (!signal.aborted) observed.push({ workload, subject, round, observation });
    progress.advance();
    return observation;
  };

  for (const { name } of heaps) if (!signal.aborted) await add(name, UNTIL_FULL, 0, false);
  for (const [round, plan] of rounds.entries()) {
    for (const cell of plan) {
      if (signal.aborted) return observed;
      // A cell that said all that it has to say?
      if (done.has(cell)) {
        progress.advance();
        continue;
      }
      if (round > 0 && elapsed() > mode.deadline) return observed;
      // The first round is finished in any case; where the pace is too slow for it, with less of each.
      const pace = elapsed() / observed.length;
      const isLate = observed.length > 10 && elapsed() + pace * (cells.length - observed.length) > 1.1 * mode.deadline;
      const observation = await add(cell.subject.name, cell.workload.name, round, round === 0 && isLate);
      if (isConclusive(observation)) done.add(cell);
    }
  }
  return observed;
}

/** Stopped, failed or broken: the same again would not say more. */
function isConclusive({ time, check, error }: Observation): boolean {
  return error !== undefined || time?.stopped === true || (check !== undefined && check.failures + check.corrupted > 0);
}
