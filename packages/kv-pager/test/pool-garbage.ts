/** Run with `FLAGS` of `scripts/lib/garbage.ts`, as `node pool-garbage.ts vllm`: half a million verbs on blocks of a pool of that policy, and keys, and what they did to the heap, as JSON. */
import { rounds } from "../../../scripts/lib/garbage.ts";
import { BlockPool, ChainKeys } from "../src/index.ts";

const pool = new BlockPool({ blocks: 1000, priorities: 3, policy: process.argv[2]! });
const maker = new ChainKeys({ seed: "s" });
const context = maker.context({ salt: "a" });
const tokens = new Int32Array(16);
const keys = new Int32Array(8 * 17);
const table = new Int32Array(16);
const one = new Int32Array(1);
let request = 0;

/** `requests` of 16 blocks each: some begin as others did; some blocks are pinned, some have priorities, some end alone, some in a row. */
function churn(requests: number): void {
  for (let r = 0; r < requests; r++) {
    request = (request + 1) % 1_000_003;
    for (let i = 0; i < 16; i++) {
      tokens[0] = i < 8 ? request % 50 : request;
      maker.next(context, i, keys, 8 * Math.max(i - 1, 0), tokens, 0, keys, 8 * i);
    }
    let known = 0;
    for (; known < 16; known++) {
      const id = pool.find(keys, 8 * known);
      if (id === 0) break;
      table[known] = id;
    }
    pool.touch(table, 0, known);
    if (!pool.tryAllocate(16 - known, table, known)) throw new Error("full");
    for (let i = known; i < 16; i++) pool.register(table[i]!, keys, 8 * i);
    if (known < 16) {
      pool.pin(table[15]!);
      pool.setPriority(table[14]!, 1 + (request % 2), pool.step + 1 + (request % 100));
    }
    pool.release(table);
    if (known < 16) pool.unpin(table[15]!);
    pool.advance();
    one[0] = pool.take();
    pool.release(one);
    if (request % 64 === 0) {
      const first = pool.allocateRun(4);
      for (let i = 0; i < 4; i++) table[i] = first + i;
      pool.release(table, 0, 4);
      pool.evict(table[8]!);
    }
    if (request % 5000 === 0) pool.reset();
  }
}

// Warm: the code is compiled, and compiled again, until it stays.
for (let i = 0; i < 20; i++) churn(1000);
// What a round itself takes, 20 to 70 kB by the host, is in both.
console.log(JSON.stringify([await rounds(() => churn(1000)), await rounds(() => churn(10_000))]));
