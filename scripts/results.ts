/** Writes the last runs of the bench into the documents: `pnpm bench`, `pnpm bench story`, `ariax`, `threads` and `kv`, then `pnpm results`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AriaxReport } from "../apps/bench/src/report/ariax/report.ts";
import { guideTables } from "./lib/guide.ts";
import { between, markersIn } from "./lib/markers.ts";
import {
  type Kv,
  kvTables,
  type Results,
  resultTables,
  type Story,
  storyTable,
  type Threads,
  threadsTable,
} from "./lib/results.ts";
import { ROOT, readText } from "./lib/workspace.ts";

const GUIDE = "docs/ariax-optimisation-guide.md";
const read = <T>(name: string): T => JSON.parse(readText(`apps/bench/results/${name}.json`)) as T;
const story = storyTable(read<Story>("story"));
const results = between(readText("README.md"), "results", resultTables(read<Results>("latest")));
writeFileSync(join(ROOT, "README.md"), between(results, "story", story));

const THREADS = "docs/threads.md";
writeFileSync(join(ROOT, THREADS), between(readText(THREADS), "threads", threadsTable(read<Threads>("threads"))));

const KV_PAGER = "packages/kv-pager/README.md";
writeFileSync(join(ROOT, KV_PAGER), between(readText(KV_PAGER), "kv", kvTables(read<Kv>("kv"))));

const tables = guideTables(read<AriaxReport>("ariax")).set("story", story);
const guide = readText(GUIDE);
writeFileSync(
  join(ROOT, GUIDE),
  markersIn(guide).reduce((text, name) => between(text, name, tables.get(name)!), guide),
);
