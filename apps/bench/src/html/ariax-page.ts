/** AriaX's run as a page: the claims as cards, charts of times and tails, and all of it in numbers. */

import {
  BROWSER,
  browserCells,
  type Cells,
  claimCells,
  headOf,
  REAL_TIME,
  realTimeCells,
  summaryOf,
} from "../ariax/cells.ts";
import type { Claim, ClaimLine } from "../ariax/claims.ts";
import { COLUMNS, claimed, figure, noteOf } from "../ariax/format.ts";
import type { AriaxReport } from "../ariax/report.ts";
import { machineLine, renderDocument } from "./document.ts";
import { html } from "./escape.ts";

export function renderAriaxPage(report: AriaxReport): string {
  const { machine, scenarios, subjects, rows, stability, browser, claims, limit } = report;
  return renderDocument({
    title: `AriaX, its work and its claims, ${report.date.slice(0, 10)}`,
    heading: "AriaX: its work, its parts, its claims",
    subheading: `${machineLine(machine)} · ${summaryOf(report)}`,
    main: `${claimCards(claims)}
<section id="charts"></section>
${claims.some(({ lines }) => lines.length > 0) ? claimsSection(claims) : ""}
${scenarios.map((scenario, i) => scenarioTable(report, scenario, i === 0)).join("\n")}
${realTimeSection(report)}
${browser !== undefined && "version" in browser ? cellsSection(`${BROWSER} ${browser.version}`, "ms", browserCells(browser)) : ""}
${partsSection(report)}
${notesSection(report)}
<section class="reading"><h2>How to read this</h2>
<p>Each subject does each scenario in a process of its own, after a warm-up that takes as long for all: it makes the blocks that
the trace says, writes what they are for, reads some of it back when they end. What all of them read is summed up, and a
subject with another sum has no time. <b>ariax</b> is the program written for the scenario over our packages, <b>gc</b>
the one that a JavaScript programmer would write without them: objects, typed arrays, strings; the others are heaps that
replay the trace, and <b>nothing</b> is that program over no allocator. <b>&gt;</b> marks a subject that was stopped after
${limit / 1000} s, or had no room: a lower bound. Pauses are what Node tells of its collector; marking beside the program is not in
them, processor time is. In real time both arms are called by the same clock; <b>stability</b> is one less the deviation of
ariax by that of gc. Ratios with a stopped subject are over the events that both did.</p></section>`,
    // What the charts need; the raw observations stay in the JSON file.
    data: { scenarios, subjects, rows, stability, browser },
    script: "ariax.js",
  });
}

/** What each claim comes to by the first of its lines. */
function claimCards(claims: readonly Claim[]): string {
  const card = ({ what, claimed: theirs, lines: [line] }: Claim): string => {
    const found =
      line === undefined ? "not measured" : line.values.length === 1 ? claimed(line, line.mean) : span(line);
    const how = line === undefined ? what : `${what}: ${line.what}`;
    return `<li class="claim"><strong>${html(found)}</strong><span>${html(how)}</span><em>claimed ${html(theirs)}</em></li>`;
  };
  return `<ul class="targets">${claims.map(card).join("")}</ul>`;
}

const span = (line: ClaimLine): string => `${claimed(line, line.low)} to ${claimed(line, line.high)}`;

function claimsSection(claims: readonly Claim[]): string {
  const { head, lines } = claimCells(claims);
  const detail = claims.flatMap(({ lines: all }) =>
    all.map(
      (line) =>
        `<li>${html(`${line.what}: ${line.values.map(({ of, value }) => `${of} ${claimed(line, value)}`).join(", ")}`)}</li>`,
    ),
  );
  const definitions = claims.map(({ what, definition }) => `<li>${html(`${what}: ${definition}`)}</li>`);
  return `<section><h2>Claimed and measured</h2>${table(head, lines, "left")}<ul class="notes">${definitions.join("")}${detail.join("")}</ul></section>`;
}

function scenarioTable(report: AriaxReport, scenario: AriaxReport["scenarios"][number], isOpen: boolean): string {
  const here = report.rows.filter((row) => row.scenario === scenario.name && row.status !== "unavailable");
  const columns = COLUMNS.filter(({ show }) => here.some((row) => show(row) !== ""));
  const origin = new Map(report.subjects.map((subject) => [subject.name, subject.origin]));
  const head = columns.map(({ title, help }) => `<th title="${html(help)}">${title}</th>`).join("");
  const body = here.map(
    (row) =>
      `<tr class="${origin.get(row.subject)}"><td>${html(row.subject)}</td>${columns.map(({ show }) => `<td>${html(show(row))}</td>`).join("")}</tr>`,
  );
  return `<details${isOpen ? " open" : ""}><summary>${html(scenario.name)}, in numbers</summary><p>${html(headOf(scenario))}</p>
<div class="scroll"><table><thead><tr><th></th>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div></details>`;
}

function realTimeSection(report: AriaxReport): string {
  if (report.stability.length === 0) return "";
  return cellsSection("Tick stability", `${REAL_TIME}, ${report.realTimeSeconds} s each; ms`, realTimeCells(report));
}

function cellsSection(title: string, what: string, cells: Cells): string {
  return `<section><h2>${html(title)}</h2><p>${html(what)}</p>${table(cells.head, cells.lines)}</section>`;
}

function partsSection({ parts }: AriaxReport): string {
  if (parts.length === 0) return "";
  const lines = parts.map(({ name, claim, package: from, figures, note }) => {
    const cells = figures.map((one) => `<tr><td>${html(one.what)}</td><td>${html(figure(one))}</td></tr>`).join("");
    const wrong = note === undefined ? "" : `<tr><td colspan="2">${html(note)}</td></tr>`;
    return `<tr class="workload"><th colspan="2">${html(name)}<small>${html(`${claim}; ${from}`)}</small></th></tr>${cells}${wrong}`;
  });
  return `<section><h2>AriaX's parts</h2><div class="scroll"><table><tbody>${lines.join("")}</tbody></table></div></section>`;
}

function notesSection({ rows, unavailable }: AriaxReport): string {
  const lines = [...rows.flatMap((row) => noteOf(row) ?? []), ...unavailable];
  if (lines.length === 0) return "";
  return `<section><h2>Not whole, or not measured</h2><ul class="notes">${lines.map((one) => `<li>${html(one)}</li>`).join("")}</ul></section>`;
}

function table(
  head: readonly string[],
  lines: readonly (readonly string[])[],
  align: "left" | "right" = "right",
): string {
  const cells = (texts: readonly string[], tag: string): string =>
    texts.map((text) => `<${tag}>${html(text)}</${tag}>`).join("");
  const body = lines.map((line) => `<tr>${cells(line, "td")}</tr>`).join("");
  return `<div class="scroll"><table class="${align}"><thead><tr>${cells(head, "th")}</tr></thead><tbody>${body}</tbody></table></div>`;
}
