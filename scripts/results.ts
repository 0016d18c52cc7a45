/** Writes the last runs of the bench into the documents: `pnpm bench`, `pnpm bench story`, `ariax`, `threads`, `kv` and `gpu`, then `pnpm results`. */
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

const story = storyTable(read<Story>("story"));
const latest = read<Results>("latest");

/** Writes tables between their markers in a document. */
function write(file: string, tables: Record<string, string>): void {
  const text = Object.entries(tables).reduce((all, [name, table]) => between(all, name, table), readText(file));
  writeFileSync(join(ROOT, file), text);
}
write("README.md", { summary: summaryTable(latest), story });
const streams = new Map(GPU_WORKLOADS.map(({ name, what }) => [name, what]));
write("docs/results.md", { results: resultTables(latest), gpu: gpuTables(read<Gpu>("gpu"), streams) });
write("docs/threads.md", { threads: threadsTable(read<Threads>("threads")) });
write("packages/kv-pager/README.md", { kv: kvTables(read<Kv>("kv")) });

const GUIDE = "docs/ariax-optimisation-guide.md";
const tables = guideTables(read<AriaxReport>("ariax")).set("story", story);
const guide = readText(GUIDE);
write(GUIDE, Object.fromEntries(markersIn(guide).map((name) => [name, tables.get(name)!])));
