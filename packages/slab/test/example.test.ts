/** The example, one file, in every host there is; and that the documentation shows it as it is. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { describe, expect, test } from "vitest";
import { findChromium } from "../../../scripts/lib/chromium.ts";
import { blocksOf } from "../../../scripts/lib/doc-blocks.ts";
import { saidByPage } from "../../../scripts/lib/page.ts";

const run = promisify(execFile);
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const EXAMPLE = at("../examples/map/main.ts");
const SAID = "4 threads counted 200000 words, 2000 different ones: all right, nothing left.";

// Installed for the conformance suite; where they are not built for the platform, skipped by name.
const env = { ...process.env, PATH: `${at("../../conformance/node_modules/.bin")}${delimiter}${process.env.PATH}` };

describe("the example counts right", () => {
  test.for([
    ["node", process.execPath, []],
    ["bun", "bun", []],
    ["deno", "deno", ["run", "--allow-read"]],
  ] as const)("in %s", async ([host, command, args], { skip }) => {
    if (!(await run(command, ["--version"], { env }).catch(() => false))) skip(`${host} is not installed`);
    expect(await run(command, [...args, EXAMPLE], { env })).toEqual({ stdout: `${SAID}\n`, stderr: "" });
  });

  test("in a page that is cross-origin isolated, as one bundle", async ({ skip }) => {
    const chromium = findChromium();
    if ("reason" in chromium) return skip(chromium.reason);
    expect(await saidByPage(chromium, { "page.js": await bundled() })).toBe(SAID);
  });
});

async function bundled(): Promise<string> {
  const bundle = await rolldown({ input: EXAMPLE, platform: "browser", external: /^node:/, logLevel: "silent" });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  return output[0].code;
}

test("the documentation shows it word for word", () => {
  const shown = blocksOf("THREADS.md", readFileSync(at("../THREADS.md"), "utf8")).map(({ code }) => code);
  expect(shown).toContain(readFileSync(EXAMPLE, "utf8"));
});
