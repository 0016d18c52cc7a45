/** The report of `pnpm bench` as it is shown: a table a group, how the subjects compare, and the targets. */
import { duration } from "../../base/duration.ts";
import type { Row } from "../../workloads/rows.ts";
import { GROUPS, type Group } from "../../workloads/workload.ts";
import { bytes, count, endOf, ns, spread, times } from "../format.ts";
import { type Column, column, rowsTable, type Section, type Shown, targetCards, targetSection } from "../shown.ts";
import { smoke } from "../smoke.ts";
import type { AgainstC, Line, RatioLine } from "./against-c.ts";
import { chartsOf, meansOf } from "./charts.ts";
import type { Report } from "./report.ts";

const isTimed = ({ status }: Row): boolean => status === "ok" || status === "stopped";
const tail = (row: Row, value: number | undefined): string => (isTimed(row) ? ns(value) : "");

/** The columns of every table, in order. */
const COLUMNS: readonly Column<Row>[] = [
  column("ns", "per unit, the loop included; the least of all processes", (row) =>
    isTimed(row) ? (row.status === "ok" ? "" : "> ") + ns(row.gross) : row.status,
  ),
  column("net", "the same less the loop's own cost", ({ status, net }) => (status === "ok" ? ns(net) : "")),
  column("to", "the same of the slowest process", ({ count, high }) => (count > 1 ? ns(high) : "")),
  column("first", "per unit, the first replay of a process: before its code was compiled", ({ status, first }) =>
    status === "ok" ? ns(first) : "",
  ),
  column("p50", "ns per event, batches of 256", (row) => tail(row, row.p50)),
  column("p99", "ns per event, batches of 256", (row) => tail(row, row.p99)),
  column("max", "ns per event, the worst batch", (row) => tail(row, row.max)),
  column("peak", "(bytes reserved + metadata) ÷ bytes live, at the peak", ({ peakRatio }) => times(peakRatio)),
  column("metadata", "bytes beside the blocks", ({ metadata }) => bytes(metadata)),
  column("failures", "allocations refused, of all", ({ failures }) => String(failures ?? "")),
];

export function showLatest(report: Report): Shown {
  const { mode, rows, unavailable } = report;
  const shown = showMeasured(report);
  return mode === "quick" ? smoke(shown, rows, "pnpm bench", unavailable) : shown;
}

function showMeasured(report: Report): Shown {
  const { machine, date, mode, seconds, partial, rows, unavailable, targets, workloads } = report;
  const groups = [...new Set(workloads.map(({ group }) => group))];
  const notes = rows.flatMap(({ subject, workload, status, note }) =>
    status === "ok" ? [] : [`${subject} on ${workload}: ${status}, ${note}`],
  );
  const day = date.slice(0, 10);
  return {
    title: `AriaX bench, ${day}`,
    heading: "Allocators, side by side",
    machine,
    summary: `${day}, ${mode} run of ${duration(seconds)}${endOf(partial)}`,
    cards: targetCards(targets),
    charts: chartsOf(report),
    sections: [
      ...groups.map((group, i): Section => ({ ...groupSection(report, group), fold: i === 0 ? "open" : "closed" })),
      ...meansSection(report),
      ...(report.againstC ? [againstSection("TypeScript against C", report.againstC, report.versions)] : []),
      ...(report.replacement ? [againstSection("Replacement at steady state", report.replacement)] : []),
      ...fullSection(report),
      ...(notes.length > 0 ? [{ title: "Not timed, or stopped at the limit", notes }] : []),
      ...(unavailable.length > 0 ? [{ notes: unavailable }] : []),
      ...(targets.length > 0 ? [targetSection("Targets, all in this run", targets)] : []),
    ],
    reading: `<p>Every number comes from processes of their own, one subject and one workload each. Those of a workload are there at the same
time and take turns of some 10 ms, so that what is compared has the same seconds. A number is the sum of the least that each part
of a replay took, or the least of many windows; a ratio is that of two such numbers, and the interval behind it that of the same
ratio in each match, of processes of its own. <b>ns</b> is per unit with the loop included, <b>net</b> is less what
the same loop costs over an allocator that does nothing; subjects in C have a loop in C, and their own cost of it taken
off. <b>&gt;</b> marks a subject that was stopped after
${report.limit / 1000} s of one replay: the time so far over all events, a lower bound. Percentiles are of batches of 256
events. <b>peak</b> is bytes reserved with metadata, by bytes asked for and live, both at their peak. Contents of all
blocks are checked in an untimed pass; a subject that fails it has no time. Compare ratios: absolute times belong to
this machine and this hour.</p>`,
  };
}

function groupSection({ workloads, rows, subjects }: Report, group: Group): Section {
  const tables = workloads
    .filter((workload) => workload.group === group)
    .map(({ name, unit, what }) => ({
      title: { title: name, what: `${what}; per ${unit}` },
      rows: rows.filter((row) => row.workload === name),
    }));
  return { title: GROUPS[group], table: rowsTable(COLUMNS, tables, subjects) };
}

/** Of the subjects with a time on every trace: geometric means, and how many times the slab's. */
function meansSection(report: Report): Section[] {
  const traces = report.workloads.filter(({ group }) => group === "traces").map(({ name }) => name);
  const means = meansOf(report, traces);
  if (traces.length < 2 || means.length === 0) return [];
  const lines = means.map(({ subject, mean, isBound, peakRatio }) => {
    const bound = isBound ? "> " : "";
    const by = report.bySlab.find((one) => one.subject === subject);
    return [
      subject,
      bound + ns(mean),
      by === undefined ? "" : bound + times(by.value),
      spread(by?.interval),
      times(peakRatio),
    ];
  });
  const table = { head: ["", "ns per event", "÷ slab", "in pairs", "peak"], lines };
  return [{ title: "Over the seven traces, geometric means", table }];
}

function againstSection(
  title: string,
  { traces, times: all, ratios }: AgainstC,
  versions: Report["versions"] = [],
): Section {
  const cells = (lines: readonly (Line | RatioLine)[], show: (value: number) => string): string[][] =>
    lines.map((line) => [
      line.name,
      ...[...line.values, line.mean].map((value, i) => {
        const range = "intervals" in line ? line.intervals[i] : undefined;
        return (value === null ? "" : show(value)) + (range ? ` (${spread(range)})` : "");
      }),
    ]);
  const table = {
    head: ["", ...traces, "mean"],
    lines: [
      { title: "ns", what: "" },
      ...cells(all, ns),
      { title: "one ÷ the other", what: "" },
      ...cells(ratios, times),
    ],
  };
  const text =
    "net of the loop, each side's own; the mean is geometric; (in pairs of processes); written: each new block's first byte";
  return { title, text, table, notes: versions.map(({ version }) => version) };
}

function fullSection({ untilFull }: Report): Section[] {
  if (untilFull.length === 0) return [];
  const lines = untilFull.map(({ subject, operations, used }) => [
    subject,
    count(operations),
    used === null || used > 1 ? "grows" : `${(100 * used).toFixed(1)} %`,
  ]);
  const title = "A heap of 4 MiB, filled with 16–1,023 bytes, one free to two allocations";
  return [{ title, table: { head: ["", "operations", "in use then"], lines } }];
}
