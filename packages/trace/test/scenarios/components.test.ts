import { describe, expect, test } from "vitest";
import { ALLOCATE, type ComponentsScenario, components, describeScenario, FREE, REALLOCATE } from "../../src/index.ts";
import { stepOfEvents } from "./blocks.ts";

const MIB = 2 ** 20;
const scenario = components();
const { trace, steps, owner, component, deaths } = scenario;

/** The most bytes that any VM has live. */
function most(some: ComponentsScenario): number {
  return describeScenario(some).owners.reduce((bytes, { peakBytes }) => Math.max(bytes, peakBytes), 0);
}

describe("713 components over 32 VMs", () => {
  test("each VM has 22 or 23, and an event is of the VM that its component is in", () => {
    expect(scenario).toMatchObject({ period: 0, components: 713 });
    expect(scenario.owners).toEqual(Array.from({ length: 32 }, (_, vm) => `vm-${vm}`));
    expect(steps.length).toBe(1001);
    expect(component.length).toBe(trace.events);
    const inVm = Array.from({ length: 32 }, () => new Set<number>());
    for (let e = 0; e < trace.events; e++) inVm[owner[e]].add(component[e]);
    expect(inVm.map((set) => set.size).sort()).toEqual([...new Array(23).fill(22), ...new Array(9).fill(23)]);
    expect(new Set(inVm.flatMap((set) => [...set])).size).toBe(713);
  });

  test("all events of a block are of one component", () => {
    const blockOf = new Int32Array(trace.slots);
    let wrong = 0;
    for (let e = 0; e < trace.events; e++) {
      if (trace.op[e] === ALLOCATE) blockOf[trace.slot[e]] = component[e];
      else if (blockOf[trace.slot[e]] !== component[e]) wrong++;
    }
    expect(wrong).toBe(0);
  });

  test("the load is skewed by Zipf's law", () => {
    // Without the events of births and deaths, each of which is of all components of a VM.
    const work = new Float64Array(713);
    const rest = components({ stepsPerDeath: 2000, scale: 0.3 });
    for (let e = rest.steps[0]; e < rest.trace.events; e++) work[rest.component[e]]++;
    const ranks = work.sort().reverse();
    const sum = Array.from(ranks, (_, rank) => 1 / (rank + 1)).reduce((a, b) => a + b);
    expect(ranks[0] / 300_000).toBeCloseTo(1 / sum, 2);
    expect(ranks[0] / 300_000).toBeCloseTo(0.14, 2);
    expect(ranks[9] / ranks[0]).toBeCloseTo(1 / 10, 1);
    expect(ranks[99] / ranks[9]).toBeCloseTo(1 / 10, 1);
    const loads = describeScenario(scenario).owners.map(({ events }) => events);
    expect(Math.max(...loads) / Math.min(...loads)).toBeGreaterThan(5);
  });

  test("records of up to three sizes of 8–512 bytes for each component, and a growing buffer", () => {
    const sizes = Array.from({ length: 713 }, () => new Set<number>());
    const least = new Float64Array(713).fill(Number.POSITIVE_INFINITY);
    const full = new Float64Array(713);
    const bytesOf = new Float64Array(trace.slots);
    let [reallocations, wrong] = [0, 0];
    for (let e = 0; e < trace.events; e++) {
      const size = trace.size[e];
      const before = bytesOf[trace.slot[e]];
      if (trace.op[e] === ALLOCATE) sizes[component[e]].add(size);
      if (trace.op[e] === REALLOCATE) {
        reallocations++;
        if (size !== Math.ceil((before * 1.5) / 8) * 8) wrong++;
        least[component[e]] = Math.min(least[component[e]], before);
        full[component[e]] = Math.max(full[component[e]], size);
      }
      bytesOf[trace.slot[e]] = size;
    }
    expect(wrong).toBe(0);
    expect(reallocations / 1_000_000).toBeGreaterThan(0.1);
    expect(reallocations / 1_000_000).toBeLessThan(0.15);
    // 64 is that of a new buffer.
    const records = sizes.map((set) => [...set].filter((size) => size !== 64));
    expect(records.every((list) => list.length <= 3)).toBe(true);
    const all = records.flat();
    expect(Math.min(...all)).toBeGreaterThanOrEqual(8);
    expect(Math.max(...all)).toBeLessThanOrEqual(512);
    expect(all.every((size) => size % 8 === 0)).toBe(true);
    expect(new Set(records.map((list) => list.sort().join())).size).toBeGreaterThan(300);
    expect(new Set(least)).toEqual(new Set([64]));
    expect(Math.max(...full)).toBeGreaterThan(10_000);
    expect(Math.max(...full)).toBeLessThanOrEqual(16_384);
  });

  test("the busiest VM never has more than 454 KB live: a quota of 1 MiB is enough for each", () => {
    expect(most(scenario)).toBe(453_664);
    for (let seed = 2; seed < 5; seed++) expect(most(components({ seed, scale: 0.3 }))).toBeLessThan(MIB / 2);
  });
});

describe("deaths", () => {
  test("every tenth step begins with one, of a random VM", () => {
    const stepOf = stepOfEvents(scenario);
    expect(deaths.length).toBe(100);
    for (const [n, { from }] of deaths.entries()) {
      const step = 10 * (n + 1);
      expect(stepOf[from]).toBe(step);
      expect(from).toBe(steps[step - 1]);
    }
    const victims = new Set(deaths.map(({ vm }) => vm));
    expect(victims.size).toBeGreaterThan(25);
  });

  test("free all that the VM has, and nothing else; and it is born anew at once", () => {
    const live = new Int32Array(trace.slots).fill(-1);
    const blocks = new Int32Array(32);
    const wrong: number[] = [];
    let next = 0;
    for (let e = 0; e < trace.events; e++) {
      const death = deaths[next];
      if (death !== undefined && e === death.to) {
        expect(blocks[death.vm]).toBe(0);
        expect(death.to - death.from).toBeGreaterThan(2 * 22);
        // A record and a buffer for each of its components.
        const count = death.vm < 713 % 32 ? 23 : 22;
        for (let b = e; b < e + 2 * count; b++) expect([trace.op[b], owner[b]]).toEqual([ALLOCATE, death.vm]);
        expect(new Set(component.subarray(e, e + 2 * count)).size).toBe(count);
        next++;
      }
      const dying = death !== undefined && e >= death.from && e < death.to;
      if (dying && (trace.op[e] !== FREE || live[trace.slot[e]] !== death.vm)) wrong.push(e);
      if (trace.op[e] === ALLOCATE) {
        live[trace.slot[e]] = owner[e];
        blocks[owner[e]]++;
      } else if (trace.op[e] === FREE) {
        live[trace.slot[e]] = -1;
        blocks[owner[e]]--;
      }
    }
    expect(next).toBe(100);
    expect(wrong).toEqual([]);
  });
});

test("options: components, VMs, steps, operations", () => {
  const small = components({ components: 3, vms: 2, steps: 4, operations: 5, stepsPerDeath: 2 });
  expect(small.owners).toEqual(["vm-0", "vm-1"]);
  expect(small.deaths.length).toBe(2);
  // A record and a buffer each, and then steps of 5 operations, of one or two events each.
  expect(small.steps[0]).toBe(6);
  expect(small.steps[1] - small.steps[0]).toBeGreaterThanOrEqual(5);
  expect(small.steps[1] - small.steps[0]).toBeLessThanOrEqual(10);
  expect(small.steps.length).toBe(5);
  expect(new Set(small.component)).toEqual(new Set([0, 1, 2]));
});
