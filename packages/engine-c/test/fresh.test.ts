/** A heap in memory that is known to be zero: the same as any new one, and O(1) pages of the memory are touched. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { build, findCompiler, NO_COMPILER, SOURCE } from "../scripts/compiler.ts";

const compiler = findCompiler();
const skipped = compiler === undefined ? NO_COMPILER : process.platform === "linux" ? undefined : "not on Linux";

test.skipIf(skipped !== undefined)(`ax_make_zeroed touches six pages${skipped ? ` (skipped: ${skipped})` : ""}`, () => {
  const files = [`${SOURCE}/ariax.c`, new URL("fresh.c", import.meta.url).pathname];
  const program = build(compiler!, ["-std=c11", "-O2", ...files]);
  const lines = execFileSync(program, { encoding: "utf8" }).trim().split("\n");
  const rows = lines.map((line) => line.split(" ").map(Number));
  expect(rows.map(([limit]) => limit)).toEqual([16, 256, 4096, 65536, 1048560]);
  for (const [limit, made, used, difference = 0, broken = 0] of rows) {
    // Header and lines; the entry before the first page; the bins; their heads; the infos of the first and the last free page.
    expect(made, `${limit} pages`).toBeLessThanOrEqual(6);
    expect(made).toBeGreaterThanOrEqual(1);
    expect(used - made).toBeLessThanOrEqual(3);
    expect([difference, broken]).toEqual([0, 0]);
  }
});
