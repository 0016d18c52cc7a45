/**
 * The 33 cases, from bugs of serving engines. Most are in the suite that any pager can run (`src/suite/cases`), which `conformance.test.ts` runs, each by its name
 * and with its origin; those of blocks alone, of another process, and of real traces are here.
 */
import { execFileSync } from "node:child_process";
import { DoubleFreeError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { LONG } from "../../../scripts/lib/long.ts";
import { BlockPool, KvPager, PinLimitError } from "../src/index.ts";
import { CASES } from "../src/suite/cases.ts";
import { churn } from "../src/suite/churn.ts";
import { random } from "../src/suite/random.ts";
import { readTrace, TABLE, TRACES } from "./traces.ts";

const HERE = [6, 7, 26, 27, 32];

test("there are 33, with an origin each", () => {
  const numbers = [...CASES.map(({ number }) => number), ...HERE].sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 33 }, (_, i) => i + 1));
  expect(CASES.filter(({ origin }) => origin.length < 4)).toEqual([]);
});

const ids = (...list: number[]) => Int32Array.from(list);

// vllm-project/vllm#42571, Dynamo #13398
test("case 6: released twice in one call, with two references: it is free once", () => {
  const pool = new BlockPool({ blocks: 8 });
  const block = pool.take();
  pool.touch(ids(block));
  pool.release(ids(block, block));
  expect([pool.refs(block), pool.free, pool.empty]).toEqual([0, 8, 8]);
  pool.verify();
});

// The same.
test("case 7: released twice in one call, with one reference: a double free, and nothing changed", () => {
  const pool = new BlockPool({ blocks: 8 });
  const [first, second] = [pool.take(), pool.take()];
  const before = Buffer.from(pool.snapshot());
  expect(() => pool.release(ids(second, first, first))).toThrow(DoubleFreeError);
  expect(() => pool.release(ids(second, first, first))).toThrow(`double free: block ${first} is free already`);
  expect(Buffer.compare(Buffer.from(pool.snapshot()), before)).toBe(0);
});

/** The seed's keys, as a pager's events tell them. */
const KEYS = `
  import { KvPager } from "@ariax/kv-pager";
  const pager = new KvPager({ blocks: 8, blockTokens: 4, events: true, seed: "one" });
  pager.allocateSlots(pager.open({ tokens: [0, 1, 2, 3, 4, 5, 6, 7, 8], salt: "s", adapter: undefined, media: [] }), 9);
  console.log(JSON.stringify(pager.events.drain().map(({ key }) => key)));
`;

// LMCache #1739, #2136, #2511
test("case 12: another process makes the same keys of the same seed", () => {
  const hooks = new URL("../../../scripts/lib/workspace-hooks.ts", import.meta.url).href;
  const run = ["--import", hooks, "--input-type=module-typescript", "--eval", KEYS];
  const other = JSON.parse(execFileSync(process.execPath, run, { encoding: "utf8" }));
  const pager = new KvPager({ blocks: 8, blockTokens: 4, events: true, seed: "one" });
  pager.allocateSlots(pager.open({ tokens: [0, 1, 2, 3, 4, 5, 6, 7, 8], salt: "s" }), 9);
  expect(pager.events.drain().map(({ key }) => key)).toEqual(other);
  expect(other.length).toBe(2);
});

// vllm-project/vllm#27097
test("case 26: a fifth of the blocks can be pinned, and the rest allocated", () => {
  const pager = new KvPager({ blocks: 10, blockTokens: 4, policy: "vllm" });
  const first = pager.open({ tokens: Array.from({ length: 12 }, (_, i) => i) });
  pager.allocateSlots(first, 12);
  const [a, b, c] = pager.table(first);
  pager.pin(a);
  pager.pin(b);
  expect(() => pager.pin(c)).toThrow(PinLimitError);
  expect(() => pager.pin(c)).toThrow("pin limit: 2 of 10 blocks are pinned, and 2 may be");
  pager.close(first);
  expect(pager.free).toBe(8);
  const second = pager.open({ tokens: Array.from({ length: 33 }, (_, i) => 100 + i) });
  expect(pager.allocateSlots(second, 32)).toBe(true);
  expect(pager.computed(pager.open({ tokens: Array.from({ length: 12 }, (_, i) => i) }))).toBe(8);
  pager.close(second);
  // The block that was pinned goes where it would stand: it was let go of before all others.
  pager.unpin(b);
  pager.unpin(a);
  const third = pager.open({ tokens: [7, 7, 7, 7] });
  pager.allocateSlots(third, 4);
  expect([...pager.table(third)]).toEqual([b]);
  pager.verify();
});

// TensorRT-LLM's retention, vllm-project/vllm#47802
test("case 27: a priority of 90 for some steps, and after them none", () => {
  const pager = new KvPager({ blocks: 8, blockTokens: 4, priorities: 101, policy: "vllm" });
  const serve = (first: number, more = {}) => {
    const sequence = pager.open({ tokens: Array.from({ length: 8 }, (_, i) => first + i), ...more });
    pager.allocateSlots(sequence, 8);
    const table = [...pager.table(sequence)];
    pager.close(sequence);
    return table;
  };
  const high = serve(0, { priority: 90, retain: 100 });
  const low = [serve(100), serve(200), serve(300)];
  const tail = ([a, b]: number[]) => [b, a];
  // All are cached: the low ones go first, though the high one is older.
  expect(serve(400)).toEqual(tail(low[0]));
  pager.advance(99);
  expect(serve(500)).toEqual(tail(low[1]));
  pager.advance(1);
  // Its term is over: it is the oldest of all.
  expect(serve(600)).toEqual(tail(high));
  pager.verify();
});

// SGLang #35270, xLLM #828
test("case 30: all is free after very many random steps", () => {
  const pager = new KvPager({ blocks: 24, blockTokens: 4, seed: "cases", tenants: 2 });
  churn(pager, random(3), LONG ? 1_000_000 : 50_000);
  expect(pager.free).toBe(24);
  const { empty, cached } = pager.pool().stats();
  expect(empty + cached).toBe(24);
  pager.verify();
});

/** Whole blocks that hit, of requests one after another: their prompts are keys, of a token each and one more. */
function hitsOf(name: "conversation" | "synthetic", blocks: number): number {
  const { starts, ids: blockIds } = readTrace(name);
  const pager = new KvPager({ blocks, blockTokens: 2, policy: "vllm", sequences: 4 });
  let hits = 0;
  for (let r = 0; r + 1 < starts.length; r++) {
    const n = starts[r + 1] - starts[r];
    const keys = new Int32Array(8 * n);
    for (let i = 0; i < n; i++) keys[8 * i] = blockIds[starts[r] + i];
    const sequence = pager.open({ keys, length: 2 * n + 1 });
    const computed = pager.computed(sequence);
    expect(pager.allocateSlots(sequence, 2 * n - computed)).toBe(true);
    pager.close(sequence);
    hits += computed / 2;
  }
  pager.verify();
  return hits;
}

// vLLM's own KVCacheManager; `traces.test.ts` has all capacities for a pool of blocks.
describe("case 32: hits are vLLM's, to the block", () => {
  const all = (["synthetic", "conversation"] as const).flatMap((name) =>
    TABLE[name].hits.filter(([blocks]) => LONG || blocks === 10_000).map(([blocks, hits]) => ({ name, blocks, hits })),
  );
  test.skipIf(TRACES === undefined).each(all)("$name, $blocks blocks", ({ name, blocks, hits }) => {
    expect(hitsOf(name, blocks)).toBe(hits);
  });
});
