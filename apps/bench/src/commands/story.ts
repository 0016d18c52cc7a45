/** `pnpm bench story`: AriaX's three phases, beside each other and beside its own figures. */
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { numberParser } from "../cli.ts";
import { PHASES, type PhaseSpec } from "../phases/phases.ts";
import { progressOn } from "../progress.ts";
import type { PhaseObservation } from "../story/measure.ts";
import { makeStory, type Observed } from "../story/story.ts";
import { renderStory } from "../story/table.ts";
import { writeResult } from "../write.ts";
import type { Streams } from "./run.ts";

interface Options {
  json?: string;
  processes: number;
}

const WORKER = fileURLToPath(new URL("../story/worker.ts", import.meta.url));
/** What a process may take, in ms. */
const PATIENCE = 30_000;
/** What the whole may take, in ms, for the bar. */
const DEADLINE = 30_000;

export function addStoryCommand(program: Command, streams: Streams): void {
  program
    .command("story")
    .description("AriaX's phases 1, 2 and 2.1: 6,685 allocations each, their time and their system calls")
    .option("--processes <n>", "processes per phase", numberParser(1, 100, "whole"), 5)
    .option("--json <file>", "where the results go; - for the standard output instead of the tables")
    .addHelpText("after", "\nResults go to apps/bench/results/story.json.")
    .action((options: Options) => action(options, streams));
}

async function action({ json, processes }: Options, { out, err, exit }: Streams): Promise<void> {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once("SIGINT", onInterrupt);
  const progress = progressOn(err);
  const observed: Observed[] = [];
  try {
    progress.start(processes * PHASES.length, DEADLINE);
    // In turns, so that a slow minute of the machine hits all alike.
    for (let round = 0; round < processes; round++) {
      for (const { name } of PHASES) {
        progress.now(name);
        observed.push({ phase: name, observation: await observe(name, stop.signal) });
        progress.advance();
      }
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    exit(130);
    return;
  } finally {
    progress.stop();
    process.off("SIGINT", onInterrupt);
  }
  const story = makeStory(observed, new Date());
  const text = `${JSON.stringify(story, null, 1)}\n`;
  await writeResult("story.json", text);
  if (json !== undefined && json !== "-") await writeResult(resolve(json), text);
  out.write(json === "-" ? text : renderStory(story));
}

/** One observation, in a process of its own. Rejects where that fails: each of the phases is ours. */
function observe(phase: PhaseSpec["name"], signal: AbortSignal): Promise<PhaseObservation> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [WORKER, phase], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: PATIENCE,
      signal,
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", fail);
    child.on("close", (code, killed) => {
      if (code === 0) done(JSON.parse(output) as PhaseObservation);
      else fail(new Error(`${phase}: the process ended with ${killed ?? `exit code ${code}`}`));
    });
  });
}
