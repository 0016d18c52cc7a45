/** The page: the tables with charts before them, in one file that needs no other, no script and no network. */
import type { Figures } from "../figures.ts";
import { barChart, lineChart, type Series } from "./chart.ts";
import { escapeHtml } from "./escape.ts";
import { type Section, sections, summary } from "./sections.ts";
import { count, duration, percent, short } from "./units.ts";

const CSS = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
svg { width: 100%; max-width: 720px; height: auto; font-size: 12px; }
svg text { fill: currentColor; }
.grid { stroke: currentColor; opacity: 0.15; }
.limit { stroke: currentColor; stroke-dasharray: 5 4; }
.legend span { margin-right: 1.2em; }
.legend i { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.4em; }
.warning { border-left: 4px solid #d55e00; padding-left: 0.6rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.15rem 0.8rem; text-align: right; border-bottom: 1px solid #8884; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
`;

export function renderPage(figures: Figures): string {
  const body = sections(figures).map((section) => render(section, chartOf(section.title, figures)));
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>kv-pager plan</title><style>${CSS}</style></head><body>`,
    `<h1>What other caches would do</h1><p>${escapeHtml(summary(figures))}.</p>`,
    ...figures.warnings.map((warning) => `<p class="warning">${escapeHtml(warning)}.</p>`),
    ...body,
    "</body></html>\n",
  ].join("\n");
}

function render({ title, text, columns, rows }: Section, chart: string): string {
  const row = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  const table = `<div class="wide"><table>${row("th", columns)}${rows.map((cells) => row("td", cells)).join("")}</table></div>`;
  return `<section><h2>${escapeHtml(title)}</h2><p>${escapeHtml(text)}</p>${chart}${table}</section>`;
}

/** Of a section, by its title; the working set has none. */
function chartOf(title: string, figures: Figures): string {
  if (title.startsWith("Hits")) return hits(title, figures);
  if (title.startsWith("Tiers")) return tiers(title, figures);
  if (title.startsWith("Tenants")) return tenants(title, figures);
  if (title === "Reuse distance") return classes(title, figures.distances, count);
  if (title === "Reuse in time") return classes(title, figures.times, duration);
  return "";
}

function hits(title: string, { capacities, unlimited }: Figures): string {
  const policies = [...new Set(capacities.map(({ policy }) => policy))];
  const series: Series[] = policies.map((name) => ({
    name,
    points: capacities
      .filter(({ policy }) => policy === name)
      .map(({ blocks, rate, tokens }) => ({
        ...{ x: blocks, y: rate },
        label: `${count(blocks)} blocks: ${percent(rate)}, ${short(tokens)} tokens saved`,
      }))
      .sort((a, b) => a.x - b.x),
  }));
  return lineChart(title, series, unlimited.rate, count);
}

function tiers(title: string, figures: Figures): string {
  const found = figures.tiers.find(({ policy }) => title.endsWith(` ${policy}`));
  const bars = (found?.tiers ?? []).flatMap(({ name, adds, twice }) =>
    (
      [
        [name, adds],
        [`twice ${name}: more`, twice],
      ] as const
    ).map(([label, { tokens, saved }]) => ({
      ...{ name: label, value: tokens },
      label: `${short(tokens)} tokens, ${percent(saved)}`,
    })),
  );
  return barChart(title, bars);
}

function tenants(title: string, { tenants, capacities }: Figures): string {
  const [largest] = capacities.map((one, at) => ({ ...one, at })).sort((a, b) => b.blocks - a.blocks);
  if (largest === undefined) return "";
  const bars = tenants.slice(0, 20).map(({ name, effects }) => {
    const { rate } = effects[largest.at];
    return { name, value: rate, label: `${percent(rate)} of its lookups` };
  });
  return `<p>With ${escapeHtml(largest.policy)} and ${count(largest.blocks)} blocks:</p>${barChart(title, bars)}`;
}

function classes(title: string, found: Figures["distances"], unit: (value: number) => string): string {
  const bars = found.map(({ from, to, uses, upTo }) => ({
    name: to === null ? `from ${unit(from)}` : `below ${unit(to)}`,
    ...{ value: uses, label: `${count(uses)} (${percent(upTo)})` },
  }));
  return barChart(title, bars);
}
