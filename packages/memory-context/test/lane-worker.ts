/** A thread with a lane of a heap, and a context over it with a quota: works with both until it is stopped, or killed. */
import { parentPort, workerData } from "node:worker_threads";
import { SharedSlabAllocator } from "@ariax/slab";
import { MemoryContext } from "../src/index.ts";

export interface Work {
  readonly buffer: SharedArrayBuffer;
  readonly ticket: number;
  readonly quota: number;
  /** Is 1 once the thread is to stop. */
  readonly stop: SharedArrayBuffer;
}

export interface Done {
  readonly turns: number;
  /** The most that was used, and what a call got when the quota was used up. */
  readonly peak: number;
  readonly refused: string;
}

const { buffer, ticket, quota, stop } = workerData as Work;
const stopped = new Int32Array(stop);
const heap = SharedSlabAllocator.attach(buffer, { ticket });
const context = new MemoryContext(heap, { name: `ticket ${ticket}`, quota });

const full: number[] = [];
for (let p = context.tryAllocate(64); p !== 0; p = context.tryAllocate(64)) full.push(p);
let refused = "";
try {
  context.allocate(8);
} catch (error) {
  refused = (error as Error).message;
}
for (const p of full) context.free(p);
parentPort?.postMessage("works");

let state = ticket;
const next = (n: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state >>> 8) % n;
};
const live: number[] = [];
let turns = 0;
for (; Atomics.load(stopped, 0) === 0; turns++) {
  const p = context.tryAllocate(1 + next(turns % 16 === 0 ? 60_000 : 900));
  if (p !== 0) {
    context.store("u32", p, 0, p ^ ticket);
    live.push(p);
  }
  while (live.length > 100 || (p === 0 && live.length > 0)) {
    const q = live.splice(next(live.length), 1)[0];
    if (context.load("u32", q, 0) !== (q ^ ticket) >>> 0) throw new Error(`the block at ${q} has changed`);
    context.free(q);
  }
  // The lane itself, and contexts that come and go.
  heap.free(heap.allocate(1 + next(40_000)));
  if (turns % 64 === 0) {
    const inner = new MemoryContext(context, { name: "inner", quota: 1000 });
    inner.allocate(100);
    inner.dispose();
    const beside = new MemoryContext(heap, { name: "beside", quota: 50_000 });
    beside.allocate(20_000);
    beside.dispose();
  }
}
context.verify();
heap.verifyLane();
const { peak } = context.usage();
context.dispose();
heap.close();
parentPort?.postMessage({ turns, peak, refused } satisfies Done);
