import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("300,000 rounds of the hot verbs make no garbage", { timeout: 60_000 }, () => {
  const script = fileURLToPath(new URL("garbage.ts", import.meta.url));
  const output = execFileSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" });
  const rounds: { delta: number; collections: number }[] = JSON.parse(output);
  // A compiler at work in the background allocates too, but not in each round. Garbage of the verbs' would be in each.
  expect(Math.min(...rounds.map((round) => round.collections))).toBe(0);
  // What asking for the heap's size takes. One number object for every sixty-four rounds would be 72 kB.
  expect(Math.min(...rounds.map((round) => Math.abs(round.delta)))).toBeLessThan(64 * 1024);
});
