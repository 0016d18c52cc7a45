import { expect, test } from "vitest";
import { observePauses, pausesOf } from "../../src/worker/pauses.ts";

test("pauses of the collector are seen, the young generation's too", async () => {
  const pauses = observePauses();
  let kept: object[] = [];
  for (let i = 0; i < 2_000_000; i++) {
    if (i % 100_000 === 0) kept = [];
    kept.push({ i, next: kept });
  }
  const { count, total, p99, max, minor } = await pauses.stop();
  expect(count).toBeGreaterThan(0);
  expect(minor).toBeGreaterThan(0);
  expect(count).toBeGreaterThanOrEqual(minor);
  expect(total).toBeGreaterThanOrEqual(max);
  expect(max).toBeGreaterThanOrEqual(p99);
  expect(p99).toBeGreaterThan(0);
});

test("they are counted, summed, and the worst found", () => {
  const all = [1, 2, 3, 10].map((ms) => ({ ms, isMinor: ms < 3 }));
  expect(pausesOf(all)).toEqual({ count: 4, total: 16, p99: 10, max: 10, minor: 2 });
});
