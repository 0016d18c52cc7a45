import { expect, test } from "vitest";
import { ALLOCATE, describe as describeTrace, FREE, states } from "../../src/index.ts";

/** A fifth of the whole. */
const CHANGES = 200_000;
const scenario = states({ scale: 0.2 });
const { trace, steps, frequency } = scenario;

test("10,000 states of 64 bytes, and then changes: a free and an allocation each", () => {
  expect(scenario).toMatchObject({ period: 0, owners: ["state"] });
  expect(trace).toMatchObject({ allocations: 10_000 + CHANGES, frees: CHANGES, reallocations: 0 });
  expect(trace).toMatchObject({ slots: 10_000, peakBytes: 640_000 });
  let wrong = 0;
  for (let e = 0; e < trace.events; e++) {
    const op = e >= 10_000 && e % 2 === 0 ? FREE : ALLOCATE;
    if (trace.op[e] !== op || trace.size[e] !== (op === FREE ? 0 : 64)) wrong++;
  }
  expect(wrong).toBe(0);
});

test("a step is 1,000 changes, the first is the 10,000 states, the last may be shorter", () => {
  expect(steps.length).toBe(1 + CHANGES / 1000);
  expect([...steps.subarray(0, 3)]).toEqual([10_000, 12_000, 14_000]);
  expect([...states({ live: 3, changes: 2500 }).steps]).toEqual([3, 2003, 4003, 5003]);
  expect([...states({ live: 3, changes: 1000 }).steps]).toEqual([3, 2003]);
});

test("victims are random: half are gone within 10,000 · ln 2 changes", () => {
  const d = describeTrace(trace);
  expect(d.lifetimeEvents.p50 / (2 * 10_000 * Math.LN2)).toBeCloseTo(1, 1);
});

test("four of five are in tune, harmonic n half as often as n/2; the rest from 0.1 to 1,000 Hz by decades", () => {
  expect(frequency.every((hz, e) => (hz === 0) === (trace.op[e] === FREE))).toBe(true);
  const births = frequency.filter((hz) => hz !== 0);
  const share = (is: (hz: number) => boolean): number => births.filter(is).length / births.length;
  const harmonics = Array.from({ length: 8 }, (_, n) => 3.14159 * (n + 1));
  const sum = harmonics.reduce((all, _, n) => all + 1 / (n + 1), 0);
  for (const [n, harmonic] of harmonics.entries()) {
    expect(share((hz) => hz === harmonic)).toBeCloseTo(0.8 / (n + 1) / sum, 2);
  }
  const others = births.filter((hz) => !harmonics.includes(hz));
  expect(others.length / births.length).toBeCloseTo(0.2, 2);
  for (const decade of [0.1, 1, 10, 100]) {
    const inside = others.filter((hz) => hz >= decade && hz < 10 * decade).length;
    expect(inside / others.length).toBeCloseTo(0.25, 2);
  }
  expect(others.reduce((a, b) => Math.min(a, b))).toBeGreaterThanOrEqual(0.1);
  expect(others.reduce((a, b) => Math.max(a, b))).toBeLessThan(1000);
});

test("options: live states, changes, their size", () => {
  const small = states({ live: 5, changes: 10, size: 200, scale: 2 });
  expect(small.trace).toMatchObject({ events: 45, slots: 5, peakBytes: 1000 });
  expect(small.frequency.length).toBe(45);
});
