/** What objects say of themselves where they are printed and where they are sent to another thread, on each host the same. */
import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { ROOT, readText } from "../lib/workspace.ts";

const run = promisify(execFile);
// Installed for the conformance suite; where they are not built for the platform, skipped by name.
const bin = join(ROOT, "packages/conformance/node_modules/.bin");
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, NO_COLOR: "1" };

test.for([
  ["node", process.execPath, []],
  ["bun", "bun", []],
  ["deno", "deno", ["run", "--no-check", "--allow-read", "--quiet"]],
] as const)("one line each, and what to send instead: in %s", async ([host, command, args], { skip }) => {
  const printed = await run(command, [...args, join(ROOT, "scripts/test/said/program.ts")], { env }).catch((e) => e);
  if (printed.code === "ENOENT") skip(`${host} is not installed`);
  expect(printed.stdout, printed.stderr).toBe(readText("scripts/test/said/expected.txt"));
});
