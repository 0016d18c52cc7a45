/** The tables of docs/ariax-optimisation-guide.md, from a run of `pnpm bench ariax`: by the name of the markers they stand between. */
import { COLUMNS, figure, noteOf } from "../../apps/bench/src/report/ariax/format.ts";
import type { AriaxReport } from "../../apps/bench/src/report/ariax/report.ts";
import { browserTable, claimTable, headOf, realTimeTable } from "../../apps/bench/src/report/ariax/sections.ts";
import type { PlainTable } from "../../apps/bench/src/report/shown.ts";

/** What of a scenario's columns is shown on the page. */
const SHOWN = ["ms", "ns/event", "p99", "p99.9", "max", "GCs", "GC ms", "GC max", "peak", "system calls"];

/** `part-` and the part's name in small letters and dashes. */
export const markerOf = (part: string): string => `part-${part.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;

export function guideTables(report: AriaxReport): Map<string, string> {
  const tables = new Map([
    ["claims", `${machineLine(report)}\n\n${claims(report)}`],
    ["real-time", table(realTimeTable(report))],
  ]);
  for (const scenario of report.scenarios) tables.set(scenario.name, scenarioTable(report, scenario));
  for (const part of report.parts) tables.set(markerOf(part.name), partTable(part));
  tables.set("pooling", poolingTable(report));
  tables.set("browser", browserSection(report));
  return tables;
}

/** As a table of Markdown: the first column to the left, the others to the right. */
export function table({ head, lines }: PlainTable, align = "---:"): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return line(head) + line(head.map((_, i) => (i === 0 ? "---" : align))) + lines.map(line).join("");
}

const machineLine = ({ machine, date, seconds }: AriaxReport): string =>
  `\`pnpm bench ariax\` on ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, ${date.slice(0, 10)}, commit ${machine.commit}; it took ${seconds} s.`;

function claims(report: AriaxReport): string {
  const { head, lines } = claimTable(report.claims);
  const shown = lines.map((cells) => cells.map((cell, i) => (i === 4 && cell !== "" ? `\`${cell}\`` : cell)));
  const definitions = report.claims.map(({ what, definition }) => `- *${what}*: ${definition}.\n`).join("");
  return `${table({ head, lines: shown }, "---")}\n${definitions}`;
}

function scenarioTable({ rows }: AriaxReport, scenario: AriaxReport["scenarios"][number]): string {
  const columns = COLUMNS.filter(({ title }) => SHOWN.includes(title));
  const mine = rows.filter((row) => row.scenario === scenario.name);
  const lines = mine.map((row) => [row.subject, ...columns.map(({ show }) => show(row))]);
  const notes = mine.flatMap((row) => noteOf(row) ?? []).map((note) => `\n${note}.`);
  return `${headOf(scenario)}.\n\n${table({ head: ["", ...columns.map(({ title }) => title)], lines })}${notes.join("\n")}${notes.length > 0 ? "\n" : ""}`;
}

function partTable({ figures, note }: AriaxReport["parts"][number]): string {
  if (figures.length === 0) return `not measured: ${note}\n`;
  return table({ head: ["", "measured"], lines: figures.map((one) => [one.what, figure(one)]) });
}

function browserSection({ browser, unavailable }: AriaxReport): string {
  if (browser === undefined || !("observations" in browser)) return `${unavailable.join("; ")}\n`;
  return `Chromium ${browser.version}.\n\n${table(browserTable(browser))}`;
}

/** The ways to have a record beside each other: they have the same figures, in the same order. */
function poolingTable({ parts }: AriaxReport): string {
  const ways = parts.filter(({ name }) => name.startsWith("V8's advice"));
  const head = ["", ...ways.map(({ name }) => name.replace("V8's advice: ", ""))];
  const [first] = ways;
  const lines = (first?.figures ?? []).map(({ what }, i) => [what, ...ways.map(({ figures }) => figure(figures[i]!))]);
  return table({ head, lines });
}
