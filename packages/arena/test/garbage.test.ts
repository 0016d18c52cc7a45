import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test.each(["ticks", "run"])("500,000 beats make no garbage but the timer's: %s", { timeout: 60_000 }, (what) => {
  const script = fileURLToPath(new URL("garbage.ts", import.meta.url));
  const output = execFileSync(process.execPath, ["--expose-gc", script, what], { encoding: "utf8" });
  const rounds: { delta: number; collections: number }[] = JSON.parse(output);
  // A compiler at work in the background allocates too, but not in each round. Garbage of the beats would be in each.
  expect(Math.min(...rounds.map((round) => round.collections))).toBe(0);
  // What asking for the heap's size takes. A number object for every hundred beats would be 80 kB.
  expect(Math.min(...rounds.map((round) => Math.abs(round.delta)))).toBeLessThan(64 * 1024);
});
