/**
 * Adds a run of the bench to the history, and writes its page:
 *
 *     node scripts/history.ts apps/bench/results/latest.json previous.json site
 *
 * The workflow `bench` does it on `main`: `previous.json` is what the page has now, and may be missing.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { historyPage, pointOf, pointsIn, withPoint } from "./lib/history.ts";
import type { Results } from "./lib/results.ts";

const [latest, previous, site] = process.argv.slice(2);
if (site === undefined) {
  console.error("usage: node scripts/history.ts LATEST.json PREVIOUS.json SITE");
  process.exit(1);
}
const before = existsSync(previous) ? pointsIn(readFileSync(previous, "utf8")) : [];
const points = withPoint(before, pointOf(JSON.parse(readFileSync(latest, "utf8")) as Results));
mkdirSync(site, { recursive: true });
writeFileSync(join(site, "history.json"), `${JSON.stringify(points)}\n`);
writeFileSync(join(site, "index.html"), historyPage(points));
console.log(`${points.length} runs, ${Object.keys(points.at(-1)!.ratios).length} ratios`);
