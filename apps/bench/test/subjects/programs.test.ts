/**
 * All programs of a scenario do the same work: what they read back sums up to the same, and to what the trace itself says must
 * have been written. A heap that loses or overlaps a block is found by that.
 */
import { FrameArena } from "@ariax/arena";
import { MiniVm } from "@ariax/consciousness";
import { whyUnavailable } from "@ariax/native";
import { SlabAllocator } from "@ariax/slab";
import type { ComponentsScenario, Scenario, StatesScenario, TickScenario } from "@ariax/trace";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ALLOCATE, FREE } from "../../src/subjects/events.ts";
import type { Heap, Program } from "../../src/subjects/programs/program.ts";
import { mostPerTick } from "../../src/subjects/programs/room.ts";
import { programOf, SCENARIO_SUBJECTS } from "../../src/subjects/programs/subjects.ts";
import { LABELS } from "../../src/subjects/programs/values.ts";
import { SCENARIOS, scenarioOf } from "../../src/workloads/scenarios/scenarios.ts";
import { mapped, unless } from "../mapped.ts";

/** Small, but so that ticks come round and a mini-VM dies. */
const SCALES: Readonly<Record<string, number>> = { tick: 0.01, components: 0.015 };
const SCALE = 0.002;
const MASK = 0x3fffffff;

/** The program of a subject, ready to run. */
const makeProgram = async (name: string, subject: string, scenario: Scenario): Promise<Program> =>
  programOf(await scenarioOf(name).programs(), subject, scenario);

/** All steps, and the end of what is left. */
function runAll(program: Program, { steps }: Scenario): number {
  const before = program.checksum();
  let from = 0;
  for (const [step, to] of steps.entries()) {
    program.run(step, from, to);
    from = to;
  }
  program.end();
  return (program.checksum() - before) & MASK;
}

/** What has to come out, from the trace alone: each block is read once, as its last owner of the slot left it. */
const EXPECTED: Record<string, (scenario: Scenario) => number> = {
  states: ({ trace, steps }) => sumOf(trace, (i) => i + stepOf(steps, i) + 2 * (i & 255) + 1),
  tick: ({ trace }) => sumOf(trace, (i) => trace.size[i]! + ~i),
  components: ({ trace }) => {
    // The serial is that of the allocation, the bytes those of the last reallocation.
    const [serial, bytes] = [new Float64Array(trace.slots), new Float64Array(trace.slots)];
    let sum = 0;
    for (let i = 0; i < trace.events; i++) {
      const s = trace.slot[i]!;
      if (trace.op[i] === ALLOCATE) {
        sum += serial[s] = i;
        sum += bytes[s] = trace.size[i]!;
      } else if (trace.op[i] !== FREE) {
        sum += trace.size[i]! - bytes[s]!;
        bytes[s] = trace.size[i]!;
      }
    }
    return sum & MASK;
  },
  serving: ({ trace, steps, owner }) => {
    const [first, last] = [new Float64Array(trace.slots), new Float64Array(trace.slots)];
    let sum = 0;
    for (let i = 0; i < trace.events; i++) {
      const s = trace.slot[i]!;
      if (trace.op[i] === FREE) sum += first[s]! + last[s]!;
      if (trace.op[i] === ALLOCATE) first[s] = i;
      if (trace.op[i] !== FREE)
        last[s] = owner[i] === 0 ? stepOf(steps, i) + 2 * (i & 255) + 1 : i + trace.size[i]! / 4 - 1;
    }
    return (sum + liveAtEnd(trace, (s) => first[s]! + last[s]!)) & MASK;
  },
  "game-frame": ({ trace, steps, owner }) =>
    sumOf(trace, (i) => {
      const x = 2 * ((i & 1023) - 512) + 1;
      if (owner[i] === 0) return i + stepOf(steps, i) + x;
      if (owner[i] === 1) return i + x;
      const text = LABELS[i & 255]!.padEnd(trace.size[i]!);
      return text.charCodeAt(4) + text.charCodeAt(6) + text.charCodeAt(text.length - 1) + text.length;
    }),
};
EXPECTED["serving-pool"] = EXPECTED.serving!;
EXPECTED["tick-60"] = EXPECTED["tick-144"] = EXPECTED["tick-1000"] = EXPECTED.tick!;

function sumOf({ op, events }: Scenario["trace"], value: (event: number) => number): number {
  let sum = 0;
  for (let i = 0; i < events; i++) if (op[i] === ALLOCATE) sum = (sum + value(i)) & MASK;
  return sum;
}
/** Over the slots that hold a block when the scenario ends. */
function liveAtEnd({ op, slot, events, slots }: Scenario["trace"], value: (slot: number) => number): number {
  const isLive = new Uint8Array(slots);
  for (let i = 0; i < events; i++) isLive[slot[i]!] = op[i] === FREE ? 0 : 1;
  return isLive.reduce((sum, live, s) => sum + live * value(s), 0);
}
const stepOf = (steps: Uint32Array, event: number): number => steps.findIndex((end) => event < end);

/** Why a subject can't be had here. */
function reasonOf(subject: string): string | undefined {
  if (subject === "native") return whyUnavailable();
  return subject === "phase-2" ? mapped.reason : undefined;
}

describe.each(SCENARIOS)("$name", ({ name, make, only }) => {
  const scenario = make(SCALES[name] ?? SCALE);
  const reference = makeProgram(name, "slab", scenario).then((program) => runAll(program, scenario));

  test("is large enough to show what it is about", () => {
    expect(scenario.steps.length).toBeGreaterThanOrEqual({ states: 3, tick: 7, components: 15 }[name] ?? 7);
    if ("deaths" in scenario) expect((scenario as ComponentsScenario).deaths.length).toBeGreaterThan(0);
  });

  test("slab reads what the trace says", async () => {
    expect(await reference).toBe(EXPECTED[name]!(scenario));
  });

  for (const { name: subject, origin } of SCENARIO_SUBJECTS) {
    if (origin === "loop" || (only !== undefined && !only.includes(subject))) continue;
    const reason = reasonOf(subject);
    test.skipIf(reason !== undefined)(unless(reason, `${subject} reads the same, and again`), async () => {
      const program = await makeProgram(name, subject, scenario);
      expect(runAll(program, scenario)).toBe(await reference);
      // A rival is not to be tested here.
      if (origin !== "rival") expect(runAll(program, scenario)).toBe(await reference);
      program.verify?.();
      if (program.peakBytes !== undefined) expect(program.peakBytes()).toBeGreaterThan(0);
    });
  }

  test("a heap that gives a block away twice is found out", async () => {
    const { heap } = await SCENARIOS.find((one) => one.name === name)!.programs();
    const slab = new SlabAllocator({ capacity: 1 << 24 });
    let calls = 0;
    let last = 0;
    const broken: Heap = {
      memory: slab.memory,
      // Every hundredth block is the one before it.
      allocate: (size) => (++calls % 100 === 0 && last !== 0 ? last : (last = slab.allocate(size))),
      free: (offset) => {
        try {
          slab.free(offset);
        } catch {
          // Freed twice, as it was given twice.
        }
      },
      reallocate: (offset, size) => slab.reallocate(offset, size),
    };
    const sum = (() => {
      try {
        return runAll(heap(scenario, broken), scenario);
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(sum).not.toBe(await reference);
  });
});

test("the pool's beats are those of the scenario: what is due, step by step", async () => {
  const { TeslaConsciousnessPool } = await import("@ariax/consciousness");
  const scenario = SCENARIOS.find(({ name }) => name === "tick")!.make(0.02) as TickScenario;
  const { harmonics, due, frames, frequency } = scenario;
  const { bytes: bytesPerTick } = mostPerTick(scenario);
  const pool = new TeslaConsciousnessPool({ teslaFrequency: frequency, bytesPerTick, harmonics, frames });
  for (const [step, bits] of due.entries()) {
    if (step > 0) pool.tick();
    expect(harmonics.map((k) => pool.ticks.due(k))).toEqual(harmonics.map((_, h) => ((bits >> h) & 1) === 1));
  }
});

test("mostPerTick is what fits, and a page less does not", async () => {
  const { TeslaConsciousnessPool } = await import("@ariax/consciousness");
  const scenario = SCENARIOS.find(({ name }) => name === "tick")!.make(0.02) as TickScenario;
  const { bytes: most } = mostPerTick(scenario);
  const { trace, steps, owner, harmonics } = scenario;
  const run = (bytesPerTick: number): void => {
    const pool = new TeslaConsciousnessPool({ teslaFrequency: scenario.frequency, bytesPerTick, harmonics });
    let i = 0;
    for (const [step, end] of steps.entries()) {
      if (step > 0) pool.tick();
      for (; i < end; i++) if (trace.op[i] === ALLOCATE) pool.allocate(trace.size[i]!, harmonics[owner[i]!]!);
    }
  };
  run(most);
  expect(() => run(most - 4096)).toThrow(/^out of memory: /);
});

test("states are written whole: every field of every kind", async () => {
  const scenario = SCENARIOS[0]!.make(SCALE) as StatesScenario;
  expect(scenario.trace.size[0]).toBe(64);
  const { heap } = await import("../../src/subjects/programs/states.ts");
  const slab = new SlabAllocator({ capacity: 1 << 21 });
  const offsets: number[] = [];
  const target = {
    memory: slab.memory,
    allocate: (size: number) => offsets[offsets.push(slab.allocate(size)) - 1]!,
    free: (offset: number) => slab.free(offset),
    reallocate: (offset: number, size: number) => slab.reallocate(offset, size),
  };
  heap(scenario, target).run(0, 0, 3);
  const at = offsets[2]!;
  expect([...new Float64Array(slab.memory.buffer, at, 2)]).toEqual([scenario.frequency[2], 2.5 / 256]);
  expect([...new Int32Array(slab.memory.buffer, at + 16, 4)]).toEqual([2, 2, 0, 2]);
});

describe("the program made for a scenario", () => {
  const made = (name: string, scale: number) => scenarioOf(name).make(scale);
  afterEach(() => vi.restoreAllMocks());

  test("ends a mini-VM by one dispose, and frees none of its blocks, in each run", async () => {
    const scenario = made("components", 0.025) as ComponentsScenario;
    const { trace, deaths, owners } = scenario;
    const dying = deaths.reduce((sum, { from, to }) => sum + to - from, 0);
    const program = await makeProgram("components", "ariax", scenario);
    for (let run = 0; run < 2; run++) {
      const dispose = vi.spyOn(MiniVm.prototype, "dispose");
      const free = vi.spyOn(MiniVm.prototype, "free");
      runAll(program, scenario);
      // Those that live at the end are disposed of too.
      expect(dispose).toHaveBeenCalledTimes(deaths.length + owners.length);
      expect(free).toHaveBeenCalledTimes(trace.frees - dying);
      vi.restoreAllMocks();
    }
    expect([deaths.length, dying > 0]).toEqual([2, true]);
  });

  test.each(["tick", "game-frame"])("%s frees nothing that a tick or a frame ends", async (name) => {
    const free = vi.spyOn(FrameArena.prototype, "free");
    const nextFrame = vi.spyOn(FrameArena.prototype, "nextFrame");
    const scenario = made(name, 0.01);
    runAll(await makeProgram(name, "ariax", scenario), scenario);
    expect(free).not.toHaveBeenCalled();
    expect(nextFrame.mock.calls.length).toBeGreaterThanOrEqual(scenario.steps.length - 1);
  });
});
