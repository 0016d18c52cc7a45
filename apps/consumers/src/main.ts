/**
 * The packed packages in every compiler, runtime, bundler and test runner that users have: one line a cell. `pnpm check:pack` calls it
 * with the project that it has installed the tarballs into.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findChromium, launchChromium } from "../../bench/src/workloads/browser/observe.ts";
import { nodeBundleCells, pages } from "./bundlers.ts";
import { cCells } from "./c.ts";
import { type Cell, type Result, runCells } from "./cells.ts";
import { nextPage } from "./next.ts";
import { type Browser, pageCells } from "./pages.ts";
import { runnerCells } from "./runners.ts";
import { runtimeCells } from "./runtimes.ts";
import { everyEntry, typeCells } from "./types.ts";

/** Below this app, so that tools are found by what is ours, and the packages by what was installed here, in front of it. */
const PROJECT = join(import.meta.dirname, "../.project");

export interface Consumed {
  /** Where the tarballs are installed. */
  readonly from: string;
  /** Every entry: `@ariax/slab/engine`. */
  readonly entries: readonly string[];
  /** Programs in TypeScript that compilers are to take, by their paths. */
  readonly sources: readonly string[];
  /** The program of all packages, compiled. */
  readonly everything: string;
  /** Whether there is an addon for this machine. */
  readonly native: boolean;
  /** How many cells at a time. */
  readonly atOnce: number;
}

/** Why there are no pages among the cells, if there are none. */
export async function consume(consumed: Consumed, done: (result: Result) => void): Promise<string | undefined> {
  const chromium = findChromium();
  let browser: Promise<Browser> | undefined;
  try {
    const open = "path" in chromium ? () => (browser ??= launchChromium(chromium.path)) : undefined;
    await runCells(cellsOf(prepare(consumed), consumed, open), consumed.atOnce, done);
    return "path" in chromium ? undefined : chromium.reason;
  } finally {
    await (await browser)?.close();
    rmSync(PROJECT, { recursive: true, force: true });
  }
}

/** The slowest first: so the last ones are short. */
function cellsOf(sources: readonly string[], consumed: Consumed, open: (() => Promise<Browser>) | undefined): Cell[] {
  const compilers = typeCells(join(PROJECT, "types"), sources);
  const shown = open === undefined ? [] : pageCells([nextPage(PROJECT, consumed.native), ...pages(PROJECT)], open);
  return [
    ...shown.slice(0, 1),
    ...compilers,
    ...shown.slice(1),
    ...cCells(PROJECT),
    ...runnerCells(PROJECT),
    ...nodeBundleCells(PROJECT),
    ...runtimeCells(PROJECT, consumed.entries),
  ];
}

/** The project, and the names of what compilers get. */
function prepare({ from, entries, sources, everything }: Consumed): string[] {
  rmSync(PROJECT, { recursive: true, force: true });
  mkdirSync(join(PROJECT, "out"), { recursive: true });
  cpSync(join(from, "node_modules"), join(PROJECT, "node_modules"), { recursive: true });
  writeFileSync(join(PROJECT, "package.json"), '{ "private": true, "type": "module" }\n');
  cpSync(everything, join(PROJECT, "everything.mjs"));
  const types = join(PROJECT, "types");
  const names = [everyEntry(types, entries), ...sources.map((_, i) => `program-${i}.ts`)];
  for (const [i, source] of sources.entries()) cpSync(source, join(types, `program-${i}.ts`));
  return names;
}
