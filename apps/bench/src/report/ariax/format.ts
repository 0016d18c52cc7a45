/** Rows, figures and claims of AriaX's run as people read them: the terminal, the page and the guide show the same words. */
import type { Figure } from "../../workloads/parts/figure.ts";
import type { ScenarioRow } from "../../workloads/scenarios/rows.ts";
import { bytes, count, ms, ns } from "../format.ts";
import { type Column, column } from "../shown.ts";
import type { ClaimLine } from "./claims.ts";

/** Its time is a lower bound. */
export const isBound = ({ status }: ScenarioRow): boolean => status === "stopped" || status === "out of memory";
export const isTimed = (row: ScenarioRow): boolean => row.status === "ok" || isBound(row);
const bound = (row: ScenarioRow): string => (isBound(row) ? "> " : "");
/** What only a row with a time has. */
const timed = (title: string, help: string, show: (row: ScenarioRow) => string): Column<ScenarioRow> =>
  column(title, help, (row) => (isTimed(row) ? show(row) : ""));

/** The columns of every scenario's table, in order. */
export const COLUMNS: readonly Column<ScenarioRow>[] = [
  column("ms", "the whole scenario; > of one that was stopped", (row) =>
    isTimed(row) ? bound(row) + ms(row.ms) : row.status,
  ),
  timed("ns/event", "the same by events; > of one that was stopped", (row) => bound(row) + ns(row.perEvent)),
  timed("step p50", "ms of a step", ({ step }) => ms(step?.p50)),
  timed("p99", "ms of a step", ({ step }) => ms(step?.p99)),
  timed("p99.9", "ms of a step", ({ step }) => ms(step?.p999)),
  timed("max", "ms of the longest step", ({ step }) => ms(step?.max)),
  timed("GCs", "garbage collections that stopped the program", ({ pauses }) => count(pauses?.count)),
  timed("GC ms", "their pauses, in all", ({ pauses }) => ms(pauses?.total)),
  timed("GC p99", "ms of a pause", ({ pauses }) => ms(pauses?.p99)),
  timed("GC max", "ms of the longest pause", ({ pauses }) => ms(pauses?.max)),
  timed("CPU ms", "processor time of all threads, the collector's too", ({ cpu }) => ms(cpu)),
  timed("heap", "growth of the JavaScript heap in bytes", ({ heapGrowth }) => bytes(heapGrowth)),
  timed("peak", "bytes reserved at the peak, metadata included", ({ peakBytes }) => bytes(peakBytes)),
  timed("system calls", "as the subject counts them", ({ systemCalls }) => count(systemCalls)),
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
