/** `pnpm bench story`: AriaX's three phases, beside each other and beside its own figures. */
import type { Command } from "commander";
import { makeStory } from "../report/story/report.ts";
import { showStory } from "../report/story/sections.ts";
import { storyPlan } from "../run/plans/story.ts";
import { destinationsOf } from "./destinations.ts";
import { measure } from "./measure.ts";
import { addOutputs, numberParser, type Outputs, refuseRunOptions, type Streams } from "./options.ts";

export function addStoryCommand(program: Command, streams: Streams): void {
  const command = program
    .command("story")
    .description("AriaX's phases 1, 2 and 2.1: 6,685 allocations each, their time and their system calls")
    .option("--processes <n>", "processes per phase", numberParser(1, 100, "whole"), 5);
  addOutputs(command)
    .addHelpText("after", "\nResults go to apps/bench/results/story.json and story.html.")
    .action(async (options: Outputs & { processes: number }) => {
      refuseRunOptions(program, "story");
      const plan = storyPlan(options.processes);
      const isFault = ({ chapters }: ReturnType<typeof makeStory>) => chapters.some((one) => one.isFault === true);
      const job = { name: "story", plan, report: makeStory, show: showStory, isFault };
      await measure(job, options, destinationsOf("story", options), streams);
    });
}
