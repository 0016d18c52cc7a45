import { describe, expect, test } from "vitest";
import { ask } from "../../src/run/processes.ts";
import { createPhase } from "../../src/subjects/phases/phases.ts";
import { measure } from "../../src/workloads/story/observe.ts";
import { ALLOCATIONS, CAPACITY, sizes } from "../../src/workloads/story/run.ts";
import { mapped, unless } from "../mapped.ts";

describe("a run", () => {
  test("is 6,685 blocks of 24 to 256 bytes, the same each time", () => {
    const all = sizes();
    expect([all.length, Math.min(...all), Math.max(...all)]).toEqual([ALLOCATIONS, 24, 256]);
    expect(sizes()).toEqual(all);
    expect(new Set(all).size).toBe(233);
  });

  test("frees all that it made, and is counted in runs", async () => {
    const phase = await createPhase("phase-2.1", CAPACITY);
    const { runs, systemCalls, first, steady } = measure(phase, 2);
    expect({ runs, systemCalls }).toEqual({ runs: 2, systemCalls: { allocate: 0, free: 0 } });
    for (const { allocate, free } of [first, steady]) expect(Math.min(allocate, free)).toBeGreaterThan(0);
    expect(phase.stats()).toMatchObject({ blocks: 0, live: 0 });
    expect(phase.stats().peakReserved).toBeLessThan(CAPACITY / 2);
  });

  test("counts the calls of each half apart", async () => {
    const phase = await createPhase("phase-1", CAPACITY);
    let calls = 0;
    const { allocate, free } = phase;
    const counting = Object.assign(phase, {
      allocate(size: number) {
        calls++;
        return allocate.call(phase, size);
      },
      free(offset: number) {
        calls += 3;
        free.call(phase, offset);
      },
      systemCalls: () => calls,
    });
    expect(measure(counting, 2).systemCalls).toEqual({ allocate: 1, free: 3 });
  });
});

test.each(["phase-1", "phase-2", "phase-2.1"])(unless(mapped.reason, "%s in a process of its own"), async (subject) => {
  if (subject === "phase-2" && mapped.reason !== undefined) return;
  const request = { kind: "story", subject, workload: "story", runs: 2 };
  const perBlock = subject === "phase-2" ? { allocate: 1, free: 1 } : { allocate: 0, free: 0 };
  const positive = { allocate: expect.any(Number), free: expect.any(Number) };
  expect(await ask({ request, patience: 600_000, isCold: true })).toEqual({
    ...{ first: positive, steady: positive, systemCalls: perBlock, runs: 2 },
  });
});
