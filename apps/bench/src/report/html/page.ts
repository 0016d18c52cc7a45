/** A report as a page: one file, in which the library that draws, what is drawn and how are all inside; nothing is fetched. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { machineLine } from "../machine.ts";
import type { Card, Section, Shown, Table } from "../shown.ts";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as HTML. */
const html = (text: string): string => text.replace(/[&<>"]/g, (c) => ENTITIES[c]!);

const REPOSITORY = "https://github.com/ariax/ariax";

/** `command`: what made it. */
export function renderPage(shown: Shown, command: string = "pnpm bench"): string {
  const { title, heading, machine, summary, chapters = [], cards, sections, charts, reading } = shown;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${html(title)}</title>
<style>${own("page.css")}</style>
</head>
<body>
<header>
<h1>${html(heading)}</h1>
<p>${html(`${machineLine(machine)} · ${summary}`)}</p>
<p class="made">Made by <code>${html(command)}</code> in a clone of <a href="${REPOSITORY}">AriaX</a>.</p>
</header>
<main>
${cardList("chapters", chapters)}
${cardList("targets", cards)}
${charts.length === 0 ? "" : '<section id="charts"></section>'}
${sections.map(sectionOf).join("\n")}
<section class="reading"><h2>How to read this</h2>
${reading}</section>
</main>
${charts.length === 0 ? "" : drawing(charts)}
</body>
</html>
`;
}

/** The library, what is drawn, and how. */
const drawing = (charts: Shown["charts"]): string => `<script>${chartLibrary()}</script>
<script type="application/json" id="data">${JSON.stringify(charts).replaceAll("<", "\\u003c")}</script>
<script>${own("charts.js")}</script>`;

function cardList(kind: string, cards: readonly Card[]): string {
  const items = cards.map((card) => {
    const head = card.heading === undefined ? "" : `<h2>${html(card.heading)}</h2><p>${html(card.what ?? "")}</p>`;
    const value = card.value === "" ? "" : `<strong>${html(card.value)}</strong>`;
    return `<li class="${card.kind}">${head}${value}<span>${html(card.text)}</span><em>${html(card.note)}</em></li>`;
  });
  return items.length === 0 ? "" : `<ul class="${kind}">${items.join("")}</ul>`;
}

function sectionOf({ title = "Not measured", text, table, notes = [], fold, only }: Section): string {
  if (only === "text") return "";
  const body = [
    text === undefined ? "" : `<p>${html(text)}</p>`,
    table ? tableOf(table) : "",
    notes.length === 0 ? "" : `<ul class="notes">${notes.map((note) => `<li>${html(note)}</li>`).join("")}</ul>`,
  ].join("");
  if (fold === undefined) return `<section><h2>${html(title)}</h2>${body}</section>`;
  return `<details${fold === "open" ? " open" : ""}><summary>${html(title)}, in numbers</summary>${body}</details>`;
}

function tableOf({ head, help = [], lines, align = "right" }: Table): string {
  const heads = head.map((text, i) => `<th${help[i] ? ` title="${html(help[i])}"` : ""}>${html(text)}</th>`);
  const body = lines.map((line) => {
    if ("title" in line) {
      const { title, what } = line;
      return `<tr class="workload"><th colspan="${head.length}">${html(title)}<small>${html(what)}</small></th></tr>`;
    }
    const [cells, origin] = "cells" in line ? [line.cells, line.origin] : [line, undefined];
    const kind = origin === undefined ? "" : ` class="${origin}"`;
    return `<tr${kind}>${cells.map((text) => `<td${markOf(text)}>${html(text)}</td>`).join("")}</tr>`;
  });
  return `<div class="scroll"><table class="${align}"><thead><tr>${heads.join("")}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

/** Words that say how a goal or a claim went have its colour. */
function markOf(text: string): string {
  const kind = ["met", "more"].includes(text) ? "better" : ["missed", "less"].includes(text) ? "worse" : undefined;
  return kind === undefined ? "" : ` class="${kind}"`;
}

const own = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");

/** Chart.js in its one-file form, which can't end the script element that it is put in. */
function chartLibrary(): string {
  const folder = dirname(createRequire(import.meta.url).resolve("chart.js"));
  return readFileSync(join(folder, "chart.umd.min.js"), "utf8")
    .replaceAll("</script", "<\\/script")
    .replace(/^\/\/# sourceMappingURL.*$/m, "");
}
