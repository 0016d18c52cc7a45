/** The suite knows no runner: here are those at hand, and a loop, which is all that a page needs. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { conformance } from "../src/index.ts";
import { ReferenceAllocator } from "../src/reference.ts";

const run = promisify(execFile);
const file = fileURLToPath(new URL("five-lines.ts", import.meta.url));
const create = (capacity: number) => new ReferenceAllocator(capacity);

/** The names that a loop of five lines sees. */
function names(): string[] {
  const seen: string[] = [];
  conformance({ create, test: (name) => seen.push(name) });
  return seen;
}

test("a loop", () => {
  const passed: string[] = [];
  conformance({
    create,
    runs: 10,
    test: (name, fn) => {
      fn();
      passed.push(name);
    },
  });
  expect(passed).toEqual(names());
  expect(new Set(passed).size).toBe(passed.length);
});

test("node --test", async () => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = await run(process.execPath, ["--test", "--test-reporter=tap", file], { env });
  expect(stdout).toContain(`# pass ${names().length}\n# fail 0\n`);
});

// Installed with this package, and so first on the path; where they are not built for the platform, skipped by name.
const bin = fileURLToPath(new URL("../node_modules/.bin", import.meta.url));
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };

// Bun gives a test five seconds where it is not told otherwise.
for (const [runtime, args, expected] of [
  ["bun", ["test", "--timeout=600000", file], `${names().length} pass`],
  ["deno", ["test", "--no-check", "--allow-read", file], `${names().length} passed`],
] as const) {
  test(runtime, async ({ skip, annotate }) => {
    if (!(await run(runtime, ["--version"], { env }).catch(() => false))) {
      await annotate(`${runtime} is not installed: not run`);
      skip(`${runtime} is not installed`);
    }
    const { stdout, stderr } = await run(runtime, args, { env });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    expect((stdout + stderr).replace(/\x1b\[\d+m/g, "")).toContain(expected);
  });
}

test("src asks nothing of a runtime", () => {
  const src = new URL("../src/", import.meta.url);
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(10);
  for (const name of files) {
    const text = readFileSync(new URL(name.replaceAll("\\", "/"), src), "utf8");
    for (const [, from] of text.matchAll(/ from "([^"]+)"/g)) {
      expect(from, name).toMatch(/^(\.\.?\/.*\.ts|@ariax\/allocator(\/implement)?|fast-check)$/);
    }
  }
});
