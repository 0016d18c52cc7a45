/** The recipes that need a page or a compiler, or say what they print; `docs.test.ts` runs the others, `pnpm check:pack` the one in C. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { findChromium } from "../lib/chromium.ts";
import { blocksOf } from "../lib/doc-blocks.ts";
import { saidByPage } from "../lib/page.ts";
import { ROOT, readText } from "../lib/workspace.ts";

test("the WebGPU recipe shows the example, which is run, word for word", () => {
  const page = "docs/recipes/webgpu-vertex-pool.md";
  for (const [language, file] of [
    ["html", "index.html"],
    ["ts page", "main.ts"],
  ]) {
    const shown = blocksOf(page, readText(page), language).map(({ code }) => code);
    expect(shown).toEqual([readText("packages/gpu/examples/flower", file)]);
  }
});

test("a recorded program prints what its recipe shows, but for the times", async () => {
  const page = "docs/recipes/record-replay.md";
  const [{ code }] = blocksOf(page, readText(page));
  const [{ code: shown }] = blocksOf(page, readText(page), "text");
  const dir = mkdtempSync(join(tmpdir(), "ariax-recipe-"));
  try {
    writeFileSync(join(dir, "replay.mts"), code);
    const hooks = pathToFileURL(join(ROOT, "scripts/lib/workspace-hooks.ts")).href;
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", hooks, "replay.mts"], { cwd: dir });
    const timeless = (text: string) => text.replace(/[\d.]+ ns/g, "… ns");
    expect(timeless(stdout)).toBe(timeless(shown));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test("in Chromium, particles fly, and the heap has the bursts that are not over", async ({ skip }) => {
  const chromium = findChromium();
  if ("reason" in chromium) return skip(chromium.reason);
  const page = "docs/recipes/particles.md";
  const [{ code: html }] = blocksOf(page, readText(page), "html");
  const [, body, program] = /^<!doctype html>\n(.*)<script type="module">(.*)<\/script>/s.exec(html)!;
  // The page's own program, in the page's own elements; then what it has done is looked at.
  const contents = `
    document.body.innerHTML = ${JSON.stringify(body)};
    let frames = 0;
    const later = globalThis.requestAnimationFrame.bind(globalThis);
    globalThis.requestAnimationFrame = (callback) => (++frames < 100 ? later(callback) : void look());
    function look() {
      const canvas = document.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let lit = 0;
      for (let i = 3; i < data.length; i += 4) lit += data[i] > 0;
      console.log(JSON.stringify({ lit, text: document.querySelector("p").textContent }));
    }
    ${program.replace(/^\s*import .*$/gm, "")}`;
  const imports = program.match(/^\s*import .*$/gm)!.join("\n");
  const { outputFiles } = await build({
    stdin: { contents: `${imports}\n${contents}`, resolveDir: join(ROOT, "packages/slab") },
    ...{ bundle: true, format: "esm", platform: "browser", target: "esnext", write: false },
  });
  const { lit, text } = JSON.parse(await saidByPage(chromium, { "page.js": outputFiles[0].text }));
  expect(lit).toBeGreaterThan(1000);
  expect(text).toMatch(/^59 bursts, \d{6} bytes$/);
});
