import Table from "cli-table3";
import { AGAINST_C, AGAINST_C_HELP, COLUMNS, noteOf, ns, numbersOf, times } from "./format.ts";
import { duration } from "./progress.ts";
import type { Report } from "./report.ts";
import type { Row } from "./row.ts";
import { geomean } from "./statistics.ts";
import { GROUPS, type Group } from "./workloads.ts";

/** The report for a terminal: a table a group, then how the subjects compare, then the targets. */
export function renderTables(report: Report): string {
  const { machine, date, mode, seconds, partial } = report;
  const parts = [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, V8 ${machine.v8}, commit ${machine.commit}`,
    `${date.slice(0, 10)}, ${mode} run of ${duration(seconds)}${partial ? ", stopped before its end" : ""}`,
  ];
  const groups = [...new Set(report.workloads.map(({ group }) => group))];
  for (const group of groups) parts.push("", groupTable(report, group));
  const means = meansTable(report);
  if (means !== undefined) parts.push("", "Over the seven traces, geometric means", means);
  const against = againstTable(report);
  if (against !== undefined) parts.push("", `${AGAINST_C}; ${AGAINST_C_HELP}`, against);
  for (const { version } of report.versions) parts.push(`  ${version}`);
  if (report.untilFull.length > 0)
    parts.push("", "A heap of 4 MiB, filled with 16–1,023 bytes, one free to two allocations", fullTable(report));
  const notes = report.rows.flatMap((row) => noteOf(row) ?? []);
  if (notes.length > 0) parts.push("", "Not timed, or stopped at the limit:", ...notes.map((note) => `  ${note}`));
  if (report.unavailable.length > 0) parts.push("", ...report.unavailable);
  if (report.targets.length > 0) parts.push("", "Targets, all in this run", targetTable(report));
  return `${parts.join("\n")}\n`;
}

function groupTable(report: Report, group: Group): string {
  const workloads = report.workloads.filter((workload) => workload.group === group);
  const rows = (name: string): Row[] => report.rows.filter((row) => row.workload === name);
  const shown = COLUMNS.filter(({ show }) => workloads.some(({ name }) => rows(name).some((row) => show(row) !== "")));
  const table = plain(["", ...shown.map(({ title }) => title)]);
  for (const { name, unit, what } of workloads) {
    table.push([{ content: `${name}: ${what}; per ${unit}`, colSpan: shown.length + 1 }]);
    for (const row of rows(name)) table.push([`  ${row.subject}`, ...shown.map(({ show }) => show(row))]);
  }
  return `${GROUPS[group]}\n${table}`;
}

/** Of the subjects with a time on every trace: geometric means, and how many times the slab's. */
function meansTable(report: Report): string | undefined {
  const traces = report.workloads.filter(({ group }) => group === "traces").map(({ name }) => name);
  if (traces.length < 2) return undefined;
  const means = report.subjects
    .filter(({ kind, origin, inC }) => kind === "heap" && origin !== "loop" && !inC)
    .flatMap(({ name }) => {
      const rows = report.rows.filter((row) => row.subject === name && traces.includes(row.workload));
      const times = rows.flatMap(({ gross }) => gross ?? []);
      if (times.length < traces.length) return [];
      const stopped = rows.filter(({ status }) => status === "stopped").length;
      const peaks = rows.flatMap(({ peakRatio }) => peakRatio ?? []);
      return [
        { name, mean: geomean(times)!, stopped, peak: peaks.length === rows.length ? geomean(peaks) : undefined },
      ];
    });
  const slab = means.find(({ name }) => name === "slab")?.mean;
  const table = plain(["", "ns per event", "by slab's", "peak"]);
  for (const { name, mean, stopped, peak } of means) {
    const bound = stopped > 0 ? "> " : "";
    const ratio = slab === undefined ? "" : `${bound}${(mean / slab).toFixed(2)}×`;
    table.push([name, bound + ns(mean), ratio, peak === undefined ? "" : `${peak.toFixed(2)}×`]);
  }
  return means.length > 0 ? table.toString() : undefined;
}

function againstTable({ againstC }: Report): string | undefined {
  if (againstC === undefined) return undefined;
  const table = plain(["", ...againstC.traces, "mean"]);
  const head = (content: string) => table.push([{ content, colSpan: againstC.traces.length + 2 }]);
  head("ns per event");
  for (const line of againstC.times) table.push([`  ${line.name}`, ...numbersOf(line, ns)]);
  head("one by the other");
  for (const line of againstC.ratios) table.push([`  ${line.name}`, ...numbersOf(line, times)]);
  return table.toString();
}

function fullTable({ untilFull }: Report): string {
  const table = plain(["", "operations", "in use then"]);
  for (const { subject, operations, used } of untilFull) {
    table.push([
      subject,
      operations.toLocaleString("en-US"),
      used === null || used > 1 ? "grows" : `${(100 * used).toFixed(1)} %`,
    ]);
  }
  return table.toString();
}

function targetTable({ targets }: Report): string {
  const table = plain(["", "reached", "target", ""]);
  for (const { what, value, wanted, ok } of targets) table.push([what, value, wanted, ok ? "ok" : "missed"]);
  return table.toString();
}

/** No colours and no lines between the rows: it is read in logs too. Numbers stand right. */
function plain(head: string[]): Table.Table {
  return new Table({
    head,
    colAligns: ["left", ...head.slice(1).map(() => "right" as const)],
    style: { head: [], border: [], compact: true },
  });
}
