/** Two charts as SVG, which is all that a plan needs: lines over a capacity that grows by factors, and bars. */
import { escapeHtml } from "./escape.ts";

export interface Series {
  readonly name: string;
  /** From the smallest x on. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly label: string }[];
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly label: string;
}

const WIDTH = 720;
const HEIGHT = 300;
const LEFT = 56;
const RIGHT = 24;
const TOP = 16;
const BOTTOM = 40;
/** Of a text, at most: its letters have 12 px. */
const CHARACTER = 7;
/** Okabe and Ito's, which most people can tell apart. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999"];

/** Shares from 0 to 1 by x, on a logarithmic scale; `limit` is a share that can't be passed. */
export function lineChart(
  title: string,
  series: readonly Series[],
  limit: number,
  unit: (x: number) => string,
): string {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const [least, most] = [xs[0], xs[xs.length - 1]];
  const top = niceTop(Math.max(limit, ...series.flatMap(({ points }) => points.map(({ y }) => y))));
  const span = Math.log(most / least) || 1;
  const toX = (x: number): number =>
    LEFT + (least === most ? 0.5 : Math.log(x / least) / span) * (WIDTH - LEFT - RIGHT);
  const toY = (y: number): number => HEIGHT - BOTTOM - (y / top) * (HEIGHT - TOP - BOTTOM);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const y = toY(part * top);
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${n(y)}" y2="${n(y)}"/>${text(LEFT - 6, y + 4, "end", share(part * top))}`;
  });
  let free = 0;
  const labels = xs.map((x) => {
    const at = toX(x);
    const label = unit(x);
    const half = (CHARACTER / 2) * label.length;
    if (at - half < free) return ""; // would lie over the one before it?
    free = at + half + 6;
    return text(Math.min(at, WIDTH - half), HEIGHT - BOTTOM + 18, "middle", label);
  });
  const lines = series.map(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const path = points.map(({ x, y }) => `${n(toX(x))},${n(toY(y))}`).join(" ");
    const dots = points.map(
      ({ x, y, label }) =>
        `<circle cx="${n(toX(x))}" cy="${n(toY(y))}" r="4" fill="${colour}"><title>${escapeHtml(`${name}, ${label}`)}</title></circle>`,
    );
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join("")}`;
  });
  const y = n(toY(limit));
  const bound = `<line class="limit" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/>${text(WIDTH - RIGHT, toY(limit) - 5, "end", `no limit: ${share(limit)}`)}`;
  const legend = series.map(
    ({ name }, i) => `<span><i style="background:${COLOURS[i % COLOURS.length]}"></i>${escapeHtml(name)}</span>`,
  );
  return `${svg(title, HEIGHT, [...grid, ...labels, bound, ...lines])}<p class="legend">${legend.join(" ")}</p>`;
}

/** Bars one below the other; a value may be below 0. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const names = 180;
  const values = 10 + CHARACTER * Math.max(0, ...bars.map(({ label }) => label.length));
  const most = Math.max(...bars.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  const rows = bars.map(({ name, value, label }, i) => {
    const y = 6 + 24 * i;
    const width = (Math.abs(value) / most) * (WIDTH - names - values);
    const short = name.length > 26 ? `${name.slice(0, 25)}…` : name;
    const bar = `<rect x="${names}" y="${y}" width="${n(width)}" height="18" fill="${COLOURS[value < 0 ? 1 : 0]}"><title>${escapeHtml(`${name}: ${label}`)}</title></rect>`;
    return `${text(names - 8, y + 14, "end", short)}${bar}${text(names + width + 6, y + 14, "start", label)}`;
  });
  return svg(title, 12 + 24 * bars.length, rows);
}

const svg = (title: string, height: number, parts: readonly string[]): string =>
  `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(title)}">${parts.join("")}</svg>`;

const text = (x: number, y: number, anchor: string, content: string): string =>
  `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}">${escapeHtml(content)}</text>`;

/** A coordinate: more digits can't be seen. */
const n = (value: number): string => value.toFixed(1);

const share = (part: number): string => `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;

/** The least of 1, 2, 4, 6, 8 and 10 times a power of ten that all values are below, and at most 1. */
function niceTop(most: number): number {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 4, 6, 8, 10].find((factor) => factor * power >= most) ?? 10;
  return Math.min(1, step * power);
}
