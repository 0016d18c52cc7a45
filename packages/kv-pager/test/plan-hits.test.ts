/** The planner's hits, by right values that it had no part in. */
import { InvalidArgumentError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { type BlockHash, generateTrace, Planner } from "../src/plan/index.ts";
import { reference } from "./plan-reference.ts";

function hitsOf(prompts: readonly (readonly BlockHash[])[], blocks: readonly number[]) {
  const planner = new Planner({ capacities: blocks.map((count) => ({ policy: "vllm", blocks: count })) });
  for (const hashes of prompts) planner.add({ hashes });
  return { results: planner.results(), unlimited: planner.report().all.hits[blocks.length] };
}

describe("policy vllm", () => {
  test.each(Array.from({ length: times(6, 40) }, (_, i) => i + 1))("on the generated trace of seed %i", (seed) => {
    const prompts = [...generateTrace({ seed, requests: 400 })].map(({ hash_ids }) => hash_ids);
    const capacities = [1, 7, 100, 200, 400, 1000, 100_000];
    const { results, unlimited } = hitsOf(prompts, capacities);
    for (const [i, blocks] of capacities.entries()) {
      // Of the largest the reference needs no more than the trace has.
      const right = reference(prompts, Math.min(blocks, 8000));
      expect(results[i]).toEqual({ policy: "vllm", blocks, ...right });
    }
    expect(unlimited).toBe(results.at(-1)!.hits);
    expect(results[4].hits).toBeGreaterThan(results[2].hits);
  });

  // Hashes that are no prefixes: a block is there in several copies, and twice in one prompt.
  test.each(Array.from({ length: times(20, 400) }, (_, i) => i + 1))("on any hashes, seed %i", (seed) => {
    let state = seed;
    const below = (n: number) => (state = (state * 48_271) % 2_147_483_647) % n;
    const prompts = Array.from({ length: 200 }, () => Array.from({ length: below(6) }, () => below(12)));
    const capacities = [1, 2, 3, 5, 8, 13, 30];
    const { results } = hitsOf(prompts, capacities);
    for (const [i, blocks] of capacities.entries()) {
      expect(results[i], `${blocks} blocks`).toEqual({ policy: "vllm", blocks, ...reference(prompts, blocks) });
    }
  });
});

test("a request that has more blocks than the cache is not served: no hits, and nothing is evicted for it", () => {
  const planner = new Planner({ capacities: [{ policy: "vllm", blocks: 2 }] });
  for (const hashes of [
    [1, 2],
    [1, 2, 3],
    [1, 2],
  ])
    planner.add({ hashes });
  expect(planner.results()).toEqual([{ policy: "vllm", blocks: 2, lookups: 7, hits: 2 }]);
  expect(planner.report().capacities).toEqual([{ policy: "vllm", blocks: 2, refused: 1, refusedLookups: 3 }]);
});

test("after a clear nothing is found, also not by the cache without limit", () => {
  const planner = new Planner({ capacities: [{ policy: "vllm", blocks: 9 }] });
  planner.add({ hashes: [1, 2] });
  planner.clear();
  planner.add({ hashes: [1, 2] });
  planner.add({ hashes: [1, 2] });
  expect(planner.report().all.hits).toEqual([2, 2]);
});

describe("a hash is its text", () => {
  const huge = "18446744073709551615";
  test.each<[string, BlockHash, BlockHash, boolean]>([
    ["numbers", 5, 5, true],
    ["a number and its text", 5, "5", true],
    ["a number and a bigint", 5, 5n, true],
    ["0 and −0", 0, -0, true],
    ["2⁶⁴ − 1 and its text", 18446744073709551615n, huge, true],
    ["2⁶⁴ − 1 and 2⁶⁴ − 2", 18446744073709551615n, 18446744073709551614n, false],
    ["2⁵³ and 2⁵³ + 1", "9007199254740992", "9007199254740993", false],
    ["1 and 01", 1, "01", false],
    ["−1 and 1", -1, 1, false],
    ["−2⁶³ as text, and one more", "-9223372036854775808", "-9223372036854775807", false],
  ])("%s", (_, first, second, isSame) => {
    const { results } = hitsOf([[first], [second]], [10]);
    expect(results[0].hits).toBe(isSame ? 1 : 0);
  });
});

describe("what is no prompt is refused, and nothing has changed", () => {
  const capacities = [{ policy: "vllm", blocks: 9 }];
  test.each<[unknown, string]>([
    [undefined, "invalid prompt: undefined is no object"],
    [{ hashes: undefined }, "invalid hashes: undefined is no list"],
    [{ hashes: [1, null] }, "invalid hashes[1]: null is no hash"],
    [{ hashes: [1, 1.5] }, "invalid hashes[1]: 1.5 is no whole number that is exact"],
    [{ hashes: [2 ** 53] }, "invalid hashes[0]: 9007199254740992 is no whole number that is exact"],
    [{ hashes: [""] }, "invalid hashes[0]: it is empty"],
    [{ hashes: [1], at: "now" }, 'invalid at: "now" is no time in ms'],
    [{ hashes: [1], at: Number.POSITIVE_INFINITY }, "invalid at: Infinity is no time in ms"],
    [{ hashes: [1], tokens: -1 }, "invalid tokens: -1 is not a whole number from 0 to 9007199254740991"],
    [{ hashes: [1], tenant: 7 }, "invalid tenant: 7 is no string"],
    [{ hashes: [1], length: 7 }, 'unknown option: "length" is not one of hashes, at, tokens, tenant'],
  ])("%j", (prompt, message) => {
    const planner = new Planner({ capacities });
    const before = JSON.stringify(planner.report());
    expect(() => planner.add(prompt as never)).toThrow(new InvalidArgumentError(message));
    expect(JSON.stringify(planner.report())).toBe(before);
  });

  test.each<[unknown, string]>([
    [undefined, "invalid options: undefined is no object"],
    [{ capacities: 7 }, "invalid capacities: 7 is no array"],
    [{ capacities: [{ policy: "mru", blocks: 1 }] }, 'invalid policy: "mru" is not one of '],
    [{ capacities: [{ policy: "vllm", blocks: 0 }] }, "invalid blocks: 0 is not a whole number from 1 to 16777215"],
  ])("%j", (options, message) => {
    expect(() => new Planner(options as never)).toThrow(message);
  });
});
