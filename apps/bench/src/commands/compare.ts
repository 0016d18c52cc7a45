/** `pnpm bench:compare --base REV`: this working tree against another revision, in alternating processes. */
import { type Command, Option } from "commander";
import { lineOf, UsageError } from "../base/errors.ts";
import { renderComparison } from "../report/comparison.ts";
import { changesOf, comparePlan } from "../run/plans/compare.ts";
import { pairsOf } from "../run/plans/latest.ts";
import { silent } from "../run/progress.ts";
import { isInC } from "../subjects/subject.ts";
import { observe } from "./measure.ts";
import { listOption, numberParser, refuseRunOptions, type Streams } from "./options.ts";
import { idleIn, selectSubjects, selectWorkloads } from "./select.ts";
import { addWorktree, type Worktree } from "./worktree.ts";

interface Options {
  base: string;
  subject: string[];
  workload: string[];
  rounds: number;
  limit: number;
}

export function addCompareCommand(program: Command, streams: Streams): void {
  program
    .command("compare")
    .description("base and head in alternating processes: the change of time, with an interval")
    .addOption(new Option("--base <revision>", "what to compare with: a branch, tag or commit").makeOptionMandatory())
    .addOption(listOption("--subject <name...>", "which of ours (default: slab)"))
    .addOption(listOption("--workload <name...>", "names, globs or groups (default: traces)"))
    .option("--rounds <n>", "pairs of processes per workload", numberParser(2, 1000, "whole"), 10)
    .option("--limit <seconds>", "what one replay may take", numberParser(0.01, 3600, "any"), 2)
    .action((options: Options) => {
      refuseRunOptions(program, "compare");
      return action(options, streams);
    });
}

async function action(options: Options, streams: Streams): Promise<void> {
  const { out, err, exit } = streams;
  const { base, subject, workload, rounds, limit } = options;
  // What runs in C is compiled from this tree only.
  const subjects = selectSubjects(subject.length > 0 ? subject : ["slab"], "full").filter((one) => !isInC(one));
  const workloads = selectWorkloads(workload.length > 0 ? workload : ["traces"], "full");
  const pairs = pairsOf(subjects, workloads).filter((pair) => pair.subject.origin !== "loop");
  if (pairs.length === 0) throw new UsageError("none of the subjects can be compared on any of the workloads");
  const say = (line: string): void => void err.write(`${line}\n`);
  for (const line of idleIn(pairs, subject, workload)) say(line);
  let worktree: Worktree;
  try {
    worktree = addWorktree(base, say);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    say(lineOf(error));
    return exit(1);
  }
  try {
    const steps = 2 * pairs.length;
    let done = 0;
    const advance = (): void => {
      if (++done % steps === 0) say(`round ${done / steps} of ${rounds}`);
    };
    const plan = comparePlan(pairs, rounds, 1000 * limit, worktree.worker);
    const found = await observe(plan, { ...silent, advance }, streams);
    if (found === undefined) return exit(1);
    out.write(renderComparison(changesOf(pairs, found.observed), worktree.commit, found.partial));
    if (found.partial) exit(130);
  } finally {
    worktree.remove();
  }
}
