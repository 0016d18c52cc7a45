/**
 * A long model run, not part of the ordinary tests: node packages/metadata-pool/test/soak.ts [operations] [seed]
 *
 * Pools of several shapes against plain arrays: every handle is new, live ones keep their contents, dead ones stay dead.
 */
import assert from "node:assert/strict";
import { type Handle, MetadataPool } from "../src/index.ts";

const operations = Number(process.argv[2] ?? 10_000_000);
let state = Number(process.argv[3] ?? 1);
/** A whole number from 0 below `n`, by xorshift. */
function random(n: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % n;
}

const fields = { value: "f64", tag: "u8" } as const;
type H = Handle<typeof fields>;

/** Acquires and releases at random, first filling up, then emptying, in turns. */
function soak(capacity: number, generationBits: number | undefined, operations: number): void {
  const pool = new MetadataPool({ capacity, generationBits, fields });
  const live: H[] = [];
  const dead: H[] = [];
  const lastLife = new Float64Array(capacity);
  let bias = 3;
  for (let i = 0; i < operations; i++) {
    if (random(5 * capacity) === 0) bias = 1 + random(4);
    if (random(5) < bias) {
      const h = pool.tryAcquire();
      assert.equal(h === 0, live.length + pool.retired === capacity);
      if (h === 0) continue;
      const slot = pool.slot(h);
      // a slot's handles only ever rise
      assert.ok(h > lastLife[slot]);
      lastLife[slot] = h;
      pool.set(h, "value", h);
      pool.set(h, "tag", h % 251);
      live.push(h);
    } else if (live.length > 0) {
      const at = random(live.length);
      const h = live[at];
      live[at] = live[live.length - 1];
      live.pop();
      assert.equal(pool.get(h, "value"), h);
      assert.equal(pool.get(h, "tag"), h % 251);
      pool.release(h);
      dead[random(1000)] = h;
    }
    const old = dead[random(1000)];
    if (old !== undefined) {
      assert.ok(!pool.isLive(old));
      if (i % 64 === 0) assert.throws(() => pool.release(old), /^(StaleHandle|DoubleFree)Error: /);
    }
    if (random(200_000) === 0) {
      pool.verify();
      assert.equal(pool.size, live.length);
      if (random(4) === 0) {
        pool.reset();
        live.length = 0;
      }
    }
  }
  pool.verify();
  assert.deepEqual(new Set(pool), new Set(live));
  console.log(`${capacity} records: ${operations} operations, ${JSON.stringify(pool.stats())}`);
}

soak(10_000, undefined, operations / 2);
soak(1_000, 11, operations / 4);
soak(33, undefined, operations / 8);
soak(300_000, 6, operations / 8);
console.log(`metadata-pool: ${operations} operations, every handle as the model says, every invariant held`);
