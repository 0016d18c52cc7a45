/** Garbage collections in what Chromium writes down of itself. */
import { type Pauses, pausesOf } from "../../worker/pauses.ts";

/** What has to be traced: V8's collections, and the page's own marks. */
export const CATEGORIES: readonly string[] = ["v8", "blink.user_timing"];

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** µs. */
  readonly ts: number;
  readonly dur?: number;
}

/** On the page's own thread. The young generation, the whole heap, and the steps in which the whole heap is marked before. */
const MINOR = "MinorGC";
const PAUSES = [MINOR, "MajorGC", "V8.GCIncrementalMarking"];

/** The pauses between two marks of a page. Throws where the marks are not there. */
export function pausesBetween(trace: string, [begin, end]: readonly [string, string]): Pauses {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: readonly TraceEvent[] };
  const mark = (name: string): TraceEvent => {
    const found = traceEvents.find((event) => event.name === name);
    if (found === undefined) throw new Error(`the browser's trace has no "${name}"`);
    return found;
  };
  const [from, to] = [mark(begin), mark(end)];
  const within = traceEvents.filter(
    ({ name, pid, tid, ts, dur }) =>
      PAUSES.includes(name) &&
      dur !== undefined &&
      pid === from.pid &&
      tid === from.tid &&
      ts >= from.ts &&
      ts <= to.ts,
  );
  return pausesOf(within.map(({ name, dur }) => ({ ms: dur! / 1000, isMinor: name === MINOR })));
}
