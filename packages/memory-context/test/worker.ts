/** A thread that is lent contexts, does what it is told with them, and lets go. */
import { parentPort } from "node:worker_threads";
import { SlabAllocator } from "@ariax/slab";
import { type ContextLoan, MemoryContext } from "../src/index.ts";

export interface Task {
  readonly loan: ContextLoan;
  readonly blocks: number[];
  readonly what: "work" | "fill" | "exceed" | "damage";
}

parentPort?.on("message", ({ loan, blocks, what }: Task) => parentPort?.postMessage(run(loan, blocks, what)));

function run(loan: ContextLoan, blocks: number[], what: Task["what"]): unknown {
  if (what === "exceed") {
    // Code that does not know of the quota.
    const heap = SlabAllocator.attach(loan.buffer, loan.byteOffset);
    while (heap.tryAllocate(1000) !== 0);
    return heap.stats().live;
  }
  if (what === "damage") {
    new Int32Array(loan.buffer, loan.byteOffset)[17] ^= 1;
    return undefined;
  }
  const pressures: number[] = [];
  using context = MemoryContext.adopt(loan, { onPressure: (of, size) => void pressures.push(of.used + size) });
  if (what === "fill") {
    let count = 0;
    while (context.tryAllocate(64) !== 0) count++;
    return { count, usage: context.usage(), pressures };
  }
  // Each block holds its number; every other one is freed, and two are made for it.
  const live = blocks.filter((p, i) => {
    if (context.load("u32", p, 0) !== p) throw new Error(`the block at ${p} has changed`);
    if (i % 2 === 0) return true;
    context.free(p);
    return false;
  });
  for (let i = live.length; i > 0; i--) {
    const p = context.allocate(8 + ((i * 97) % 900));
    context.store("u32", p, 0, p);
    live.push(p);
  }
  context.verify();
  return { live, path: context.path, usage: context.usage() };
}
