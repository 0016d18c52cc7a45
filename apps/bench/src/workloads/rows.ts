/** A row of the main report: one subject on one workload, over its observations. */
import { summarise } from "../base/statistics.ts";
import { loopOf, type Subject } from "../subjects/subject.ts";
import { peakRatio } from "../worker/metrics.ts";
import { type Observed, ofKind } from "../worker/protocol.ts";
import type { HeapObservation } from "./heap/observe.ts";
import type { Workload } from "./workload.ts";

export type Status = "ok" | "stopped" | "out of memory" | "corrupts" | "error" | "missing";

/** Times are ns per unit of the workload. */
export interface Row {
  readonly workload: string;
  readonly subject: string;
  readonly status: Status;
  /** What went wrong, or how far a stopped one came. */
  readonly note?: string;
  /** The least window of all processes; of a stopped one, a lower bound. */
  readonly gross?: number;
  /** The least of the process that was slowest. */
  readonly high?: number;
  /** The very first replay of a process, before anything was compiled: the least of all processes. */
  readonly first?: number;
  /** Processes. */
  readonly count: number;
  /** `gross` less the loop's: the least on both sides. */
  readonly net?: number;
  /** ns per event, over batches. */
  readonly p50?: number;
  readonly p99?: number;
  readonly max?: number;
  /** Bytes at the peak, metadata included, by bytes live at the peak. */
  readonly peakRatio?: number;
  readonly peakReserved?: number;
  readonly peakLive?: number;
  /** Bytes beside the blocks; absent where they lie between the blocks. */
  readonly metadata?: number;
  readonly failures?: number;
  readonly collections?: number;
  /** Of an allocator in C: `net` where the first byte of each new block is written. */
  readonly touched?: number;
}

/** What is measured on what. */
export interface Pair {
  readonly subject: Subject;
  readonly workload: Workload;
}

/** A row for each pair, and loops' costs taken off. */
export function rowsOf(pairs: readonly Pair[], observed: readonly Observed[]): Row[] {
  const rows = pairs.map((pair) => {
    const { subject, workload } = pair;
    const mine = ofKind<HeapObservation>(observed, workload.kind).filter(
      (one) => one.subject === subject.name && one.workload === workload.name,
    );
    const observations = mine.map(({ observation }) => observation as HeapObservation);
    return { pair, row: rowOf(pair, observations) };
  });
  return rows.map(({ pair: { subject, workload }, row }) => {
    if (row.gross === undefined || subject.origin === "loop" || workload.group === "start") return row;
    const loop = rows.find(({ pair }) => pair.workload === workload && pair.subject.name === loopOf(subject))?.row
      .gross;
    if (loop === undefined) return row;
    const touched = row.touched === undefined ? {} : { touched: row.touched - loop };
    return { ...row, net: row.gross - loop, ...touched };
  });
}

function rowOf({ subject, workload }: Pair, observations: readonly HeapObservation[]): Row {
  const row = {
    ...{ workload: workload.name, subject: subject.name, count: observations.length },
    ...factsOf(observations),
  };
  const check = observations.find((one) => one.check !== undefined)?.check;
  // The worst comes first: a subject that corrupts blocks has no time.
  if (check !== undefined && check.corrupted + check.refusedFrees > 0) {
    const note = `${check.corrupted} blocks corrupted, ${check.refusedFrees} frees refused`;
    return { ...row, status: "corrupts", note };
  }
  if (check !== undefined && check.failures > 0) {
    return { ...row, status: "out of memory", note: `${check.failures} refused: ${check.firstFailure}` };
  }
  const error = observations.find((one) => one.error !== undefined)?.error;
  if (error !== undefined) return { ...row, status: "error", note: error };
  const times = observations.flatMap(({ time }) => time ?? []);
  for (const time of times) {
    if (!time.stopped) continue;
    const { atLeast, done, events, soFar } = time;
    const part = `${((100 * done) / events).toPrecision(2)} % done at ${Math.round(soFar).toLocaleString("en-US")} ns each`;
    return { ...row, status: "stopped", gross: atLeast, note: part };
  }
  const finished = times.flatMap((time) => (time.stopped ? [] : [time]));
  if (finished.length === 0) return { ...row, status: "missing", note: "not measured" };
  const first = Math.min(...finished.map((time) => time.first));
  // Of a start the first replay is the whole.
  const { low, high, count } = summarise(finished.map((time) => (workload.group === "start" ? time.first : time.best)));
  const collections = finished.reduce((sum, time) => sum + time.collections, 0);
  const touched = observations.flatMap((one) => one.touched?.best ?? []);
  const more = touched.length > 0 ? { touched: Math.min(...touched) } : {};
  return { ...row, status: "ok", gross: low, high, first, count, collections, ...more };
}

/** Bytes. Of less, the ratio says nothing but how large an empty heap is. */
const LEAST_PEAK = 65_536;

/** What is not about time, of the one observation that has it. */
function factsOf(observations: readonly HeapObservation[]): Partial<Row> {
  const { check, needs, latency } =
    observations.find((one) => one.check !== undefined || one.latency !== undefined) ?? {};
  // Of a check that was cut short the peak is not known.
  const isKnown = check !== undefined && check.events === needs?.events && needs.peakLive >= LEAST_PEAK;
  const ratio = isKnown ? peakRatio(check, needs.peakLive) : undefined;
  return {
    ...(latency && { p50: latency.p50, p99: latency.p99, max: latency.max }),
    ...(needs && { peakLive: needs.peakLive }),
    ...(ratio !== undefined && { peakRatio: ratio, peakReserved: check!.peakReserved! }),
    ...(check && { metadata: check.metadata, failures: check.failures }),
  };
}
