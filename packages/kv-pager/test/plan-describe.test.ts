/** What the planner says of a trace, beside its hits: by definitions, written down as they are. */
import { expect, test } from "vitest";
import { generateTrace, Planner } from "../src/plan/index.ts";
import { Reuse } from "../src/plan/reuse.ts";
import { reference } from "./plan-reference.ts";

const KNOWN = 40;

/** How many uses lie so far apart: blocks used since, each once. */
function distancesOf(prompts: readonly number[][]): number[] {
  const found = new Array<number>(33).fill(0);
  let line: number[] = []; // in the order of last use
  for (const prompt of prompts) {
    for (const block of prompt) {
      const at = line.indexOf(block);
      if (at >= 0) found[Math.ceil(Math.log2(line.length - at))]++;
    }
    for (const block of [...prompt].reverse()) line = [...line.filter((one) => one !== block), block];
  }
  return found;
}

test.each([1, 2, 3, 4, 5])("reuse distances are counted, seed %i", (seed) => {
  let state = seed;
  const below = (n: number) => (state = (state * 48_271) % 2_147_483_647) % n;
  const prompts = Array.from({ length: 1500 }, () => Array.from({ length: below(9) }, () => below(KNOWN)));
  const reuse = new Reuse();
  for (const prompt of prompts) reuse.use(Int32Array.from(prompt), prompt.length, Number.NaN, KNOWN);
  expect([...reuse.distances]).toEqual(distancesOf(prompts));
  expect(Math.max(...reuse.times)).toBe(0);
});

test("so many uses have a distance below a power of two: a cache of so many blocks has that many hits, where prompts have one block", () => {
  let state = 7;
  const below = (n: number) => (state = (state * 48_271) % 2_147_483_647) % n;
  const prompts = Array.from({ length: 3000 }, () => [below(1 + below(200))]);
  const planner = new Planner({ capacities: [] });
  for (const hashes of prompts) planner.add({ hashes });
  const { distances } = planner.report();
  let upTo = 0;
  for (let c = 0; c <= 8; c++) {
    upTo += distances[c];
    expect(upTo).toBe(reference(prompts, 2 ** c).hits);
  }
});

test("times between uses, and stretches", () => {
  const planner = new Planner({ capacities: [] });
  const at = [0, 500, 9_000, 70_000, 700_000, 4_000_000, 100_000_000];
  for (const [i, now] of at.entries()) planner.add({ hashes: [1, 100 + i], at: now });
  const report = planner.report();
  expect(Array.from(report.times)).toEqual([1, 1, 0, 1, 2, 0, 1]); // below 1 s, 10 s, 1 min, 10 min, 1 h, 1 d, from there on
  expect(report.span).toBe(100_000_000);
  expect(report.workingSets).toEqual([
    { length: 60_000, unit: "ms", stretches: 5, mean: (4 + 2 + 2 + 2 + 2) / 5, most: 4 },
    { length: 600_000, unit: "ms", stretches: 4, mean: (5 + 2 + 2 + 2) / 4, most: 5 },
    { length: 3_600_000, unit: "ms", stretches: 3, mean: (6 + 2 + 2) / 3, most: 6 },
    { length: 1000, unit: "requests", stretches: 1, mean: 8, most: 8 },
  ]);
  expect(report.once).toBe(7);
});

test("requests without times have none", () => {
  const planner = new Planner({ capacities: [] });
  for (const hashes of [[1], [1]]) planner.add({ hashes });
  const { span, times, workingSets } = planner.report();
  expect(span).toBeNaN();
  expect(Math.max(...Array.from(times))).toBe(0);
  expect(workingSets.map(({ unit }) => unit)).toEqual(["requests"]);
});

test("tenants' sums are the whole, and each has the hits of its own prompts", () => {
  const planner = new Planner({ capacities: [{ policy: "vllm", blocks: 300 }] });
  for (const { hash_ids, input_length, tenant } of generateTrace({ requests: 500, tenants: 3 })) {
    planner.add({ hashes: hash_ids, tokens: input_length, tenant });
  }
  const { all, tenants } = planner.report();
  const parts = [...tenants.values()];
  expect([...tenants.keys()].sort()).toEqual(["tenant-1", "tenant-2", "tenant-3"]);
  for (const key of ["requests", "lookups", "different", "tokens"] as const) {
    expect(parts.reduce((sum, one) => sum + one[key], 0)).toBe(all[key]);
  }
  expect(parts.reduce((sum, one) => sum + one.hits[0], 0)).toBe(all.hits[0]);
  for (const one of parts) expect(one.hits[0]).toBeGreaterThan(0);
});

test("a trace of more tenants than are counted by name: the others are one", () => {
  const planner = new Planner({ capacities: [] });
  for (let t = 0; t < 10_005; t++) planner.add({ hashes: [t], tenant: `t${t}` });
  const { tenants } = planner.report();
  expect(tenants.size).toBe(10_001);
  expect(tenants.get("(others)")?.requests).toBe(5);
});
