/** Rows, figures and claims of AriaX's run as people read them: the terminal, the page and the guide show the same words. */
import type { Figure } from "../../workloads/parts/figure.ts";
import type { ScenarioRow } from "../../workloads/scenarios/rows.ts";
import { bytes, count, ms, ns } from "../format.ts";
import type { Column } from "../shown.ts";
import type { ClaimLine } from "./claims.ts";

const isTimed = ({ status }: ScenarioRow): boolean =>
  status === "ok" || status === "stopped" || status === "out of memory";
const ifTimed = (row: ScenarioRow, text: string): string => (isTimed(row) ? text : "");
const bound = ({ status }: ScenarioRow): string => (status === "ok" ? "" : "> ");

/** The columns of every scenario's table, in order. */
export const COLUMNS: readonly Column<ScenarioRow>[] = [
  {
    title: "ms",
    help: "the whole scenario; > of one that was stopped",
    show: (row) => (isTimed(row) ? bound(row) + ms(row.ms) : row.status),
  },
  {
    title: "ns/event",
    help: "the same by events; > of one that was stopped",
    show: (row) => ifTimed(row, bound(row) + ns(row.perEvent)),
  },
  { title: "step p50", help: "ms of a step", show: (row) => ifTimed(row, ms(row.step?.p50)) },
  { title: "p99", help: "ms of a step", show: (row) => ifTimed(row, ms(row.step?.p99)) },
  { title: "p99.9", help: "ms of a step", show: (row) => ifTimed(row, ms(row.step?.p999)) },
  { title: "max", help: "ms of the longest step", show: (row) => ifTimed(row, ms(row.step?.max)) },
  {
    title: "GCs",
    help: "garbage collections that stopped the program",
    show: (row) => ifTimed(row, row.pauses === undefined ? "" : count(row.pauses.count)),
  },
  { title: "GC ms", help: "their pauses, in all", show: (row) => ifTimed(row, ms(row.pauses?.total)) },
  { title: "GC p99", help: "ms of a pause", show: (row) => ifTimed(row, ms(row.pauses?.p99)) },
  { title: "GC max", help: "ms of the longest pause", show: (row) => ifTimed(row, ms(row.pauses?.max)) },
  {
    title: "CPU ms",
    help: "processor time of all threads, the collector's too",
    show: (row) => ifTimed(row, ms(row.cpu)),
  },
  {
    title: "heap",
    help: "growth of the JavaScript heap in bytes",
    show: (row) => ifTimed(row, bytes(row.heapGrowth)),
  },
  {
    title: "peak",
    help: "bytes reserved at the peak, metadata included",
    show: (row) => ifTimed(row, bytes(row.peakBytes)),
  },
  {
    title: "system calls",
    help: "as the subject counts them",
    show: (row) => ifTimed(row, row.systemCalls === undefined ? "" : count(row.systemCalls)),
  },
];

/** One line for what a row's cells can't say. */
export const noteOf = ({ scenario, subject, status, note }: ScenarioRow): string | undefined =>
  note === undefined || status === "unavailable" ? undefined : `${subject} on ${scenario}: ${status}, ${note}`;

/** A figure with its unit: 4.50 ns, 12.3×, 1,024. */
export function figure({ value, unit }: Pick<Figure, "value" | "unit">): string {
  if (!Number.isFinite(value)) return "none";
  if (unit === "bytes")
    return Number.isInteger(value) || Math.abs(value) >= 1024 ? bytes(Math.round(value)) : `${value.toPrecision(2)} B`;
  if (unit === "") return count(value);
  return unit === "×" ? `${ns(value)}×` : `${ns(value)} ${unit}`;
}

/** What a claim's line found, in its unit. Rounded down, whoever that favours: a smaller saving, a smaller factor. */
export function claimed({ unit }: Pick<ClaimLine, "unit">, value: number): string {
  const digits = Math.abs(value) < 10 || (unit === "%" && value > 99) ? 1 : 0;
  const down = Math.floor(value * 10 ** digits) / 10 ** digits;
  const text = Math.abs(down).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${down < 0 ? "−" : ""}${text}${unit === "×" ? "×" : " %"}`;
}

/** The range of a line, and its mean where it has several values. */
export function measured(line: ClaimLine): string {
  if (line.values.length === 1) return claimed(line, line.mean);
  return `${claimed(line, line.low)} to ${claimed(line, line.high)}, mean ${claimed(line, line.mean)}`;
}

/** A part of 1 as a percentage, rounded down. */
export const percent = (part: number | undefined): string =>
  part === undefined ? "" : claimed({ unit: "%" }, 100 * part);
