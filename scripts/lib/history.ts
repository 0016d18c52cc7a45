/**
 * The history of the benchmarks: of each run on `main` its ratios, ours by somebody else's, measured side by side in one run. Times move
 * by tens of percent with the machine that a workflow gets; what is measured on both sides on that machine moves far less.
 */
import type { Results } from "./results.ts";

export interface Point {
  /** ISO 8601. */
  readonly date: string;
  readonly commit: string;
  readonly node: string;
  readonly cpu: string;
  /** By what is compared: `traces: slab ÷ mimalloc`. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** The most points that are kept: two years of two a day. */
export const MOST = 1500;

/** A run as a point. */
export function pointOf({ date, machine, againstC, replacement }: Results): Point {
  const parts = { traces: againstC, replacement };
  const ratios = Object.entries(parts).flatMap(([part, net]) =>
    (net?.ratios ?? []).flatMap(({ name, mean }) => (mean === null ? [] : [[`${part}: ${name}`, mean] as const])),
  );
  return {
    ...{ date, commit: machine.commit, node: machine.node, cpu: machine.cpu },
    ratios: Object.fromEntries(ratios),
  };
}

/** The points with one more; a commit that was measured again has its last one. Oldest first. */
export function withPoint(points: readonly Point[], point: Point): Point[] {
  const others = points.filter(({ commit }) => commit !== point.commit);
  return [...others, point].sort((a, b) => a.date.localeCompare(b.date)).slice(-MOST);
}

/** What was kept before, from its text; nothing where that is no history. */
export function pointsIn(text: string): Point[] {
  try {
    const points: unknown = JSON.parse(text);
    return Array.isArray(points) ? points.filter(isPoint) : [];
  } catch {
    return [];
  }
}

const isPoint = (value: unknown): value is Point => {
  const { date, commit, ratios } = (value ?? {}) as Partial<Point>;
  return typeof date === "string" && typeof commit === "string" && typeof ratios === "object" && ratios !== null;
};

/** The page: a line for each ratio, and the last runs as a table. Needs nothing from elsewhere. */
export function historyPage(points: readonly Point[]): string {
  const names = [...new Set(points.flatMap(({ ratios }) => Object.keys(ratios)))].sort();
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width" />
<title>AriaX: benchmarks over time</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  figure { margin: 2rem 0; }
  svg { width: 100%; height: auto; overflow: visible; }
  .line { fill: none; stroke: #2a6fdb; stroke-width: 1.5; }
  .dot { fill: #2a6fdb; }
  .one { stroke: currentColor; stroke-dasharray: 3 4; opacity: 0.5; }
  text { font-size: 11px; fill: currentColor; }
</style>
<h1>AriaX: benchmarks over time</h1>
<p>Each push to <code>main</code> of <a href="https://github.com/ariax/ariax">github.com/ariax/ariax</a> runs <code>pnpm bench --full</code>.
Shown are geometric means of ratios, both sides measured in one run; less is better for the first. The dashed line is 1: equal.
${points.length} runs; <a href="history.json">the data</a>, <a href="latest.html">the last run</a>.</p>
${names.map((name) => chart(name, points)).join("\n")}
</html>
`;
}

const [WIDTH, HEIGHT] = [900, 160];

function chart(name: string, points: readonly Point[]): string {
  const runs = points.filter(({ ratios }) => ratios[name] !== undefined);
  const values = runs.map(({ ratios }) => ratios[name]!);
  // From nothing, so that twice the height is twice the ratio, and 1 is always there.
  const top = 1.1 * Math.max(1, ...values);
  const x = (i: number): string => ((runs.length < 2 ? 0.5 : i / (runs.length - 1)) * WIDTH).toFixed(1);
  const y = (value: number): string => (HEIGHT * (1 - value / top)).toFixed(1);
  const dots = runs.map(
    ({ date, commit, node }, i) =>
      `<circle class="dot" r="2.5" cx="${x(i)}" cy="${y(values[i])}"><title>${escaped(`${values[i].toFixed(2)}, ${date.slice(0, 10)}, ${commit}, Node ${node}`)}</title></circle>`,
  );
  const last = values.at(-1)!.toFixed(2);
  return `<figure>
<figcaption><b>${escaped(name)}</b>: ${last} in the last run</figcaption>
<svg viewBox="0 -5 ${WIDTH} ${HEIGHT + 25}" role="img" aria-label="${escaped(`${name}, ${runs.length} runs, last ${last}`)}">
<line class="one" x1="0" x2="${WIDTH}" y1="${y(1)}" y2="${y(1)}" />
<polyline class="line" points="${values.map((value, i) => `${x(i)},${y(value)}`).join(" ")}" />
${dots.join("\n")}
<text x="0" y="${HEIGHT + 15}">${escaped(runs[0].date.slice(0, 10))}</text>
<text x="${WIDTH}" y="${HEIGHT + 15}" text-anchor="end">${escaped(runs.at(-1)!.date.slice(0, 10))}</text>
</svg>
</figure>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
