/** Threads that are killed while they work: storm.ts and kills.ts. `pnpm soak` has a thousand of each. */
import { expect, test } from "vitest";
import { storm } from "./kills.ts";

test("50 threads are killed anywhere, the others go on, and no more is lost than one block each", async () => {
  const { lanes, lost, most } = await storm({ kills: 50, threads: 4, seed: 1, keep: false });
  expect(lanes).toBeGreaterThan(25);
  expect(lost).toBeLessThanOrEqual(most);
});

test("where those that live say which blocks they know, none is lost", async () => {
  const { lanes, lost } = await storm({ kills: 15, threads: 3, seed: 2, keep: true });
  expect(lanes).toBeGreaterThan(5);
  expect(lost).toBe(0);
});
