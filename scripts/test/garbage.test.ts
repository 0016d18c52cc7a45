import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FLAGS, isQuiet, type Round } from "../lib/garbage.ts";
import { ROOT } from "../lib/workspace.ts";

/** What the rounds of a program were. */
function roundsOf(body: string): Round[] {
  const program = `
    import { rounds } from ${JSON.stringify(join(ROOT, "scripts/lib/garbage.ts"))};
    let kept;
    console.log(JSON.stringify(await rounds(() => { ${body} })));`;
  const args = [...FLAGS, "--input-type=module", "-e", program];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

test("rounds end with the first that makes no garbage", () => {
  const rounds = roundsOf("for (let i = 0; i < 1e6; i++) kept = i & 7;");
  expect(rounds.findIndex(isQuiet)).toBe(rounds.length - 1);
});

test.each([
  ["an object in a hundred, never collected", "for (let i = 0; i < 1e6; i++) if (i % 100 === 0) kept = { i };"],
  ["so many that they are collected", "for (let i = 0; i < 1e6; i++) kept = { i };"],
])("%s, is seen in each of 30 rounds", (_, body) => {
  const rounds = roundsOf(body);
  expect(rounds).toHaveLength(30);
  expect(rounds.filter(isQuiet)).toEqual([]);
});
