import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isQuiet, outputOf, type Round } from "../../../scripts/lib/garbage.ts";

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

test("1,000,000 allocate+free pairs make no garbage", () => {
  const output = outputOf(script("garbage.ts"));
  const rounds: Round[] = JSON.parse(output);
  expect(rounds.some(isQuiet), output).toBe(true);
});

test("in steady state no compiled code is given up", () => {
  const folder = mkdtempSync(join(tmpdir(), "ariax-deopt-"));
  try {
    const log = join(folder, "log");
    const flags = ["--trace-deopt", "--redirect-code-traces", `--redirect-code-traces-to=${log}`];
    const output = execFileSync(process.execPath, [...flags, script("deopt.ts"), log], { encoding: "utf8" });
    // At its end V8 may print, to no file, what code it throws away with the heap.
    const { before, lines }: { before: number; lines: string[] } = JSON.parse(output.split("\n", 1)[0]);
    expect(before).toBeGreaterThan(0);
    expect(lines).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
