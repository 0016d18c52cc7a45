/** `plan`: traces in, the answer out. */
import { realpathSync, statSync, writeFileSync } from "node:fs";
import { AllocatorError } from "@ariax/allocator";
import { chooseBlockTokens, type Fit, misfit, sizesOf } from "../block-tokens.ts";
import { capacitiesOf, type Figures, figuresOf } from "../figures.ts";
import { Planner, type Prompt } from "../planner.ts";
import { Doubts } from "../read/doubts.ts";
import { TraceReader } from "../read/trace.ts";
import { renderPage } from "../show/page.ts";
import { renderText } from "../show/text.ts";
import { counted } from "../show/units.ts";
import { bytesOf, nameOf, STDIN } from "./input.ts";
import type { PlanOptions } from "./options.ts";
import { planOptions } from "./options.ts";
import { Problem, reasonOf } from "./problem.ts";
import { type Output, Progress } from "./progress.ts";

export interface Streams {
  readonly out: Output;
  readonly err: Output;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly now: () => number;
}

/** So many malformed lines of a trace are shown; the others are counted. */
const MOST_SHOWN = 20;

/** Throws `Problem`. */
export async function plan(args: readonly string[], streams: Streams): Promise<void> {
  const options = planOptions(args);
  checkPage(options);
  const planner = makePlanner(options);
  const progress = new Progress(streams.err, sizeOf(options.traces), streams.now);
  const say = (line: string): void => {
    progress.clear();
    streams.err.write(`kv-pager: ${line}\n`);
  };
  const warnings: string[] = [];
  /** Said at once, and shown with the figures. */
  const warn = (line: string): void => {
    warnings.push(line);
    say(line);
  };
  const doubts = new Doubts(planner, warn);
  let usual: number | undefined;
  let malformed = 0;
  for (const path of options.traces) {
    const read = await readTrace(path, doubts, options, streams, progress, { say, warn });
    malformed += read.malformed;
    usual ??= read.blockTokens;
  }
  progress.clear();
  if (malformed > 0 && !options.skipMalformed) {
    throw new Problem(1, `${counted(malformed, "malformed line")}, nothing is planned: --skip-malformed plans without`);
  }
  const report = planner.report();
  if (report.all.requests === 0) throw new Problem(1, `${options.traces.map(nameOf).join(", ")}: no requests`);
  const blockTokens = options.blockTokens ?? findBlockTokens(usual ?? 16, report.blockTokens, warn);
  const figures = figuresOf(report, options, { blockTokens, tokenBytes: options.tokenBytes }, warnings);
  for (const warning of figures.warnings.slice(warnings.length)) say(warning);
  streams.out.write(options.json ? json(figures, planner, options) : renderText(figures));
  if (options.page !== undefined) {
    try {
      writeFileSync(options.page, renderPage(figures));
    } catch (error) {
      throw new Problem(1, `--page: ${options.page} can't be written (${reasonOf(error)})`);
    }
  }
}

function makePlanner(options: PlanOptions): Planner {
  try {
    return new Planner({ capacities: capacitiesOf(options) });
  } catch (error) {
    // More blocks than a pool can have, or than there is memory for.
    if (error instanceof AllocatorError) throw new Problem(2, (error as Error).message);
    throw error;
  }
}

async function readTrace(
  path: string,
  doubts: Doubts,
  { format, skipMalformed }: PlanOptions,
  { stdin }: Streams,
  progress: Progress,
  { say, warn }: Readonly<Record<"say" | "warn", (line: string) => void>>,
): Promise<{ malformed: number; blockTokens: number | undefined }> {
  let malformed = 0;
  let requests = 0;
  const where = (): string => `${nameOf(path)}:${reader.at}`;
  const sink = {
    add: (prompt: Prompt): void => {
      doubts.add(prompt, where);
      progress.at(++requests);
    },
    clear: (): void => doubts.clear(),
    time: (at: number): void => doubts.time(at, where),
  };
  const reader = new TraceReader(sink, format, (line, problem) => {
    if (++malformed <= MOST_SHOWN) say(`${nameOf(path)}:${line}: ${problem}`);
  });
  await reader.read(bytesOf(path, stdin, (bytes) => progress.read(bytes)));
  if (malformed > MOST_SHOWN) say(`${nameOf(path)}: ${counted(malformed - MOST_SHOWN, "more malformed line")}`);
  if (malformed > 0 && skipMalformed) warn(`${nameOf(path)}: ${counted(malformed, "malformed line")} left out`);
  for (const note of reader.reader?.notes() ?? []) warn(`${nameOf(path)}: ${note}`);
  return { malformed, blockTokens: reader.reader?.blockTokens };
}

/** Where the user has not said it: what fits the requests' lengths. Throws `Problem` where that can't be known. */
function findBlockTokens(usual: number, fit: Fit, warn: (line: string) => void): number {
  const found = chooseBlockTokens(usual, fit);
  if (found === undefined) throw new Problem(1, `${misfit(usual, fit)}: pass --block-tokens`);
  if (found !== usual)
    warn(`blocks of ${found} tokens are planned with: the requests' lengths say blocks ${sizesOf(fit)}`);
  return found;
}

function json(figures: Figures, planner: Planner, { full, policies, blocks }: PlanOptions): string {
  const results = planner.results().slice(0, policies.length * blocks.length);
  return `${JSON.stringify(full ? figures : results, null, 1)}\n`;
}

/** Bytes to read, where all are files. */
function sizeOf(traces: readonly string[]): number | undefined {
  const sizes = traces.map((path) => (path === STDIN ? undefined : statSync(path, { throwIfNoEntry: false })));
  if (!sizes.every((size) => size?.isFile())) return undefined;
  return sizes.reduce((sum, size) => sum + size!.size, 0);
}

/** A page must not be written over a trace; and what can't be written is better said before the work than after it. */
function checkPage({ page, traces }: PlanOptions): void {
  if (page === undefined) return;
  const real = (path: string): string | undefined => {
    try {
      return realpathSync(path);
    } catch {
      return undefined;
    }
  };
  const own = real(page);
  if (own !== undefined && traces.some((path) => path !== STDIN && real(path) === own)) {
    throw new Problem(2, `--page: ${page} is the trace`);
  }
  if (statSync(page, { throwIfNoEntry: false })?.isDirectory()) throw new Problem(2, `--page: ${page} is a folder`);
}
