/** `pnpm bench:compare --base REV`: this working tree against another revision, in alternating processes. */
import { Command, CommanderError, Option } from "commander";
import { listOption, numberParser } from "../commands/options.ts";
import { cellsOf, MODES } from "../plan.ts";
import { selectSubjects, selectWorkloads, UsageError } from "../select.ts";
import { killWorkers } from "../spawn.ts";
import { compare } from "./compare.ts";
import { renderComparison } from "./table.ts";
import { addWorktree } from "./worktree.ts";

interface Options {
  base: string;
  subject: string[];
  workload: string[];
  rounds: number;
  limit: number;
}

const program = new Command("pnpm bench:compare")
  .description("Measures base and head in alternating processes: the change of time, with an interval.")
  .exitOverride()
  .configureOutput({ writeErr: () => {} })
  .addOption(new Option("--base <revision>", "what to compare with: a branch, tag or commit").makeOptionMandatory())
  .addOption(listOption("--subject <name...>", "which of ours (default: slab)"))
  .addOption(listOption("--workload <name...>", "names, globs or groups (default: traces)"))
  .option("--rounds <n>", "pairs of processes per workload", numberParser(2, 1000, "whole"), 10)
  .option("--limit <seconds>", "what one replay may take", numberParser(0.01, 3600, "any"), 2);

async function main(): Promise<number> {
  const { base, subject, workload, rounds, limit } = program.parse().opts<Options>();
  const cells = cellsOf(
    selectSubjects(subject.length > 0 ? subject : ["slab"], "full"),
    selectWorkloads(workload.length > 0 ? workload : ["traces"], "full"),
  ).filter((cell) => cell.subject.origin !== "loop");
  if (cells.length === 0) throw new UsageError("none of the subjects can be measured on any of the workloads");

  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      stop.abort();
      killWorkers();
    });
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const worktree = addWorktree(base, say);
  try {
    const { budget } = MODES.default;
    const changes = await compare(cells, worktree.worker, {
      rounds,
      budget,
      limit: 1000 * limit,
      signal: stop.signal,
      say,
    });
    process.stdout.write(renderComparison(changes, worktree.commit, stop.signal.aborted));
    return stop.signal.aborted ? 130 : 0;
  } finally {
    worktree.remove();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const isHelp = error instanceof CommanderError && error.exitCode === 0;
  const isUsage = error instanceof UsageError || error instanceof CommanderError;
  if (!isHelp) process.stderr.write(`${(error as Error).message.replace(/^error: /, "")}\n`);
  process.exitCode = isHelp ? 0 : isUsage ? 2 : 1;
}
