import { describe, expect, test } from "vitest";
import { ALLOCATE, FREE, Random, REALLOCATE, type ServingScenario, serving, TraceBuilder } from "../../src/index.ts";
import { KvCache } from "../../src/scenarios/kv-cache.ts";
import { Arrivals, type Request } from "../../src/scenarios/requests.ts";
import { ScenarioBuilder } from "../../src/scenarios/scenario-builder.ts";
import { Scheduler } from "../../src/scenarios/scheduler.ts";
import { type NaiveStep, naiveServing } from "./naive-serving.ts";

const RECORDS = 0;
const TABLES = 1;

/** By step: what the events say. */
function counted({
  trace,
  steps,
  owner,
  tokensLive,
  blocksLive,
}: ServingScenario): Omit<NaiveStep, "waiting" | "unshared">[] {
  const bytesOf = new Int32Array(trace.slots);
  let [e, running, tableBytes] = [0, 0, 0];
  return Array.from(steps, (end, step) => {
    let [made, ended] = [0, 0];
    for (; e < end; e++) {
      const { [e]: op } = trace.op;
      if (owner[e] === RECORDS) {
        made += Number(op === ALLOCATE);
        ended += Number(op === FREE);
        continue;
      }
      running += op === ALLOCATE ? 1 : op === FREE ? -1 : 0;
      if (op !== ALLOCATE) tableBytes -= bytesOf[trace.slot[e]];
      tableBytes += bytesOf[trace.slot[e]] = trace.size[e];
    }
    return { blocksLive: blocksLive[step], tokensLive: tokensLive[step], running, made, ended, tableBytes };
  });
}

describe("by default", () => {
  const scenario = serving();
  const { trace, steps, owner, tokensLive, blocksLive } = scenario;

  test("a 34B model's cache of 90 GiB", () => {
    expect(scenario).toMatchObject({ blockTokens: 16, bytesPerToken: 60 * 8 * 128 * 2 * 2, period: 0.04 });
    expect(scenario.owners).toEqual(["kv-block", "block-table"]);
    expect((24_576 * scenario.blockTokens * scenario.bytesPerToken) / 2 ** 30).toBe(90);
    expect([steps.length, tokensLive.length, blocksLive.length]).toEqual([5000, 5000, 5000]);
  });

  test("records of 32 bytes, as many live as blocks are in use", () => {
    let [live, wrong, e] = [0, 0, 0];
    for (const [step, end] of steps.entries()) {
      for (; e < end; e++) {
        if (owner[e] !== RECORDS) continue;
        live += trace.op[e] === ALLOCATE ? 1 : -1;
        if (trace.op[e] === REALLOCATE || (trace.op[e] === ALLOCATE && trace.size[e] !== 32)) wrong++;
      }
      if (live !== blocksLive[step]) wrong++;
    }
    expect(wrong).toBe(0);
  });

  test("block tables of 4 bytes an entry, doubled from 8 entries on", () => {
    const bytesOf = new Int32Array(trace.slots);
    const sizes = new Set<number>();
    for (let e = 0; e < trace.events; e++) {
      if (owner[e] !== TABLES) continue;
      if (trace.op[e] === REALLOCATE) expect(trace.size[e]).toBe(2 * bytesOf[trace.slot[e]]);
      if (trace.op[e] !== FREE) sizes.add(trace.size[e]);
      bytesOf[trace.slot[e]] = trace.size[e];
    }
    // 4,096 tokens are 256 entries.
    expect([...sizes].sort((a, b) => a - b)).toEqual([32, 64, 128, 256, 512, 1024]);
  });

  test("hundreds of sequences, Poisson arrivals, and blocks below the capacity", () => {
    const states = counted(scenario);
    const steady = states.slice(2000).map(({ running }) => running);
    expect(Math.min(...steady)).toBeGreaterThan(300);
    expect(Math.max(...steady)).toBeLessThan(900);
    expect(blocksLive.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(24_576);
    // 1.2 requests a step, 1.5 sequences a request.
    expect(scenario.sequences / (5000 * 1.2 * 1.5)).toBeCloseTo(1, 1);
    expect(trace.allocations).toBe(scenario.sequences + states.reduce((sum, { made }) => sum + made, 0));
  });

  test("utilisation: of the blocks in use nearly all is used, for only last blocks are not full", () => {
    for (let step = 500; step < 5000; step++) {
      const used = tokensLive[step] / (16 * blocksLive[step]);
      expect(used).toBeGreaterThan(0.95);
      expect(used).toBeLessThan(1);
    }
  });

  test("sharing saves half of all blocks", () => {
    const made = trace.allocations - scenario.sequences;
    expect(scenario.shared / (scenario.shared + made)).toBeCloseTo(0.5, 2);
  });
});

describe("is what a plain simulation makes of the same requests", () => {
  test.each([
    { seed: 1, arrivals: 0.3, blocks: 24_576, steps: 300, waits: false },
    { seed: 2, arrivals: 1.2, blocks: 1024, steps: 250, waits: true },
    { seed: 3, arrivals: 0.15, blocks: 1024, steps: 800, waits: true },
  ])("%j", ({ seed, arrivals, blocks, steps, waits }) => {
    const naive = naiveServing(seed, arrivals, blocks, steps);
    const scenario = serving({ seed, arrivals, blocks, steps });
    expect(counted(scenario)).toEqual(naive.map(({ waiting, unshared, ...step }) => step));
    expect(naive.some(({ waiting }) => waiting > 0)).toBe(waits);
    expect(scenario.blocksLive.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(blocks);
    // All that ended, and all that is live.
    expect(naive.some(({ ended }) => ended > 0)).toBe(true);
    expect(naive.some(({ unshared, blocksLive }) => unshared > blocksLive)).toBe(true);
  });

  test("shared is the difference to a cache in which nothing is shared", () => {
    const [options, naive] = [{ seed: 4, arrivals: 1, steps: 60 }, naiveServing(4, 1, 24_576, 60)];
    // In so few steps hardly an answer ends: who ended is left out by looking at the steps before the first end.
    const first = naive.findIndex(({ ended }) => ended > 0);
    expect(first).toBeGreaterThan(5);
    const scenario = serving({ ...options, steps: first });
    const { unshared, blocksLive } = naive[first - 1];
    // A copied block was one of the shared ones, until it was copied: what is saved is what is not there.
    expect(scenario.shared).toBe(unshared - blocksLive);
    expect(scenario.shared).toBeGreaterThan(0);
  });
});

test("requests: conversations, three of four with one of 16 system prompts, some with several answers", () => {
  const arrivals = new Arrivals(new Random(1), 50);
  const requests = Array.from({ length: 400 }, () => arrivals.next()).flat();
  const answers = requests.flatMap((request) => request.answers);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;
  expect(requests.length / 400).toBeCloseTo(50, 0);
  expect(mean(requests.map(({ own }) => own)) / 161).toBeCloseTo(1, 1);
  expect(mean(answers) / 316).toBeCloseTo(1, 1);
  for (const [lengths, most] of [
    [requests.map(({ own }) => own), 2048],
    [answers, 1024],
  ] as const) {
    expect(lengths.reduce((a, b) => Math.min(a, b))).toBeGreaterThanOrEqual(1);
    expect(lengths.reduce((a, b) => Math.max(a, b))).toBe(most);
  }
  const counts = [0, 1, 2, 3, 4].map((n) => requests.filter(({ answers }) => answers.length === n).length);
  expect(counts.map((count) => Math.round((10 * count) / requests.length))).toEqual([0, 7, 2, 0, 1]);
  const grouped = requests.filter(({ group }) => group >= 0);
  expect(grouped.length / requests.length).toBeCloseTo(0.75, 1);
  const prefixes = new Map(grouped.map(({ group, prefix }) => [group, prefix]));
  expect([...prefixes.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, group) => group));
  for (const { group, prefix } of requests) expect(prefix).toBe(prefixes.get(group) ?? 0);
  expect(Math.min(...prefixes.values())).toBeGreaterThanOrEqual(64);
  expect(Math.max(...prefixes.values())).toBeLessThanOrEqual(1024);
});

describe("Scheduler", () => {
  // 34 tokens of prompt: two full blocks and a third, which two of three answers copy; each ends in a fifth block.
  const request: Request = { group: 0, prefix: 33, own: 1, answers: [40, 40, 40] };
  const needed = 3 + 2 + 3 * 2;

  function running(capacity: number, ...requests: Request[]): number {
    const scheduler = new Scheduler(new ScenarioBuilder(new TraceBuilder()), capacity);
    scheduler.step(requests);
    return scheduler.sequences;
  }

  test("begins what fits exactly, and not what lacks a block", () => {
    expect(running(needed, request)).toBe(3);
    expect(running(needed - 1, request)).toBe(0);
    // The second shares two full blocks of the first.
    expect(running(2 * needed - 2, request, request)).toBe(6);
    expect(running(2 * needed - 3, request, request)).toBe(3);
    expect(running(2 * needed - 1, request, { ...request, group: 1 })).toBe(3);
  });

  test("first come, first served: what would fit waits behind what does not", () => {
    const small: Request = { group: -1, prefix: 0, own: 1, answers: [1] };
    expect(running(needed - 1, small, request, small)).toBe(1);
    expect(running(needed - 1, small, small, request)).toBe(2);
  });

  test("fills the cache to the last block, and leaves nothing behind", () => {
    const scheduler = new Scheduler(new ScenarioBuilder(new TraceBuilder()), needed);
    let most = 0;
    for (let step = 0; step <= 40; step++) {
      scheduler.step(step === 0 ? [request] : []);
      most = Math.max(most, scheduler.cache.blocksLive);
    }
    expect(most).toBe(needed);
    // Three tables of five blocks would be 15.
    expect(scheduler.cache).toMatchObject({ blocksLive: 0, tokensLive: 0, shared: 15 - needed });
  });
});

describe("KvCache", () => {
  function made(): { builder: ScenarioBuilder; cache: KvCache } {
    const builder = new ScenarioBuilder(new TraceBuilder());
    return { builder, cache: new KvCache(builder) };
  }

  test("a block ends with its last reference", () => {
    const { builder, cache } = made();
    const block = cache.take(16);
    expect(cache.share(block)).toBe(block);
    cache.release(block);
    expect(cache).toMatchObject({ blocksLive: 1, tokensLive: 16, shared: 1 });
    expect(builder.events).toBe(1);
    cache.release(block);
    expect(cache).toMatchObject({ blocksLive: 0, tokensLive: 0, shared: 1 });
    expect(builder.events).toBe(2);
    expect(cache.take(1)).toBe(block);
  });

  test("a token goes into a copy where others refer to the block, and else into the block", () => {
    const { cache } = made();
    const block = cache.take(5);
    cache.share(block);
    const copy = cache.append(block);
    expect(copy).not.toBe(block);
    expect(cache).toMatchObject({ blocksLive: 2, tokensLive: 11, shared: 0 });
    expect(cache.append(block)).toBe(block);
    expect(cache.append(copy)).toBe(copy);
    expect(cache).toMatchObject({ blocksLive: 2, tokensLive: 13, shared: 0 });
    cache.release(copy);
    expect(cache).toMatchObject({ blocksLive: 1, tokensLive: 6 });
  });
});
