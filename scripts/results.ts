/**
 * Writes the last runs of the bench into the documents: `pnpm bench`, `pnpm bench story`, `ariax`, `threads`, `kv` and `gpu`, then `pnpm results`;
 * `pnpm results kv gpu` writes those of these runs only.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AriaxReport } from "../apps/bench/src/report/ariax/report.ts";
import { GPU_WORKLOADS } from "../apps/bench/src/workloads/gpu/workloads.ts";
import { type Gpu, gpuTables } from "./lib/gpu-results.ts";
import { guideTables } from "./lib/guide.ts";
import { between, markersIn } from "./lib/markers.ts";
import {
  type Kv,
  kvTables,
  type Results,
  resultTables,
  type Story,
  storyTable,
  summaryTable,
  type Threads,
  threadsTable,
} from "./lib/results.ts";
import { ROOT, readText } from "./lib/workspace.ts";

/** A run that somebody else can repeat: of a commit, and whole. */
function read<T extends Pick<Results, "machine">>(name: string): T {
  const text = readText(`apps/bench/results/${name}.json`);
  const report = JSON.parse(text) as T & { readonly partial: boolean; readonly mode?: string };
  const refuse = (why: string) =>
    new Error(`results/${name}.json ${why}: commit, and run the whole \`pnpm bench\` again`);
  if (report.machine.commit.includes("changes")) throw refuse("was measured with changes that are in no commit");
  if (report.partial) throw refuse("was stopped before its end");
  if (report.mode !== undefined && report.mode !== "default") throw refuse(`is of a ${report.mode} run`);
  return report;
}

/** Writes tables between their markers in a document. */
function write(file: string, tables: Record<string, string>): void {
  const text = Object.entries(tables).reduce((all, [name, table]) => between(all, name, table), readText(file));
  writeFileSync(join(ROOT, file), text);
}

const GUIDE = "docs/ariax-optimisation-guide.md";

/** What each run's tables are, and where they stand. */
const WRITERS: Readonly<Record<string, () => void>> = {
  latest() {
    const latest = read<Results>("latest");
    write("README.md", { summary: summaryTable(latest) });
    write("docs/results.md", { results: resultTables(latest) });
  },
  story: () => write("README.md", { story: storyTable(read<Story>("story")) }),
  gpu() {
    const streams = new Map(GPU_WORKLOADS.map(({ name, what }) => [name, what]));
    write("docs/results.md", { gpu: gpuTables(read<Gpu>("gpu"), streams) });
  },
  threads: () => write("docs/threads.md", { threads: threadsTable(read<Threads>("threads")) }),
  kv: () => write("packages/kv-pager/README.md", { kv: kvTables(read<Kv>("kv")) }),
  ariax() {
    const tables = guideTables(read<AriaxReport>("ariax")).set("story", storyTable(read<Story>("story")));
    const guide = readText(GUIDE);
    write(GUIDE, Object.fromEntries(markersIn(guide).map((name) => [name, tables.get(name)!])));
  },
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(WRITERS, name));
if (unknown.length > 0) {
  throw new Error(`no run ${unknown.join(", ")}: name some of ${Object.keys(WRITERS).join(", ")}, or none for all`);
}
for (const name of names.length > 0 ? names : Object.keys(WRITERS)) WRITERS[name]!();
