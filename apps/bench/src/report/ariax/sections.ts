/** AriaX's run as it is shown: a table a scenario, real time, the browser, the parts, and the claims. */
import { duration } from "../../base/duration.ts";
import { FRAMES_AT_ONCE } from "../../workloads/browser/result.ts";
import { BLOCKS_PER_SECOND, RESIDENT } from "../../workloads/real-time/load.ts";
import { count, endOf, ms } from "../format.ts";
import { type Card, type PlainTable, rowsTable, type Section, type Shown } from "../shown.ts";
import { smoke } from "../smoke.ts";
import { chartsOf } from "./charts.ts";
import type { Claim, ClaimLine } from "./claims.ts";
import { COLUMNS, claimed, figure, measured, noteOf, percent } from "./format.ts";
import type { AriaxReport, BrowserResult } from "./report.ts";

export function showAriax(report: AriaxReport): Shown {
  const { mode, rows, parts, unavailable } = report;
  const shown = showMeasured(report);
  if (mode !== "quick") return shown;
  const outcomes = [
    ...rows.map((row) => ({ ...row, workload: row.scenario })),
    ...parts.map(({ name, note }) => ({
      subject: name,
      workload: "parts",
      status: note === undefined ? "ok" : "fails",
      note,
    })),
  ];
  return smoke(shown, outcomes, "pnpm bench ariax", unavailable);
}

function showMeasured(report: AriaxReport): Shown {
  const { machine, scenarios, rows, stability, parts, browser, claims, limit, unavailable } = report;
  const notes = rows.flatMap((row) => noteOf(row) ?? []);
  return {
    title: `AriaX, its work and its claims, ${report.date.slice(0, 10)}`,
    heading: "AriaX: its work, its parts, its claims",
    machine,
    summary: summaryOf(report),
    cards: claims.filter(({ lines }) => lines.length > 0).map(cardOf),
    charts: chartsOf(report),
    sections: [
      ...scenarios.map((scenario, i) => scenarioSection(report, scenario, i === 0 ? "open" : "closed")),
      ...(notes.length > 0 ? [{ title: "Not whole", notes }] : []),
      ...(stability.length > 0 ? [realTimeSection(report)] : []),
      ...(browser !== undefined && "version" in browser
        ? [{ title: `game-frame in Chromium ${browser.version}; ms`, table: browserTable(browser) }]
        : []),
      ...(parts.length > 0 ? [partsSection(report)] : []),
      ...(unavailable.length > 0 ? [{ notes: unavailable }] : []),
      ...(claims.some(({ lines }) => lines.length > 0) ? claimSections(claims) : []),
    ],
    reading: `<p>Each subject does each scenario in a process of its own, after a warm-up that takes as long for all: it makes the blocks that
the trace says, writes what they are for, reads some of it back when they end. What all of them read is summed up, and a
subject with another sum has no time. <b>ariax</b> is the program written for the scenario over our packages, <b>gc</b>
the one that a JavaScript programmer would write without them: objects, typed arrays, strings; the others are heaps that
replay the trace, and <b>nothing</b> is that program over no allocator. <b>&gt;</b> marks a subject that was stopped after
${limit / 1000} s, or had no room: a lower bound. Pauses are what Node tells of its collector; marking beside the program is not in
them, processor time is. In real time both arms are called by the same clock; <b>stability</b> is one less the deviation of
ariax by that of gc. Ratios with a stopped subject are over the events that both did.</p>`,
  };
}

/** What was done. */
function summaryOf({ date, mode, scale, seconds, partial, limit }: AriaxReport): string {
  const size = scale === 1 ? "" : `, scenarios at ${scale} of their size`;
  return `${date.slice(0, 10)}, ${mode} run of ${duration(seconds)}${size}, at most ${limit / 1000} s a scenario${endOf(partial)}`;
}

type Scenario = AriaxReport["scenarios"][number];

/** A scenario, its size, and what a step is. */
const aboutOf = ({ what, step, events, steps, utilisation }: Scenario): string => {
  const used = utilisation === undefined ? "" : `, utilisation ${(Math.floor(1000 * utilisation) / 10).toFixed(1)} %`;
  return `${what}; ${count(events)} events, ${count(steps)} steps (${step} each)${used}`;
};
export const headOf = (scenario: Scenario): string => `${scenario.name}: ${aboutOf(scenario)}`;

function scenarioSection({ rows, subjects }: AriaxReport, scenario: Scenario, fold: "open" | "closed"): Section {
  const here = rows.filter((row) => row.scenario === scenario.name && row.status !== "unavailable");
  return { title: scenario.name, text: aboutOf(scenario), table: rowsTable(COLUMNS, [{ rows: here }], subjects), fold };
}

const realTimeSection = (report: AriaxReport): Section => ({
  title: "Tick stability in real time",
  text: `${count(BLOCKS_PER_SECOND)} blocks a second, ${count(RESIDENT)} states that stay, ${report.realTimeSeconds} s each; ms`,
  table: realTimeTable(report),
});

/** Two arms by frequency, and how much more stable the one is. */
export function realTimeTable({ stability }: Pick<AriaxReport, "stability">): PlainTable {
  const head = ["", "beats", "late", "deviation mean", "p50", "p99", "p99.9", "max"];
  const work = ["work p50", "work p99", "work max", "GCs", "GC ms", "GC max", "CPU ms"];
  const wide = (cells: string[]): string[] => [...cells, ...Array(head.length + work.length - cells.length).fill("")];
  const lines = stability.flatMap(({ frequency, ariax, gc, stability: gain, note }) => {
    const arm = (name: string, one: typeof ariax): string[][] => {
      if (one === undefined) return [];
      const { report, work: w, pauses, cpu } = one;
      const { mean, p50, p99, p999, max } = report.deviation;
      return [
        [
          ...[`${frequency} Hz, ${name}`, count(report.beats), count(report.late)],
          ...[mean, p50, p99, p999, max, w.p50, w.p99, w.max].map(ms),
          ...[count(pauses.count), ms(pauses.total), ms(pauses.max), ms(cpu)],
        ],
      ];
    };
    const more = gain && ["  stability", "", "", percent(gain.mean), "", percent(gain.p99), "", percent(gain.max)];
    return [
      ...arm("ariax", ariax),
      ...arm("gc", gc),
      ...(more ? [wide(more)] : []),
      ...(note === undefined ? [] : [wide([`${frequency} Hz: ${note}`])]),
    ];
  });
  return { head: [...head, ...work], lines };
}

/** All frames of the scenario as fast as they go, and real ones. */
export function browserTable({ observations }: BrowserResult): PlainTable {
  const head = ["", "ms", "ns/event", "p50", "p99", "p99.9", "max", "GCs", "GC ms", "GC p99", "GC max"];
  const lines = observations.flatMap(({ arm, simulated, real, pauses }) => {
    const tail = ({ p50, p99, p999, max }: typeof simulated.frame) => [p50, p99, p999, max].map(ms);
    const gcs = (p: typeof pauses.real) => [String(p.count), ...[p.total, p.p99, p.max].map(ms)];
    const whole = [ms(simulated.ms), ms((1e6 * simulated.ms) / simulated.events)];
    const frames = `${arm}, ${count(simulated.frame.count)} frames`;
    return [
      [frames, ...whole, ...tail(simulated.frame), ...gcs(pauses.simulated)],
      [`${arm}, real frames: work of ${FRAMES_AT_ONCE} at once`, "", "", ...tail(real.work), ...gcs(pauses.real)],
      [`${arm}, real frames: from one to the next`, "", "", ...tail(real.interval), "", "", "", ""],
    ];
  });
  return { head, lines };
}

const partsSection = ({ parts }: AriaxReport): Section => ({
  title: "AriaX's parts",
  table: {
    head: ["", ""],
    lines: parts.flatMap(({ name, claim, package: from, figures, note }) => [
      { title: name, what: from === "" ? claim : `${claim}; ${from}` },
      ...figures.map((one) => [one.what, figure(one)]),
      ...(note === undefined ? [] : [[note, ""]]),
    ]),
  },
});

/** The claims as rows: what, claimed, measured, how the two go together, the command. */
export function claimTable(claims: readonly Claim[]): PlainTable {
  const lines = claims.flatMap(({ what, claimed: theirs, lines: all, command }) =>
    all.length === 0
      ? [[what, theirs, "not measured", "", command]]
      : all.map((line, i) => {
          const found = [`${line.what}: ${measured(line)}`, line.verdict];
          return i === 0 ? [what, theirs, ...found, command] : ["", "", ...found, ""];
        }),
  );
  return { head: ["", "claimed", "measured", "", "command"], lines, align: "left" };
}

function claimSections(claims: readonly Claim[]): Section[] {
  const definitions = claims.map(({ what, definition }) => `${what}: ${definition}`);
  const lines = claims.flatMap(({ lines }) => lines);
  const values = (line: ClaimLine) => line.values.map(({ of, value }) => `${of} ${claimed(line, value)}`).join(", ");
  return [
    { title: "Claimed and measured, in this run", table: claimTable(claims), notes: definitions },
    { title: "Claims, one by one", only: "page", notes: lines.map((line) => `${line.what}: ${values(line)}`) },
  ];
}

/** What a claim comes to by the first of its lines. */
function cardOf({ what, claimed: theirs, lines }: Claim): Card {
  const line = lines[0]!;
  const span = `${claimed(line, line.low)} to ${claimed(line, line.high)}`;
  const value = line.values.length === 1 ? claimed(line, line.mean) : span;
  return {
    kind: `claim ${line.verdict}`,
    value,
    text: `${what}: ${line.what}`,
    note: `claimed ${theirs}: ${line.verdict}`,
  };
}
