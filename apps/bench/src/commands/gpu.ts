/** `pnpm bench gpu`: parts of GPU memory. */
import type { Command } from "commander";
import { makeGpu } from "../report/gpu/report.ts";
import { showGpu } from "../report/gpu/sections.ts";
import { GPU_MODES, gpuPlan } from "../run/plans/gpu.ts";
import { GPU_SUBJECTS } from "../subjects/gpu/subjects.ts";
import { destinationsOf } from "./destinations.ts";
import { measure } from "./measure.ts";
import { addOutputs, type Outputs, refuseRunOptions, type Streams } from "./options.ts";

const OURS = GPU_SUBJECTS.filter(({ origin }) => origin === "ours").map(({ name }) => name);

export function addGpuCommand(program: Command, streams: Streams): void {
  const command = program
    .command("gpu")
    .description(
      "parts of GPU memory, as meshes come and go: beside other suballocators, and a buffer for each; a minute",
    )
    .option("--quick", "at most 15 seconds: one round");
  addOutputs(command)
    .addHelpText("after", "\nResults go to apps/bench/results/gpu.json and gpu.html.")
    .action(async ({ quick, ...outputs }: Outputs & { quick?: boolean }) => {
      refuseRunOptions(program, "gpu");
      const mode = GPU_MODES[quick ? "quick" : "default"];
      await measure(
        {
          ...{ name: "gpu", plan: gpuPlan(mode), show: showGpu },
          report: (observed, at) => makeGpu(mode, observed, at),
          // A rival that fails is a result; ours that does is a fault.
          isFault: ({ observations }) =>
            observations.some(({ subject, observation }) => "error" in observation && OURS.includes(subject)),
        },
        outputs,
        destinationsOf("gpu", outputs),
        streams,
      );
    });
}
