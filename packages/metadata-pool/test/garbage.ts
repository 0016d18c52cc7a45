/**
 * Run with --expose-gc: one million operations on a pool, and what they did to the heap, as JSON, five times. `delta` is
 * the heap's growth in bytes, `collections` how often it was collected meanwhile.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { MetadataPool } from "../src/index.ts";

const collect = (globalThis as unknown as { gc: () => void }).gc;
const pool = new MetadataPool({ fields: { size: "u32", owner: "f64" } });
const held = new Int32Array(1000);

/** `operations` acquires and releases: pairs, and 1,000 records at a time. */
function churn(operations: number): void {
  const { size } = pool.columns;
  for (let done = 0; done < operations; ) {
    for (let i = 0; i < 1000; i++, done += 2) {
      const h = pool.acquire();
      size[pool.slot(h)] = i;
      pool.release(h);
    }
    for (let i = 0; i < 1000; i++, done++) held[i] = pool.acquire();
    for (let i = 0; i < 1000; i++, done++) pool.release(held[i] as ReturnType<typeof pool.acquire>);
  }
}

let collections = 0;
const observer = new PerformanceObserver((list) => {
  collections += list.getEntries().length;
});

// Warm: the code is compiled, and compiled again, until it stays.
for (let i = 0; i < 20; i++) churn(100_000);
const rounds: { delta: number; collections: number }[] = [];
for (let round = 0; round < 5; round++) {
  await setTimeout(50);
  collect();
  await setTimeout(50);
  observer.observe({ entryTypes: ["gc"] });
  collections = 0;
  const before = process.memoryUsage().heapUsed;
  churn(1_000_000);
  const delta = process.memoryUsage().heapUsed - before;
  await setTimeout(50);
  observer.disconnect();
  rounds.push({ delta, collections });
}
console.log(JSON.stringify(rounds));
