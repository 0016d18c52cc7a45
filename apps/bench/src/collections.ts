import { PerformanceObserver } from "node:perf_hooks";

/** Counts garbage collections until `stop`. The last ones are reported in the next turn of the event loop. */
export function countCollections(): { stop(): number } {
  let count = 0;
  const observer = new PerformanceObserver((list) => {
    count += list.getEntries().length;
  });
  observer.observe({ entryTypes: ["gc"] });
  return {
    stop() {
      count += observer.takeRecords().length;
      observer.disconnect();
      return count;
    },
  };
}
