/** The streams as they are shown: a table for each. */
import { GPU_SUBJECTS } from "../../subjects/gpu/subjects.ts";
import { GPU_WORKLOADS } from "../../workloads/gpu/workloads.ts";
import { axisBelow, type Chart, colourOf } from "../charts.ts";
import { count, endOf, ns } from "../format.ts";
import { column, rowsTable, type Section, type Shown } from "../shown.ts";
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
  column<GpuRow>("moved", "bytes moved by bytes that came", ({ moved }) => (moved === 0 ? "" : percent(moved))),
];

export function showGpu(report: GpuReport): Shown {
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
  const timed = GPU_SUBJECTS.filter(({ origin }) => origin !== "loop").map(({ name }) => name);
  const series = timed.map((subject, i) => ({
    ...{ label: subject, colour: colourOf(subject, i) },
    values: GPU_WORKLOADS.map(
      ({ name }) => rows.find((row) => row.workload === name && row.subject === subject)?.ns ?? null,
    ),
  }));
  if (rows.length === 0) return [];
  return [
    {
      ...{ kind: "columns", isWide: true, height: 330, title: "The time of a call" },
      caption: "ns, an allocation or a free, loop included; logarithmic",
      categories: GPU_WORKLOADS.map(({ name }) => name),
      series,
      y: axisBelow("ns", series),
    },
  ];
}

const READING = `<p>Meshes of 1 KiB to 4 MiB come and go as a camera moves, each power of two as likely as any other; blocks are
multiples of 256 bytes. What leaves may be read by the GPU for two frames more: <code>range-heap</code> defers it itself, for the others it waits in a
list beside them, which is timed as well. Times are the least of all processes, in turns; all else is counted, and the same on every
machine.</p>`;
