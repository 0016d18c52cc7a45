/** `pnpm bench story`: AriaX's three phases, beside each other and beside its own figures. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { renderStoryPage } from "../html/story-page.ts";
import { PHASES } from "../phases/phases.ts";
import { progressOn } from "../progress.ts";
import { observePhase } from "../story/process.ts";
import { makeStory, type Observed, type Story } from "../story/story.ts";
import { renderStory } from "../story/table.ts";
import { writeResult } from "../write.ts";
import { interruptible } from "./interrupt.ts";
import { numberParser, refuseRunOptions, type Streams } from "./options.ts";

interface Options {
  json?: string;
  html?: string;
  processes: number;
}

/** What the whole may take, in ms, for the bar. */
const DEADLINE = 30_000;

export function addStoryCommand(program: Command, streams: Streams): void {
  program
    .command("story")
    .description("AriaX's phases 1, 2 and 2.1: 6,685 allocations each, their time and their system calls")
    .option("--processes <n>", "processes per phase", numberParser(1, 100, "whole"), 5)
    .option("--json <file>", "where the results go; - for the standard output instead of the tables")
    .option("--html <file>", "where the page goes")
    .addHelpText("after", "\nResults go to apps/bench/results/story.json and story.html.")
    .action((options: Options) => {
      refuseRunOptions(program, "story");
      return action(options, streams);
    });
}

async function action(options: Options, { out, err, exit }: Streams): Promise<void> {
  using stop = interruptible();
  const progress = progressOn(err);
  const observed: Observed[] = [];
  try {
    progress.start(options.processes * PHASES.length, DEADLINE);
    // In turns, so that a slow minute of the machine hits all alike.
    for (let round = 0; round < options.processes; round++) {
      for (const { name } of PHASES) {
        progress.now(name);
        observed.push({ phase: name, observation: await observePhase(name) });
        progress.advance();
      }
    }
  } catch (error) {
    if (!stop.signal.aborted) {
      err.write(`${(error as Error).message}\n`);
      return exit(1);
    }
    exit(130);
  } finally {
    progress.stop();
  }
  await deliver(makeStory(observed, new Date(), stop.signal.aborted), options, out);
}

async function deliver(story: Story, { json, html }: Options, out: NodeJS.WriteStream): Promise<void> {
  const text = `${JSON.stringify(story, null, 1)}\n`;
  const page = renderStoryPage(story);
  await writeResult("story.json", text);
  await writeResult("story.html", page);
  if (json !== undefined && json !== "-") await writeResult(resolve(json), text);
  if (html !== undefined) await writeResult(resolve(html), page);
  out.write(json === "-" ? text : renderStory(story));
}
