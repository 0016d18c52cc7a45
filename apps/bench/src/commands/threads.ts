/** `pnpm bench threads`: one heap, many threads. */
import type { Command } from "commander";
import { makeThreads } from "../report/threads/report.ts";
import { showThreads } from "../report/threads/sections.ts";
import { THREAD_MODES, THREAD_NAMES, threadsPlan } from "../run/plans/threads.ts";
import { SHARINGS } from "../subjects/threads/sharings.ts";
import { destinationsOf } from "./destinations.ts";
import { measure } from "./measure.ts";
import { addOutputs, listOption, type Outputs, refuseRunOptions, type Streams } from "./options.ts";
import { select } from "./select.ts";

interface Options extends Outputs {
  quick?: boolean;
  workload: string[];
}

const RIVALS: readonly string[] = [
  ...SHARINGS.filter(({ origin }) => origin === "rival").map(({ name }) => name),
  ...["mimalloc", "jemalloc", "glibc", "copies", "transfer"],
];
const isOurs = (subject: string): boolean => !RIVALS.includes(subject);

export function addThreadsCommand(program: Command, streams: Streams): void {
  const command = program
    .command("threads")
    .description("one heap, many threads: beside locks, copies and allocators in C; at most 4 minutes")
    .option("--quick", "at most 40 seconds: one round, 4 threads, 2 seconds of producer and consumer")
    .addOption(listOption("--workload <name...>", `only these: ${THREAD_NAMES.join(", ")}; or globs`));
  addOutputs(command)
    .addHelpText("after", "\nResults go to apps/bench/results/threads.json and threads.html.")
    .action(async ({ quick, workload, ...outputs }: Options) => {
      refuseRunOptions(program, "threads");
      const all = THREAD_NAMES.map((name) => ({ name }));
      const named = workload.length === 0 ? all : select("workload", workload, all, () => []);
      const mode = THREAD_MODES[quick ? "quick" : "default"];
      const chosen = { mode, workloads: named.map(({ name }) => name) };
      await measure(
        {
          name: "threads",
          plan: threadsPlan(chosen),
          report: (observed, at) => makeThreads(chosen, observed, at),
          show: showThreads,
          // A rival that fails is a result; one of ours that does is a fault.
          isFault: ({ observations }) => observations.some((one) => "error" in one.observation && isOurs(one.subject)),
        },
        outputs,
        destinationsOf("threads", outputs),
        streams,
      );
    });
}
