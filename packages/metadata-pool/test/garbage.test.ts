import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("1,000,000 operations make no garbage", { timeout: 60_000 }, () => {
  const script = fileURLToPath(new URL("garbage.ts", import.meta.url));
  const output = execFileSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" });
  const rounds: { delta: number; collections: number }[] = JSON.parse(output);
  // A compiler at work in the background allocates too, but not in each round. Garbage of the pool would be in each.
  expect(Math.min(...rounds.map((round) => round.collections))).toBe(0);
  // What asking for the heap's size takes. One number object for every hundred operations would be 120 kB.
  expect(Math.min(...rounds.map((round) => Math.abs(round.delta)))).toBeLessThan(64 * 1024);
});
