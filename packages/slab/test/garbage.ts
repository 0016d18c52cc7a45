/**
 * Run with --expose-gc: one million allocate+free pairs, and what they did to JavaScript's heap, as JSON, five times.
 * `delta` is its growth in bytes, `collections` how often it was collected meanwhile.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { SlabAllocator } from "../src/index.ts";
import { churn } from "./churn.ts";

const collect = (globalThis as unknown as { gc: () => void }).gc;
const heap = new SlabAllocator({ capacity: 16 << 20 });

let collections = 0;
const observer = new PerformanceObserver((list) => {
  collections += list.getEntries().length;
});

// Warm: the code is compiled, and compiled again, until it stays.
for (let i = 0; i < 20; i++) churn(heap, 100_000);
const rounds: { delta: number; collections: number }[] = [];
for (let round = 0; round < 5; round++) {
  await setTimeout(50);
  collect();
  await setTimeout(50);
  observer.observe({ entryTypes: ["gc"] });
  collections = 0;
  const before = process.memoryUsage().heapUsed;
  churn(heap, 1_000_000);
  const delta = process.memoryUsage().heapUsed - before;
  await setTimeout(50);
  observer.disconnect();
  rounds.push({ delta, collections });
}
console.log(JSON.stringify(rounds));
