/** `pnpm bench kv`: the books of a key/value cache's blocks, ours beside others. */
import type { Command } from "commander";
import { makeKv } from "../report/kv/report.ts";
import { showKv } from "../report/kv/sections.ts";
import { KV_MODES, kvPlan } from "../run/plans/kv.ts";
import { BOOKS } from "../subjects/kv/subjects.ts";
import { destinationsOf } from "./destinations.ts";
import { measure } from "./measure.ts";
import { addOutputs, type Outputs, refuseRunOptions, type Streams } from "./options.ts";

export function addKvCommand(program: Command, streams: Streams): void {
  const command = program
    .command("kv")
    .description("the blocks of a key/value cache: operations, sizes and whole traces; at most 4 minutes")
    .option("--quick", "at most 50 seconds: one round, books of two sizes");
  addOutputs(command)
    .addHelpText("after", "\nResults go to apps/bench/results/kv.json and kv.html.")
    .action(async ({ quick, ...outputs }: Outputs & { quick?: boolean }) => {
      refuseRunOptions(program, "kv");
      const mode = KV_MODES[quick ? "quick" : "default"];
      const isOurs = (name: string): boolean => BOOKS.some((one) => one.name === name && one.origin === "ours");
      await measure(
        {
          ...{ name: "kv", plan: kvPlan(mode), show: showKv },
          report: (observed, at) => makeKv(mode, observed, at),
          // A rival that fails is a result; one of ours that does is a fault.
          isFault: ({ observations }) =>
            observations.some(({ subject, observation }) => "error" in observation && isOurs(subject)),
        },
        outputs,
        destinationsOf("kv", outputs),
        streams,
      );
    });
}
