/** What objects say of themselves where they are printed and where they are sent to another thread, on each host the same. */
import { execFile } from "node:child_process";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { isData, published, ROOT, readText, sourcesOf } from "../lib/workspace.ts";

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

/** Classes whose objects live for a block, or a moment: what they are of says it where they are sent. */
const SHORT = ["Scope", "View", "Lists"];
/** Those that the program has by a function, or a property. */
const MADE = ["KvEvents", "Recorder"];
/** Numbers, or a test's. */
const PLAIN = ["Random", "Shadow", "ReferenceAllocator"];
/** Of hosts that not every machine is, and what the engines have in common: in the tests of their packages. */
const ELSEWHERE = [
  "NativeAllocator",
  "NativeSharedAllocator",
  "Region",
  "EngineAllocator",
  "SharedEngineAllocator",
  "Heap",
];

test("the program has an object of each class that a package exports", async () => {
  const program = readText("scripts/test/said/program.ts");
  const missing: string[] = [];
  for (const { manifest, dir } of published.filter((found) => !isData(found.manifest))) {
    for (const source of sourcesOf({ manifest, dir })) {
      for (const [name, value] of Object.entries(await import(source))) {
        if (typeof value !== "function" || !/^class\b/.test(Function.prototype.toString.call(value))) continue;
        if (value.prototype instanceof Error || [...SHORT, ...MADE, ...PLAIN, ...ELSEWHERE].includes(name)) continue;
        if (!new RegExp(`\\b${name}[.(]`).test(program)) missing.push(`${manifest.name}: ${name}`);
      }
    }
  }
  expect(missing).toEqual([]);
});
