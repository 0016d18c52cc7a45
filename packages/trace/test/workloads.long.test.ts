/** What only many events of a workload show. */
import { expect, test } from "vitest";
import { ALLOCATE, describe as describeTrace, FREE, fleet } from "../src/index.ts";

test("fleet: blocks live as long as Little's law says", () => {
  // In the steady state, 24-byte blocks live 1.14 / 0.79 as long as 16-byte ones.
  const trace = fleet({ scale: 4, live: 5000 });
  const born = new Float64Array(trace.slots);
  const bytes = new Float64Array(trace.slots);
  const lives = new Map<number, { sum: number; count: number }>([16, 24].map((size) => [size, { sum: 0, count: 0 }]));
  for (let e = 0; e < trace.events; e++) {
    const s = trace.slot[e];
    if (trace.op[e] === ALLOCATE) [born[s], bytes[s]] = [e, trace.size[e]];
    const life = trace.op[e] === FREE ? lives.get(bytes[s]) : undefined;
    if (life === undefined) continue;
    life.sum += e - born[s];
    life.count++;
  }
  const mean = (size: number): number => lives.get(size)!.sum / lives.get(size)!.count;
  expect(mean(24) / mean(16)).toBeCloseTo(1.14 / 0.79, 1);
});

test("fleet: profiles differ, each within the published spread", () => {
  const means = Array.from({ length: 10 }, (_, profile) => {
    const d = describeTrace(fleet({ profile }));
    expect(d.shareToKiB).toBeGreaterThan(0.88);
    expect(d.shareToKiB).toBeLessThan(0.98);
    expect(d.sizes.p50).toBeGreaterThanOrEqual(40);
    expect(d.sizes.p50).toBeLessThanOrEqual(64);
    expect(d.sizes.mean).toBeGreaterThan(197);
    expect(d.sizes.mean).toBeLessThan(1334);
    return d.sizes.mean;
  });
  expect(new Set(means).size).toBe(10);
});
