/** The report as a page: charts, and the tables in numbers. */
import { duration } from "../progress.ts";
import type { Report } from "../report.ts";
import { GROUPS } from "../workloads.ts";
import { machineLine, renderDocument } from "./document.ts";
import { againstTable, groupTable, notes, targetCards, untilFullTable } from "./tables.ts";

export function renderPage(report: Report): string {
  const { machine, date, mode, seconds, partial, workloads, subjects, rows, againstC } = report;
  const groups = [...new Set(workloads.map(({ group }) => group))];
  const day = date.slice(0, 10);
  return renderDocument({
    title: `AriaX bench, ${day}`,
    heading: "Allocators, side by side",
    subheading: `${machineLine(machine)} · ${day}, ${mode} run of ${duration(seconds)}${partial ? ", stopped before its end" : ""}`,
    main: `${targetCards(report.targets)}
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
this machine and this hour.</p></section>`,
    // What the charts need; the raw observations stay in the JSON file.
    data: { workloads, subjects, rows, againstC },
    script: "charts.js",
  });
}
