import Table from "cli-table3";
import { BROWSER, browserCells, type Cells, claimCells, headOf, REAL_TIME, realTimeCells, summaryOf } from "./cells.ts";
import type { Claim } from "./claims.ts";
import { COLUMNS, figure, noteOf } from "./format.ts";
import type { AriaxReport, PartRow } from "./report.ts";

/** The report for a terminal: a table a scenario, real time, the browser, the parts, and last the claims. */
export function renderAriax(report: AriaxReport): string {
  const { machine, scenarios, stability, parts, browser, claims, unavailable } = report;
  const out = [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, V8 ${machine.v8}, commit ${machine.commit}`,
    summaryOf(report),
  ];
  for (const scenario of scenarios) out.push("", headOf(scenario), scenarioTable(report, scenario.name));
  const notes = report.rows.flatMap((row) => noteOf(row) ?? []);
  if (notes.length > 0) out.push("", "Not whole:", ...notes.map((note) => `  ${note}`));
  if (stability.length > 0)
    out.push("", `${REAL_TIME}, ${report.realTimeSeconds} s each; ms`, rows(realTimeCells(report)));
  if (browser !== undefined && "version" in browser) {
    out.push("", `${BROWSER} ${browser.version}; ms`, rows(browserCells(browser)));
  }
  if (parts.length > 0) out.push("", "AriaX's parts", partsTable(parts));
  if (unavailable.length > 0) out.push("", ...unavailable);
  if (claims.some(({ lines }) => lines.length > 0))
    out.push("", "Claimed and measured, in this run", claimsTable(claims));
  return `${out.join("\n")}\n`;
}

function scenarioTable({ rows }: AriaxReport, scenario: string): string {
  const here = rows.filter((row) => row.scenario === scenario && row.status !== "unavailable");
  const shown = COLUMNS.filter(({ show }) => here.some((row) => show(row) !== ""));
  const table = plain(["", ...shown.map(({ title }) => title)]);
  for (const row of here) table.push([row.subject, ...shown.map(({ show }) => show(row))]);
  return table.toString();
}

function partsTable(parts: readonly PartRow[]): string {
  const table = plain(["", ""]);
  for (const { name, claim, figures, note } of parts) {
    table.push([{ content: `${name}: ${claim}`, colSpan: 2 }]);
    for (const one of figures) table.push([`  ${one.what}`, figure(one)]);
    if (note !== undefined) table.push([{ content: `  ${note}`, colSpan: 2 }]);
  }
  return table.toString();
}

function claimsTable(claims: readonly Claim[]): string {
  return [rows(claimCells(claims), "left"), ...claims.map(({ what, definition }) => `  ${what}: ${definition}`)].join(
    "\n",
  );
}

function rows({ head, lines }: Cells, align: "left" | "right" = "right"): string {
  const table = plain([...head], align);
  for (const line of lines) table.push([...line]);
  return table.toString();
}

/** As the other tables: no colours, numbers to the right. */
function plain(head: string[], align: "left" | "right" = "right"): Table.Table {
  return new Table({
    head,
    colAligns: ["left", ...head.slice(1).map(() => align)],
    style: { head: [], border: [], compact: true },
  });
}
