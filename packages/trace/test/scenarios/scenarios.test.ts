import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  decodeTrace,
  describeScenario,
  freeLive,
  replay,
  replayChecked,
  type Scenario,
  type ScenarioDescription,
  scenarios,
  TraceBuilder,
  workloads,
  writeTrace,
} from "../../src/index.ts";
import { ScenarioBuilder } from "../../src/scenarios/scenario-builder.ts";
import { SimpleAllocator } from "../simple-allocator.ts";
import { problemsOf } from "./blocks.ts";

/** FNV-1a over events, owners and steps. */
function hash({ trace, owner, steps }: Scenario): string {
  let h = 0x811c9dc5;
  const add = (word: number): void => {
    for (let shift = 0; shift < 32; shift += 8) h = Math.imul(h ^ ((word >>> shift) & 255), 0x01000193);
  };
  for (let e = 0; e < trace.events; e++) {
    add(trace.op[e]);
    add(trace.slot[e]);
    add(trace.size[e]);
    add(owner[e]);
  }
  for (const end of steps) add(end);
  return (h >>> 0).toString(16).padStart(8, "0");
}

/** At scale 0.02 and seed 1. A change here changes every published result: bump the version. */
const golden: Record<string, string> = {
  states: "7125b04e",
  tick: "ad1ab1e9",
  components: "ff49300e",
  serving: "986aa297",
  "game-frame": "012090c9",
};

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

/** A row of the README's table. */
function row(d: ScenarioDescription): string {
  const { mean, p50, p99, max } = d.eventsPerStep;
  const numbers = [d.events, d.steps, mean, p50, p99, max, d.peakBlocks].map(whole);
  return `| \`${d.name}\` | ${[...numbers, (d.peakBytes / 1e6).toFixed(2)].join(" | ")} |`;
}

describe.each(Object.entries(scenarios))("%s", (name, make) => {
  const whole = make();

  test("is a valid scenario under its own name", () => {
    expect(whole.name).toBe(name);
    expect(problemsOf(whole)).toEqual([]);
    expect(workloads).not.toHaveProperty([name]);
  });

  test("the README's table says how large it is", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    expect(readme.split("\n")).toContain(row(describeScenario(whole)));
  });

  test("is the same for a seed on every machine, and another one for another seed", () => {
    const short = make({ scale: 0.02 });
    expect(problemsOf(short)).toEqual([]);
    expect(decodeTrace(writeTrace(short.trace))).toEqual(short.trace);
    expect({ [name]: hash(short) }).toEqual({ [name]: golden[name] });
    expect(hash(make({ scale: 0.02, seed: 1 }))).toBe(golden[name]);
    for (const seed of [0, 2, Number.MAX_SAFE_INTEGER]) {
      const other = make({ scale: 0.02, seed });
      expect(problemsOf(other)).toEqual([]);
      expect(hash(other)).not.toBe(golden[name]);
    }
  });

  test("the scale multiplies the steps, not what is live", () => {
    const half = make({ scale: 0.5 });
    expect(whole.steps.length / half.steps.length).toBeCloseTo(2, 1);
    expect(whole.trace.peakBytes / half.trace.peakBytes).toBeGreaterThan(0.95);
    expect(whole.trace.peakBytes / half.trace.peakBytes).toBeLessThan(1.35);
    const shortest = make({ scale: 1e-5 });
    expect(problemsOf(shortest)).toEqual([]);
    expect(shortest.steps.length).toBeLessThanOrEqual(3);
  });

  test("runs on an allocator, contents intact, and what is live at the end stays", () => {
    const { trace } = make({ scale: 0.02 });
    const allocator = new SimpleAllocator(2 ** 24);
    const live = new Uint32Array(trace.slots);
    expect(replayChecked(trace, allocator, live)).toMatchObject({ failures: 0, peakBytes: trace.peakBytes });
    expect(allocator.live.size).toBe(trace.allocations - trace.frees);
    expect(allocator.live.size).toBeGreaterThan(0);
    freeLive(allocator, live);
    expect(replay(trace, allocator)).toMatchObject({ failures: 0, events: trace.events });
    expect(allocator.live.size).toBe(0);
  });
});

/** Two owners; step 0 has events 0–2, step 1 none, step 2 events 3 and 4. */
function example(): Scenario {
  const builder = new ScenarioBuilder(new TraceBuilder());
  const a = builder.allocate(8, 1);
  const b = builder.allocate(100, 0);
  builder.reallocate(a, 24);
  builder.endStep();
  builder.endStep();
  builder.free(b);
  builder.allocate(16, 1);
  builder.endStep();
  return builder.build("example", 0.5, ["left", "right"]);
}

describe("builder and description", () => {
  test("events have the owner of their block, steps the number of the event behind them", () => {
    const scenario = example();
    expect(scenario).toMatchObject({ name: "example", period: 0.5, owners: ["left", "right"] });
    expect([...scenario.owner]).toEqual([1, 0, 1, 0, 1]);
    expect([...scenario.steps]).toEqual([3, 3, 5]);
    expect([...scenario.trace.slot]).toEqual([0, 1, 0, 1, 1]);
    expect(problemsOf(scenario)).toEqual([]);
  });

  test("describeScenario: by step and by owner", () => {
    expect(describeScenario(example())).toEqual({
      name: "example",
      events: 5,
      steps: 3,
      eventsPerStep: { mean: 5 / 3, p10: 0, p50: 2, p90: 3, p99: 3, max: 3 },
      peakBytes: 124,
      peakBlocks: 2,
      owners: [
        { name: "left", events: 2, allocations: 1, peakBytes: 100, peakBlocks: 1 },
        { name: "right", events: 3, allocations: 2, peakBytes: 40, peakBlocks: 2 },
      ],
    });
  });

  test("owners and events beyond the first arrays are kept", () => {
    const builder = new ScenarioBuilder(new TraceBuilder());
    for (let i = 0; i < 5000; i++) builder.allocate(1, i);
    builder.endStep();
    expect(Array.from(builder.build("many", 0, []).owner)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  });

  test("problemsOf finds what is wrong", () => {
    const good = example();
    const bad: Partial<Scenario>[] = [
      { steps: Uint32Array.of(3, 2, 5) },
      { steps: Uint32Array.of(3, 3, 4) },
      { owner: Uint16Array.of(1, 0, 0, 0, 1) },
      { owner: Uint16Array.of(1, 0, 1, 0, 2) },
      { owners: ["left", "right", "nobody"] },
      { owners: ["left", "left"] },
      { period: Number.NaN },
      { trace: { ...good.trace, peakBytes: 123 } },
      { trace: { ...good.trace, slot: Int32Array.of(0, 1, 0, 1, 0) } },
    ];
    for (const change of bad) expect(problemsOf({ ...good, ...change })).not.toEqual([]);
  });
});
