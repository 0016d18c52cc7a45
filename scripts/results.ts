/** Writes the last run of the bench into the README: `pnpm bench && pnpm results`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { between } from "./lib/markers.ts";
import { type Results, resultTables } from "./lib/results.ts";
import { ROOT, readText } from "./lib/workspace.ts";

const results = JSON.parse(readText("apps/bench/results/latest.json")) as Results;
writeFileSync(join(ROOT, "README.md"), between(readText("README.md"), "results", resultTables(results)));
