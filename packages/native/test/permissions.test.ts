/** Bun and Deno that may load no addon: what they are told, in their own words. */
import { execFile } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
// Installed for the conformance suite; where they are not built for the platform, skipped by name.
const bin = fileURLToPath(new URL("../../conformance/node_modules/.bin", import.meta.url));
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
const program = fileURLToPath(new URL("children/why.ts", import.meta.url));

const deno = ["run", "--no-check", "--no-prompt"];
const WITH = "start Deno with --allow-ffi, --allow-read and --allow-sys";

test.for([
  ["bun", ["--no-addons"], "start Bun without --no-addons"],
  ["deno", deno, WITH],
  ["deno", [...deno, "--allow-read", "--allow-sys", "--allow-env"], WITH],
] as const)("%s %o", async ([host, args, how], { skip }) => {
  const printed = await run(host, [...args, program], { env }).catch((error) => error);
  if (printed.code === "ENOENT") skip(`${host} is not installed`);
  expect(printed.stdout, printed.stderr).toBe(`native addon unavailable: this process may load none; ${how}\n`);
});
