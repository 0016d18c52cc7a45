/** The report as one file: charts, tables and the library that draws them are inside; nothing is fetched. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { duration } from "../progress.ts";
import type { Report } from "../report.ts";
import { GROUPS } from "../workloads.ts";
import { html } from "./escape.ts";
import { againstTable, groupTable, notes, targetCards, untilFullTable } from "./tables.ts";

export function renderPage(report: Report): string {
  const { machine, date, mode, seconds, partial } = report;
  const groups = [...new Set(report.workloads.map(({ group }) => group))];
  // What the charts need; the raw observations stay in the JSON file.
  const data = { workloads: report.workloads, subjects: report.subjects, rows: report.rows, againstC: report.againstC };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>AriaX bench, ${date.slice(0, 10)}</title>
<style>${own("page.css")}</style>
</head>
<body>
<header>
<h1>Allocators, side by side</h1>
<p>${html(machine.cpu)}, ${machine.cores} cores · Node ${machine.node}, V8 ${machine.v8} · commit ${html(machine.commit)} · ${date.slice(0, 10)}, ${mode} run of ${duration(seconds)}${partial ? ", stopped before its end" : ""}</p>
</header>
<main>
${targetCards(report.targets)}
<section id="charts"></section>
${groups.map((group, i) => `<details${i === 0 ? " open" : ""}><summary>${GROUPS[group]}, in numbers</summary>${groupTable(report, group)}</details>`).join("\n")}
${againstTable(report)}
${untilFullTable(report)}
${notes(report)}
<section class="reading"><h2>How to read this</h2>
<p>Every number comes from processes of their own, one subject and one workload each, taken in turns; it is the median of
the processes, each giving the best of its windows. <b>ns</b> is per unit with the loop included, <b>net</b> is less what
the same loop costs over an allocator that does nothing; subjects in C have a loop in C, and their own cost of it taken
off. <b>&gt;</b> marks a subject that was stopped after
${report.limit / 1000} s of one replay: the time so far over all events, a lower bound. Percentiles are of batches of 256
events. <b>peak</b> is bytes reserved with metadata, by bytes asked for and live, both at their peak. Contents of all
blocks are checked in an untimed pass; a subject that fails it has no time. Compare ratios: absolute times belong to
this machine and this hour.</p></section>
</main>
<script>${chartLibrary()}</script>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
<script>${own("charts.js")}</script>
</body>
</html>
`;
}

const own = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");

/** Chart.js in its one-file form, which can't end the script element that it is put in. */
function chartLibrary(): string {
  const folder = dirname(createRequire(import.meta.url).resolve("chart.js"));
  return readFileSync(join(folder, "chart.umd.min.js"), "utf8")
    .replaceAll("</script", "<\\/script")
    .replace(/^\/\/# sourceMappingURL.*$/m, "");
}
