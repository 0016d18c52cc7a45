/** Run with `FLAGS` of `scripts/lib/garbage.ts`, as `node garbage.ts [shared]`: one million operations on a pool, and what they did to the heap, as JSON. */
import { rounds } from "../../../scripts/lib/garbage.ts";
import { MetadataPool, SharedMetadataPool } from "../src/index.ts";

const Pool = process.argv[2] === "shared" ? SharedMetadataPool : MetadataPool;
const pool = new Pool({ fields: { size: "u32", owner: "f64" } }) as MetadataPool<{ size: "u32"; owner: "f64" }>;
const held = new Int32Array(1000);

/** `operations` acquires and releases: pairs, and 1,000 records at a time. */
function churn(operations: number): void {
  const { size } = pool.columns;
  const { owner } = pool.fields;
  for (let done = 0; done < operations; ) {
    // Not of a shared pool: it takes the same slot each time, whose handles soon are no small integers, and boxed.
    for (let i = 0; Pool === MetadataPool && i < 1000; i++, done += 2) {
      const h = pool.acquire();
      size[pool.slot(h)] = i;
      owner.set(h, owner.get(h) + 0.5);
      pool.release(h);
    }
    for (let i = 0; i < 1000; i++, done++) held[i] = pool.acquire();
    for (let i = 0; i < 1000; i++, done++) pool.release(held[i] as ReturnType<typeof pool.acquire>);
  }
}

// Warm: the code is compiled, and compiled again, until it stays.
for (let i = 0; i < 20; i++) churn(100_000);
console.log(JSON.stringify(await rounds(() => churn(1_000_000))));
