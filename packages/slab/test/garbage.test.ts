import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

test("1,000,000 allocate+free pairs make no garbage", { timeout: 60_000 }, () => {
  const output = execFileSync(process.execPath, ["--expose-gc", script("garbage.ts")], { encoding: "utf8" });
  const rounds: { delta: number; collections: number }[] = JSON.parse(output);
  // A compiler at work in the background allocates too, but not in each round. Garbage of the heap's would be in each.
  expect(Math.min(...rounds.map((round) => round.collections))).toBe(0);
  // What asking for the heap's size takes. One number object for every hundred pairs would be 120 kB.
  expect(Math.min(...rounds.map((round) => Math.abs(round.delta)))).toBeLessThan(64 * 1024);
});

test("in steady state no compiled code is given up", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "ariax-deopt-"));
  try {
    const log = join(folder, "log");
    const flags = ["--trace-deopt", "--redirect-code-traces", `--redirect-code-traces-to=${log}`];
    const output = execFileSync(process.execPath, [...flags, script("deopt.ts"), log], { encoding: "utf8" });
    const { before, lines }: { before: number; lines: string[] } = JSON.parse(output);
    expect(before).toBeGreaterThan(0);
    expect(lines).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
