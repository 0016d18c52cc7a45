/** The streams as they are shown: a table for each. */
import { GPU_SUBJECTS } from "../../subjects/gpu/subjects.ts";
import { GPU_WORKLOADS } from "../../workloads/gpu/workloads.ts";
import { type Axis, axisBelow, type Chart, colourOf, type Series } from "../charts.ts";
import { count, endOf, ns, times } from "../format.ts";
import { column, rowsTable, type Section, type Shown } from "../shown.ts";
import { outcomesOf, smoke } from "../smoke.ts";
import type { GpuReport, GpuRow } from "./report.ts";

const percent = (value: number | undefined): string => (value === undefined ? "" : `${(100 * value).toFixed(1)} %`);
const isLoop = ({ subject }: GpuRow): boolean => subject === "nothing";
const unlessLoop =
  (show: (row: GpuRow) => string) =>
  (row: GpuRow): string =>
    isLoop(row) ? "" : show(row);

const COLUMNS = [
  column<GpuRow>("ns", "a call, be it an allocation or a free; loop included", (row) => ns(row.ns)),
  column<GpuRow>("net", "less what the loop takes", (row) => ns(row.net)),
  column<GpuRow>(
    "refused",
    "meshes for which there was no room",
    unlessLoop(({ refused }) => count(refused)),
  ),
  column<GpuRow>("peak", "the end of the highest block by the most bytes in use at once", ({ peak }) => percent(peak)),
  column<GpuRow>("largest free", "the largest piece by all that is free, on average", ({ largest }) =>
    percent(largest),
  ),
  column<GpuRow>("moved", "bytes moved by bytes that came", ({ moved }) => (moved === 0 ? "" : times(moved))),
];

export function showGpu(report: GpuReport): Shown {
  const { mode, observations, unavailable } = report;
  const shown = showMeasured(report);
  return mode === "quick" ? smoke(shown, outcomesOf(observations), "pnpm bench gpu", unavailable) : shown;
}

function showMeasured(report: GpuReport): Shown {
  const { machine, date, mode, partial, rows, unavailable, failures } = report;
  const missing = [...unavailable, ...failures];
  return {
    title: `AriaX, GPU memory, ${date.slice(0, 10)}`,
    heading: "Parts of GPU memory",
    machine,
    summary: `${date.slice(0, 10)}, ${mode} run${endOf(partial)}`,
    cards: [],
    charts: chartsOf(rows),
    sections: [
      ...GPU_WORKLOADS.flatMap(({ name, what }): Section[] => {
        const mine = rows.filter(({ workload }) => workload === name);
        if (mine.length === 0) return [];
        return [{ title: `Meshes, ${name}`, text: what, table: rowsTable(COLUMNS, [{ rows: mine }], GPU_SUBJECTS) }];
      }),
      ...(missing.length > 0 ? [{ title: "Not measured", notes: missing }] : []),
    ],
    reading: READING,
  };
}

function chartsOf(rows: readonly GpuRow[]): Chart[] {
  if (rows.length === 0) return [];
  return [
    columnsOf(rows, {
      ...{ title: "The time of a call", isWide: true, height: 330 },
      caption: "ns, an allocation or a free, loop included; logarithmic",
      value: (row) => row.ns,
      y: (series) => axisBelow("ns", series),
    }),
    columnsOf(rows, {
      ...{ title: "The largest free piece", height: 260 },
      caption: "% of all that is free, on average: what is not in small pieces",
      value: ({ largest }) => largest && 100 * largest,
      y: () => ({ title: "%", isLinear: true, min: 0, max: 100 }),
    }),
    columnsOf(rows, {
      ...{ title: "The range that is needed", height: 260 },
      caption: "the end of the highest block, % of the most bytes in use at once: 100 is the least there can be",
      value: ({ peak }) => peak && 100 * peak,
      y: () => ({ title: "%", isLinear: true, min: 100, suggestedMax: 130 }),
    }),
  ];
}

interface Columns extends Pick<Chart, "title" | "caption" | "height" | "isWide"> {
  readonly value: (row: GpuRow) => number | undefined;
  readonly y: (series: readonly Series[]) => Axis;
}

/** Of each stream a column for each subject that has such a value. */
function columnsOf(rows: readonly GpuRow[], { value, y, ...chart }: Columns): Chart {
  const series = GPU_SUBJECTS.filter(({ origin }) => origin !== "loop")
    .map(({ name: subject }, i) => ({
      ...{ label: subject, colour: colourOf(subject, i) },
      values: GPU_WORKLOADS.map(({ name }) => {
        const row = rows.find((one) => one.workload === name && one.subject === subject);
        return (row && value(row)) ?? null;
      }),
    }))
    .filter(({ values }) => values.some((one) => one !== null));
  return { ...chart, kind: "columns", categories: GPU_WORKLOADS.map(({ name }) => name), series, y: y(series) };
}

const READING = `<p>Meshes of 1 KiB to 4 MiB come and go as a camera moves, each power of two as likely as any other; blocks are
multiples of 256 bytes. The GPU may read what leaves for two more frames: <code>range-heap</code> defers it itself, for the others it waits in a
list beside them, which is timed as well. Times are the least of all processes, in turns; all else is counted, and the same on every
machine.</p>
<ul>${GPU_SUBJECTS.map(({ name, what }) => `<li><b>${name}</b>: ${what.replaceAll(/`([^`]+)`/g, "<code>$1</code>")}</li>`).join("")}</ul>`;
