import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { SlabAllocator } from "@ariax/slab";
import { expect, test } from "vitest";
import { moduleBytes, WasmAllocator } from "../src/index.ts";
import { PAGE } from "./heaps.ts";

test("a shared heap is handed from thread to thread, and grows in each", async () => {
  const heap = WasmAllocator.createSync({ capacity: PAGE, maxCapacity: 200 * PAGE, shared: true });
  const { memory } = heap;
  const module = new WebAssembly.Module(moduleBytes(true));
  const threads = [1, 2, 3].map(
    (seed) => new Worker(new URL("worker.ts", import.meta.url), { workerData: { memory, module, seed } }),
  );
  try {
    let live: number[] = [];
    const lengths = [memory.buffer.byteLength];
    for (let turn = 0; turn < 9; turn++) {
      const thread = threads[turn % 3];
      const answer = once(thread, "message");
      thread.postMessage(live);
      [live] = (await answer) as [number[]];
      lengths.push(memory.buffer.byteLength);
      // It is here between the turns: for both engines.
      expect(heap.stats().blocks).toBe(live.length);
      const p = heap.allocate(100);
      SlabAllocator.attach(memory).free(p);
      heap.verify();
    }
    expect(new Set(lengths).size).toBeGreaterThan(2);
    heap.freeMany(Int32Array.from(live));
    expect(heap.stats().blocks).toBe(0);
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
});
