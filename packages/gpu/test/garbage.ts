/** Run with `FLAGS` of `scripts/lib/garbage.ts`, as `node garbage.ts <handles>`: one million operations on a heap, and what they did to JavaScript's heap, as JSON. */
import { rounds } from "../../../scripts/lib/garbage.ts";
import { type Handle, RangeHeap } from "../src/index.ts";

const handles = process.argv[2] as "offset" | "table";
// Of a table, so many names that all are small integers.
const heap = new RangeHeap({ bytes: 2 ** 29, handles, blocks: 4000 });
const held = new Int32Array(1000);
let fence = 0;

/** `operations` of each verb in turn: pairs, and 1,000 blocks at a time, which are freed, or deferred. */
function churn(operations: number): void {
  for (let done = 0; done < operations; ) {
    for (let i = 0; i < 1000; i++, done += 4) {
      const h = heap.allocate(100 * (1 + (i % 70)), 256 << (i % 5));
      if (heap.sizeOf(h) < 100 || heap.offsetOf(h) < 0) throw new Error("wrong");
      heap.tryResize(h, 3000);
      heap.free(h);
    }
    for (let i = 0; i < 1000; i++, done++) held[i] = heap.tryAllocate(777 * (1 + (i % 40)));
    for (let i = 0; i < 1000; i++, done++) {
      if ((i & 1) === 0) heap.free(held[i] as Handle);
      else heap.defer(held[i] as Handle, fence + (i & 15));
    }
    heap.reach(fence + 16);
    fence += 16;
  }
}

// Warm: the code is compiled, and compiled again, until it stays.
for (let i = 0; i < 20; i++) churn(50_000);
console.log(JSON.stringify(await rounds(() => churn(1_000_000))));
