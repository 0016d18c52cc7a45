/** The charts of AriaX's run: times of whole scenarios, tails of their steps, deviations of ticks, frames in a browser. */
import type { ScenarioRow } from "../../workloads/scenarios/rows.ts";
import { axisBelow, type Chart, colourOf, type Series } from "../charts.ts";
import { isBound, isTimed } from "./format.ts";
import type { AriaxReport } from "./report.ts";

function time(ms: number): string {
  if (ms >= 100) return `${Math.round(ms).toLocaleString("en-US")} ms`;
  return ms < 0.1 ? `${(1000 * ms).toPrecision(2)} µs` : `${ms.toPrecision(2)} ms`;
}

export function chartsOf(report: AriaxReport): Chart[] {
  const few = ["ariax", "phase-2.1", "gc"];
  return [
    ...bySubject(report, ["ariax", "phase-2.1", "slab", "gc", "phase-1", "phase-2"], ({ ms }) => ms, {
      title: "The time of a whole scenario",
      caption: "logarithmic; striped: stopped at the limit, or out of memory, and so a lower bound",
      isWide: true,
    }),
    ...bySubject(report, few, ({ step }) => step?.p999, {
      title: "The tail of a step",
      caption: "the 99.9th percentile of its steps",
    }),
    ...bySubject(report, few, ({ pauses }) => pauses?.total || undefined, {
      title: "What the collector stops",
      caption: "all pauses of a scenario together; subjects without a pause have no bar",
    }),
    ...deviations(report),
    ...frames(report),
  ];
}

type About = Pick<Chart, "title" | "caption" | "isWide">;

/** Horizontal bars of ms. */
const bars = (about: About, height: number, categories: readonly string[], series: readonly Series[]): Chart => ({
  ...{ kind: "bars", height, categories, series, y: axisBelow("ms, logarithmic", series), ...about },
});

const seriesOf = (label: string, subject: string, values: readonly (number | undefined)[]): Series => ({
  ...{ label, colour: colourOf(subject), values: values.map((value) => value || null) },
  texts: values.map((value) => (value ? time(value) : "")),
});

/** A bar for each of these subjects and scenarios, of what `value` says of a row in ms. */
function bySubject(
  { rows, scenarios }: AriaxReport,
  names: readonly string[],
  value: (row: ScenarioRow) => number | undefined,
  about: About,
): Chart[] {
  const timed = rows.filter((row) => isTimed(row) && names.includes(row.subject) && value(row) !== undefined);
  const subjects = names.filter((name) => timed.some(({ subject }) => subject === name));
  const shown = scenarios.filter(({ name }) => timed.some(({ scenario }) => scenario === name)).map(({ name }) => name);
  if (subjects.length === 0) return [];
  const series = subjects.map((name): Series => {
    const all = shown.map((scenario) => timed.find((row) => row.scenario === scenario && row.subject === name));
    const values = all.map((row) => row && value(row));
    const areBounds = all.map((row) => row !== undefined && isBound(row));
    const { texts = [], ...plain } = seriesOf(name, name, values);
    return {
      ...plain,
      texts: texts.map((text, i) => (areBounds[i] ? `> ${text}` : text)),
      paints: areBounds.map((isBound) => (isBound ? "striped" : "plain")),
    };
  });
  return [bars(about, 70 + shown.length * (10 + 19 * subjects.length), shown, series)];
}

function deviations({ stability }: AriaxReport): Chart[] {
  if (stability.length === 0) return [];
  const series = (["ariax", "gc"] as const).flatMap((arm): Series[] => {
    const of = (key: "p99" | "max") => stability.map((row) => row[arm]?.report.deviation[key]);
    return [seriesOf(`${arm}, p99`, arm, of("p99")), { ...seriesOf(`${arm}, largest`, arm, of("max")), paint: "pale" }];
  });
  const about = {
    title: "Deviation of a tick",
    caption:
      "how much later than its ideal moment it begins, in real time under the same load; plain: p99, pale: the largest",
  };
  const frequencies = stability.map(({ frequency }) => `${frequency} Hz`);
  return [bars(about, 90 + stability.length * 84, frequencies, series)];
}

function frames({ browser }: AriaxReport): Chart[] {
  if (browser === undefined || !("version" in browser)) return [];
  const categories = ["frame p50", "frame p99", "frame p99.9", "frame max", "longest GC pause"];
  const series = browser.observations.map(({ arm, simulated: { frame }, pauses }) =>
    seriesOf(arm, arm, [frame.p50, frame.p99, frame.p999, frame.max, pauses.simulated.max]),
  );
  const about = {
    title: "A frame in the browser",
    caption: `game-frame in Chromium ${browser.version}, each frame by itself; GC pauses from the browser's own trace`,
  };
  return [bars(about, 300, categories, series)];
}
