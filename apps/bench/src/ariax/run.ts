/** Goes through a plan: one process after the other, what is asked for first, then more of the same where there is time. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Progress } from "../progress.ts";
import { ask, inNode } from "../spawn.ts";
import type { BrowserRun } from "./browser/result.ts";
import { PARTS } from "./parts.ts";
import { type Cell, MOST_ROUNDS, type Plan, roundOf } from "./plan.ts";
import type { Answer, Request, ScenarioFacts } from "./protocol.ts";
import { type Arm, FREQUENCIES } from "./real-time/load.ts";

/** All that a run has found. What was cut off is not in it. */
export interface Found {
  readonly facts: ScenarioFacts[];
  readonly scenarios: {
    readonly scenario: string;
    readonly subject: string;
    readonly round: number;
    readonly answer: Answer<"scenario">;
  }[];
  readonly realTime: { readonly frequency: number; readonly arm: Arm; readonly answer: Answer<"real-time"> }[];
  readonly parts: { readonly part: string; readonly answer: Answer<"part"> }[];
  browser?: BrowserRun;
}

export interface RunOptions {
  readonly progress: Progress;
  /** Set when the user has had enough. */
  readonly signal: AbortSignal;
  readonly ask?: typeof askWorker;
  /** Absent where nothing is asked of one. */
  readonly browse?: (signal: AbortSignal) => Promise<BrowserRun>;
}

export const WORKER: string = fileURLToPath(new URL("worker.ts", import.meta.url));
/** Longer than any of them should take, in ms. */
const PATIENCE = 60_000;

/** The answer of a process of its own. Never rejects. */
export async function askWorker<R extends Request>(request: R, worker: string = WORKER): Promise<Answer<R["kind"]>> {
  const seconds = request.kind === "real-time" ? request.seconds : 0;
  const said = await ask(inNode(request, worker, ["--expose-gc"]), PATIENCE + 1000 * seconds);
  if ("error" in said) return said;
  try {
    return JSON.parse(said.output) as Answer<R["kind"]>;
  } catch {
    return { error: `unreadable answer of the worker: ${JSON.stringify(said.output.slice(0, 80))}` };
  }
}

export async function run(plan: Plan, options: RunOptions): Promise<Found> {
  const { progress, signal, ask: answerOf = askWorker, browse } = options;
  const { mode, cells, sections, arms, seconds } = plan;
  const found: Found = { facts: [], scenarios: [], realTime: [], parts: [] };
  const start = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "ariax-scenarios-"));
  const later = Array.from({ length: MOST_ROUNDS - 1 }, (_, i) => roundOf(cells, i + 1));
  const realTime = sections.includes("real-time")
    ? FREQUENCIES.flatMap((f) => arms.map((arm) => [f, arm] as const))
    : [];
  const parts = sections.includes("parts") ? PARTS : [];
  const steps = cells.length + realTime.length + parts.length + (mode.deadline > 0 ? later.flat().length : 0);
  progress.start(steps + (browse === undefined ? 0 : 1), Math.max(mode.deadline, 20_000));

  /** Subjects that are not here, and cells that did not come to their end: they would say the same again. */
  const done = new Set<string>();
  const scenario = async ({ scenario: { name }, subject }: Cell, round: number): Promise<void> => {
    const cell = `${subject.name} on ${name}`;
    if (done.has(subject.name) || done.has(cell)) return progress.advance();
    progress.now(cell);
    const { scale, warm } = mode;
    const limit = round === 0 && performance.now() - start > mode.hurry ? mode.limit / 4 : mode.limit;
    const answer = await answerOf({
      ...{ kind: "scenario", scenario: name, subject: subject.name, scale, limit, warm },
      file: join(folder, name),
    });
    progress.advance();
    if (signal.aborted) return;
    if ("unavailable" in answer) done.add(subject.name);
    else if ("error" in answer || answer.scenario.stopped) done.add(cell);
    found.scenarios.push({ scenario: name, subject: subject.name, round, answer });
  };

  try {
    const names = [...new Set(cells.map((cell) => cell.scenario.name))];
    if (names.length > 0) {
      progress.now("making the scenarios");
      const made = await answerOf({ kind: "make", names, scale: mode.scale, folder });
      if (signal.aborted) return found;
      if (!("facts" in made)) throw new Error("error" in made ? made.error : made.unavailable);
      found.facts.push(...made.facts);
    }
    for (const cell of roundOf(cells, 0)) if (!signal.aborted) await scenario(cell, 0);
    for (const [frequency, arm] of realTime) {
      if (signal.aborted) return found;
      progress.now(`${arm} at ${frequency} Hz, ${seconds} s`);
      const answer = await answerOf({ kind: "real-time", arm, frequency, seconds });
      progress.advance();
      if (!signal.aborted) found.realTime.push({ frequency, arm, answer });
    }
    for (const { name } of parts) {
      if (signal.aborted) return found;
      progress.now(name);
      const answer = await answerOf({ kind: "part", part: name, quick: mode.name === "quick" });
      progress.advance();
      if (!signal.aborted) found.parts.push({ part: name, answer });
    }
    if (browse !== undefined && !signal.aborted) {
      progress.now("a browser");
      const browser = await browse(signal);
      progress.advance();
      if (!signal.aborted) found.browser = browser;
    }
    for (const [i, cellsOfRound] of later.entries()) {
      for (const cell of cellsOfRound) {
        if (signal.aborted || performance.now() - start > mode.deadline) return found;
        await scenario(cell, i + 1);
      }
    }
    return found;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
