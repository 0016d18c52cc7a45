import { AGAINST_C, AGAINST_C_HELP, COLUMNS, noteOf, ns, numbersOf, times } from "../format.ts";
import type { Report } from "../report.ts";
import type { Target } from "../targets.ts";
import type { Group } from "../workloads.ts";
import { html } from "./escape.ts";

export function targetCards(targets: readonly Target[]): string {
  if (targets.length === 0) return "";
  const card = ({ what, value, wanted, ok }: Target): string =>
    `<li class="${ok ? "ok" : "missed"}"><strong>${html(value)}</strong><span>${html(what)}</span><em>target ${html(wanted)}: ${ok ? "ok" : "missed"}</em></li>`;
  return `<ul class="targets">${targets.map(card).join("")}</ul>`;
}

export function groupTable(report: Report, group: Group): string {
  const workloads = report.workloads.filter((workload) => workload.group === group);
  const names = workloads.map(({ name }) => name);
  const rows = report.rows.filter((row) => names.includes(row.workload));
  const columns = COLUMNS.filter(({ show }) => rows.some((row) => show(row) !== ""));
  const origin = new Map(report.subjects.map((subject) => [subject.name, subject.origin]));
  const head = columns.map(({ title, help }) => `<th title="${html(help)}">${title}</th>`).join("");
  const body = workloads.map(({ name, what, unit }) => {
    const lines = rows
      .filter((row) => row.workload === name)
      .map(
        (row) =>
          `<tr class="${origin.get(row.subject)}"><td>${html(row.subject)}</td>${columns.map(({ show }) => `<td>${html(show(row))}</td>`).join("")}</tr>`,
      );
    return `<tr class="workload"><th colspan="${columns.length + 1}">${html(name)}<small>${html(what)}; per ${unit}</small></th></tr>${lines.join("")}`;
  });
  return `<div class="scroll"><table><thead><tr><th></th>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

export function againstTable({ againstC, versions }: Report): string {
  if (againstC === undefined) return "";
  const cells = (texts: readonly string[], tag: string): string =>
    texts.map((text) => `<${tag}>${html(text)}</${tag}>`).join("");
  const lines = [
    ...againstC.times.map((line) => [line.name, ...numbersOf(line, ns)]),
    ...againstC.ratios.map((line) => [line.name, ...numbersOf(line, times)]),
  ];
  const head = cells(["", ...againstC.traces, "mean"], "th");
  const body = lines.map((texts) => `<tr>${cells(texts, "td")}</tr>`).join("");
  const known = versions.map(({ version }) => version).join("; ");
  return `<section><h2>${AGAINST_C}</h2><p>ns per event, ${AGAINST_C_HELP}. In C: ${html(known)}.</p><div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div></section>`;
}

export function untilFullTable({ untilFull }: Report): string {
  if (untilFull.length === 0) return "";
  const lines = untilFull.map(
    ({ subject, operations, used }) =>
      `<tr><td>${html(subject)}</td><td>${operations.toLocaleString("en-US")}</td><td>${used === null || used > 1 ? "grows" : `${(100 * used).toFixed(1)} %`}</td></tr>`,
  );
  return `<section><h2>A heap of 4 MiB until it is full</h2><p>Blocks of 16–1,023 bytes, one free at random to two allocations.</p><table><thead><tr><th></th><th>operations</th><th>in use then</th></tr></thead><tbody>${lines.join("")}</tbody></table></section>`;
}

export function notes(report: Report): string {
  const lines = [...report.rows.flatMap((row) => noteOf(row) ?? []), ...report.unavailable];
  if (lines.length === 0) return "";
  return `<section><h2>Not timed, or stopped at the limit</h2><ul class="notes">${lines.map((line) => `<li>${html(line)}</li>`).join("")}</ul></section>`;
}
