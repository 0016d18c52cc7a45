/**
 * The packed packages in every compiler, runtime, bundler and test runner that users have. `pnpm check:pack` starts it with what it has
 * made: `node main.ts CONSUMED`. A line a result, `lines.ts` says of what kind.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, findChromium, launchChromium, SOFTWARE_GPU } from "../../../scripts/lib/chromium.ts";
import { nodeBundleCells, pages } from "./bundlers.ts";
import { cCells } from "./c.ts";
import { type Cell, runCells } from "./cells.ts";
import { commonJsCells } from "./common-js.ts";
import { type Consumed, lineOf } from "./lines.ts";
import { nextPage } from "./next.ts";
import { pageCells } from "./pages.ts";
import { plugAndPlayCells } from "./plug-and-play.ts";
import { runnerCells } from "./runners.ts";
import { runtimeCells } from "./runtimes.ts";
import { everyEntry, typeCells } from "./types.ts";
import { workerdCells } from "./workerd.ts";

/** Below this app, so that tools are found by what is ours, and the packages by what was installed here, in front of it. */
const PROJECT = join(import.meta.dirname, "../.project");

const consumed: Consumed = JSON.parse(process.argv[2]!);
const chromium = findChromium();
let browser: Promise<Browser> | undefined;
try {
  const open = "path" in chromium ? () => (browser ??= launchChromium(chromium.path, SOFTWARE_GPU)) : undefined;
  await runCells(cellsOf(prepare(consumed), open), consumed.atOnce, (result) => console.log(lineOf(result)));
  if ("reason" in chromium) console.log(lineOf({ note: `no pages: ${chromium.reason}` }));
} finally {
  await (await browser)?.close();
  rmSync(PROJECT, { recursive: true, force: true });
}

/** The slowest first: so the last ones are short. */
function cellsOf(sources: readonly string[], open: (() => Promise<Browser>) | undefined): Cell[] {
  const compilers = typeCells(join(PROJECT, "types"), sources);
  const shown = open === undefined ? [] : pageCells([nextPage(PROJECT, consumed.native), ...pages(PROJECT)], open);
  return [
    ...shown.slice(0, 1),
    ...compilers,
    ...shown.slice(1),
    ...plugAndPlayCells(PROJECT, consumed),
    ...cCells(PROJECT),
    ...runnerCells(PROJECT),
    ...commonJsCells(PROJECT),
    ...nodeBundleCells(PROJECT),
    ...workerdCells(PROJECT),
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
