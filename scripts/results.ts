/** Writes the last runs of the bench into the documents: `pnpm bench`, `pnpm bench story`, `ariax` and `threads`, then `pnpm results`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AriaxReport } from "../apps/bench/src/report/ariax/report.ts";
import { guideTables } from "./lib/guide.ts";
import { between, markersIn } from "./lib/markers.ts";
import {
  type Results,
  resultTables,
  type Story,
  storyTable,
  summaryTable,
  type Threads,
  threadsTable,
} from "./lib/results.ts";
import { ROOT, readText } from "./lib/workspace.ts";

const read = <T>(name: string): T => JSON.parse(readText(`apps/bench/results/${name}.json`)) as T;
const story = storyTable(read<Story>("story"));
const latest = read<Results>("latest");

/** Writes tables between their markers in a document. */
function write(file: string, tables: Record<string, string>): void {
  const text = Object.entries(tables).reduce((all, [name, table]) => between(all, name, table), readText(file));
  writeFileSync(join(ROOT, file), text);
}
write("README.md", { summary: summaryTable(latest), story });
write("docs/results.md", { results: resultTables(latest) });
write("docs/threads.md", { threads: threadsTable(read<Threads>("threads")) });

const GUIDE = "docs/ariax-optimisation-guide.md";
const tables = guideTables(read<AriaxReport>("ariax")).set("story", story);
const guide = readText(GUIDE);
write(GUIDE, Object.fromEntries(markersIn(guide).map((name) => [name, tables.get(name)!])));
