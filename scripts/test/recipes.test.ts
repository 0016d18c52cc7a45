/** The recipes that need a page or a compiler, or say what they print; `docs.test.ts` runs the others, `pnpm check:pack` the one in C. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { findChromium } from "../lib/chromium.ts";
import { blocksOf } from "../lib/doc-blocks.ts";
import { FLAGS, type Round } from "../lib/garbage.ts";
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

/** The particles' page: its elements, and its program, between what is said before and after it. */
async function particles(before: string, after: string): Promise<string> {
  const page = "docs/recipes/particles.md";
  const [{ code: html }] = blocksOf(page, readText(page), "html");
  const [, body, program] = /^<!doctype html>\n(.*)<script type="module">(.*)<\/script>/s.exec(html)!;
  const imports = program.match(/^\s*import .*$/gm)!.join("\n");
  const rest = program.replace(/^\s*import .*$/gm, "");
  return bundle(`${imports}\nconst body = ${JSON.stringify(body)};\n${before}\n${rest}\n${after}`);
}

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(ROOT, "packages/slab") },
    ...{ bundle: true, format: "esm", platform: "browser", target: "esnext", write: false },
    external: ["node:*"],
  });
  return outputFiles[0].text;
}

test("in Chromium, particles fly, and the heap has the bursts that are not over", async ({ skip }) => {
  const chromium = findChromium();
  if ("reason" in chromium) return skip(chromium.reason);
  // The page's own program, in the page's own elements; then what it has done is looked at.
  const script = await particles(
    `document.body.innerHTML = body;
    let frames = 0;
    const later = globalThis.requestAnimationFrame.bind(globalThis);
    globalThis.requestAnimationFrame = (callback) => (++frames < 100 ? later(callback) : void look());
    function look() {
      const canvas = document.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let lit = 0;
      let green = 0;
      for (let i = 0; i < data.length; i += 4) {
        lit += data[i + 3] > 0;
        green = Math.max(green, data[i + 1] - data[i]);
      }
      console.log(JSON.stringify({ lit, green, text: document.querySelector("p").textContent }));
    }`,
    "",
  );
  const { lit, green, text } = JSON.parse(await saidByPage(chromium, { "page.js": script }));
  expect(lit).toBeGreaterThan(1000);
  expect(green).toBe(0); // they are red and yellow: the channels are where they belong
  expect(text).toMatch(/^59 bursts, \d{6} bytes$/);
});

test("a frame of 12,000 particles makes some objects, and none for each particle", async () => {
  const script = await particles(
    `let next;
    globalThis.requestAnimationFrame = (callback) => (next = callback);
    const createImageData = (width, height) => ({ data: new Uint8ClampedArray(4 * width * height) });
    const canvas0 = { width: 640, height: 360, getContext: () => ({ createImageData, putImageData() {} }) };
    const text = {};
    globalThis.document = { querySelector: (name) => (name === "canvas" ? canvas0 : text) };`,
    `import { rounds } from ${JSON.stringify(join(ROOT, "scripts/lib/garbage.ts"))};
    for (let i = 0; i < 300; i++) next();
    console.log(JSON.stringify(await rounds(() => { for (let i = 0; i < 10; i++) next(); })));`,
  );
  const args = [...FLAGS, "--input-type=module", "-e", script];
  const found: Round[] = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
  // Numbers of a burst may be objects to V8, of some 32 bytes a particle that is born; an array for each that is drawn takes more than 40.
  const bytes = found.filter(({ collections }) => collections === 0).map(({ delta }) => delta / 10 / 12_000);
  expect(Math.min(...bytes)).toBeLessThan(4);
});

test("in Chromium, the cache outlives its worker's crash", async ({ skip }) => {
  const chromium = findChromium();
  if ("reason" in chromium) return skip(chromium.reason);
  const page = "docs/recipes/shared-cache.md";
  const [config, worker, main] = blocksOf(page, readText(page), "js").map(({ code }) => code);
  const [{ code: html }] = blocksOf(page, readText(page), "html");
  // Its headers are those that the page of this test comes with.
  expect(config).toContain(
    '"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"',
  );
  expect(html).toContain('<p></p>\n<script type="module" src="main.js"></script>');
  const said = await saidByPage(chromium, {
    "worker.js": await bundle(worker),
    "page.js": await bundle(
      `document.body.innerHTML = "<p></p>";\n${main}\nconsole.log(document.querySelector("p").textContent);`,
    ),
  });
  expect(said).toBe("185 made, 1 worker crashed, 0 blocks left");
});
