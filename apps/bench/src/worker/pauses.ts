import { constants, type NodeGCPerformanceDetail, PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { type Tail, tailOf } from "../base/tail.ts";

/** What the collector stopped the program for, in ms. */
export interface Pauses extends Pick<Tail, "count" | "p99" | "max"> {
  readonly total: number;
  /** How many of them were of the young generation only. */
  readonly minor: number;
}

/** From durations in ms. */
export function pausesOf(all: readonly { readonly ms: number; readonly isMinor: boolean }[]): Pauses {
  const { count, p99, max, mean } = tailOf(Float64Array.from(all, ({ ms }) => ms));
  return { count, total: count * mean, p99, max, minor: all.filter(({ isMinor }) => isMinor).length };
}

/**
 * Every garbage collection until `stop`, as `perf_hooks` tells of it: the time between its beginning and its end on the program's
 * own thread. Marking that is done beside the program, or in small steps between its calls, is not in it; processor time is.
 */
export function observePauses(): { stop(): Promise<Pauses> } {
  const entries: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => {
    entries.push(...list.getEntries());
  });
  observer.observe({ entryTypes: ["gc"] });
  const isMinor = (entry: PerformanceEntry): boolean =>
    (entry as unknown as { detail: NodeGCPerformanceDetail }).detail.kind === constants.NODE_PERFORMANCE_GC_MINOR;
  return {
    async stop() {
      // The last ones are reported in the next turn of the event loop.
      await setImmediate();
      entries.push(...observer.takeRecords());
      observer.disconnect();
      return pausesOf(entries.map((entry) => ({ ms: entry.duration, isMinor: isMinor(entry) })));
    },
  };
}
