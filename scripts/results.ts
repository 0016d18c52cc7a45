/** Writes the last runs of the bench into the README: `pnpm bench && pnpm bench story && pnpm results`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { between } from "./lib/markers.ts";
import { type Results, resultTables, type Story, storyTable } from "./lib/results.ts";
import { ROOT, readText } from "./lib/workspace.ts";

const read = <T>(name: string): T => JSON.parse(readText(`apps/bench/results/${name}.json`)) as T;
const results = between(readText("README.md"), "results", resultTables(read<Results>("latest")));
writeFileSync(join(ROOT, "README.md"), between(results, "story", storyTable(read<Story>("story"))));
