/** Requests one after another, each as an engine would: find, touch, allocate, register, release. */
import type { BlockPool } from "../src/index.ts";
import type { BlockTrace } from "./traces.ts";

/** Blocks of the trace that the pool had. */
export function serve(pool: BlockPool, { starts, ids }: BlockTrace): number {
  const key = new Int32Array(8);
  let [table, hits] = [new Int32Array(1024), 0];
  for (let r = 0; r + 1 < starts.length; r++) {
    const from = starts[r]!;
    const n = starts[r + 1]! - from;
    if (n > table.length) table = new Int32Array(2 * n);
    let known = 0;
    for (; known < n; known++) {
      key[0] = ids[from + known]!;
      const id = pool.find(key);
      if (id === 0) break;
      table[known] = id;
    }
    pool.touch(table, 0, known);
    pool.allocate(n - known, table, known);
    for (let i = known; i < n; i++) {
      key[0] = ids[from + i]!;
      pool.register(table[i]!, key);
    }
    pool.release(table, 0, n);
    hits += known;
  }
  return hits;
}
