/** Numbers and rows as people read them: the terminal and the page show the same words. */
import type { Line } from "./against-c.ts";
import type { Row } from "./row.ts";

/** Two digits below 10, one below 100, none above. */
export function ns(value: number | undefined): string {
  if (value === undefined) return "";
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function bytes(value: number | undefined): string {
  if (value === undefined) return "";
  if (value < 1024) return `${value} B`;
  return value < 2 ** 20 ? `${(value / 1024).toFixed(1)} KiB` : `${(value / 2 ** 20).toFixed(1)} MiB`;
}

/** A ratio. */
export const times = (value: number): string => `${value.toFixed(2)}×`;

export const AGAINST_C = "TypeScript against C";
export const AGAINST_C_HELP =
  "net of the loop, each side's own; the mean is geometric; written: each new block's first byte";

/** What a line shows by trace, and of its mean. */
export const numbersOf = ({ values, mean }: Line, show: (value: number) => string): string[] =>
  [...values, mean].map((value) => (value === null ? "" : show(value)));

/** The columns of every table, in order: title, and what a row shows. */
export const COLUMNS: readonly { title: string; help: string; show: (row: Row) => string }[] = [
  { title: "ns", help: "per unit, the loop included; median of processes", show: gross },
  { title: "net", help: "the same less the loop's own cost", show: (row) => (row.status === "ok" ? ns(row.net) : "") },
  { title: "low–high", help: "over the processes", show: spread },
  { title: "p50", help: "ns per event, batches of 256", show: (row) => tail(row, row.p50) },
  { title: "p99", help: "ns per event, batches of 256", show: (row) => tail(row, row.p99) },
  { title: "max", help: "ns per event, the worst batch", show: (row) => tail(row, row.max) },
  {
    title: "peak",
    help: "bytes reserved and metadata by bytes live, at the peak",
    show: (row) => (row.peakRatio === undefined ? "" : `${row.peakRatio.toFixed(2)}×`),
  },
  { title: "metadata", help: "bytes beside the blocks", show: (row) => bytes(row.metadata) },
  { title: "failures", help: "allocations refused, of all", show: (row) => String(row.failures ?? "") },
];

function gross(row: Row): string {
  if (row.status === "stopped") return `> ${ns(row.gross)}`;
  return row.status === "ok" ? ns(row.gross) : row.status;
}

function spread(row: Row): string {
  return row.count > 1 && row.low !== undefined && row.high !== undefined ? `${ns(row.low)}–${ns(row.high)}` : "";
}

function tail(row: Row, value: number | undefined): string {
  return row.status === "ok" || row.status === "stopped" ? ns(value) : "";
}

/** One line for what a row's cells can't say. */
export const noteOf = (row: Row): string | undefined =>
  row.status === "ok" ? undefined : `${row.subject} on ${row.workload}: ${row.status}, ${row.note}`;
