/** The example draws its picture: what is on the screen of a browser, looked at pixel by pixel. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findChromium, launchChromium, SOFTWARE_GPU } from "../../../../scripts/lib/chromium.ts";
import { servePage } from "../../../../scripts/lib/page.ts";
import { at, bundled } from "./hosts.ts";

const [MESHES, SIZE, LAST_GENERATION] = [400, 512, 2];
const BACKGROUND = [16, 20, 24];
const MAIN = at("../../examples/flower/main.ts");
const HTML = readFileSync(at("../../examples/flower/index.html"), "utf8").replace("main.ts", "page.js");

test("in Chromium, the example draws a flower, and says what it took", async ({ skip }) => {
  const chromium = findChromium();
  if ("reason" in chromium) return skip(chromium.reason);
  using server = await servePage({ "page.js": await bundled(MAIN) }, HTML);
  const browser = await launchChromium(chromium.path, SOFTWARE_GPU);
  try {
    const page = await browser.newPage({ viewport: { width: SIZE, height: 600 } });
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    page.on("console", (message) => void (message.type() === "error" && errors.push(message.text())));
    await page.goto(server.url);
    if (!(await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()))))
      skip("the browser has no WebGPU adapter");
    await page.getByText("were moved").waitFor();
    const picture = await page.screenshot(process.env.ARIAX_PICTURE ? { path: process.env.ARIAX_PICTURE } : {});
    const said = await page.locator("p").textContent();
    expect(errors).toEqual([]);
    // How many are moved depends on when the GPU is done; that moves happen is scenarios.ts's to test.
    expect(said).toMatch(/^400 meshes of \d+ bytes in 1 buffer of 524280; \d+ were moved on the way$/);

    const seeds = Array.from({ length: MESHES }, (_, i) => seed(i));
    const corners = [
      [2, 2],
      [509, 2],
      [2, 509],
      [509, 509],
    ] as const;
    const points = [...seeds.map(({ x, y }) => [x, y] as const), ...corners];
    const seen = await page.evaluate(colorsIn, { base64: picture.toString("base64"), size: SIZE, points });
    const wanted = [...seeds.map(({ color }) => color), ...corners.map(() => BACKGROUND)];
    const wrong = wanted.filter((color, i) => color.some((part, c) => Math.abs(part - seen[i]![c]!) > 2));
    expect(wrong).toEqual([]);
  } finally {
    await browser.close();
  }
});

test.for<[string, readonly string[] | undefined, (program: string) => string, RegExp]>([
  ["there is no GPU", undefined, (program) => program, /: this browser has no WebGPU, or no GPU for it$/],
  ["a call throws", SOFTWARE_GPU, (program) => program.replace("float32x3", "float32x9"), /float32x9/],
  ["the device finds it wrong", SOFTWARE_GPU, (program) => program.replace("offset: 8,", "offset: 12,"), /offset/i],
])("in Chromium, the page says it where %s", async ([, gpu, spoil, reason], { skip }) => {
  const chromium = findChromium();
  if ("reason" in chromium) return skip(chromium.reason);
  const program = await bundled(MAIN);
  if (gpu !== undefined) expect(spoil(program)).not.toBe(program);
  using server = await servePage({ "page.js": spoil(program) }, HTML);
  const browser = await launchChromium(chromium.path, gpu);
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    if (gpu && !(await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()))))
      skip("the browser has no WebGPU adapter");
    const line = page.locator("p");
    await line.filter({ hasNotText: "400 meshes, each" }).waitFor();
    expect(await line.textContent()).toMatch(reason);
  } finally {
    await browser.close();
  }
});

test("the example needs no package of types", () => {
  const tsc = at("../../../../node_modules/typescript/bin/tsc");
  const strict = "--ignoreConfig --noEmit --strict --target es2024 --lib es2024,esnext.disposable,dom";
  const modules = "--module esnext --moduleResolution bundler --allowImportingTsExtensions";
  const args = [tsc, ...strict.split(" "), ...modules.split(" "), "--types", "", MAIN];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect([status, stdout]).toEqual([0, ""]);
});

/** Where the middle of a mesh is, in pixels of the canvas, and its colour once all is still. */
function seed(i: number) {
  const [angle, radius] = [i * 2.399963, 0.93 * Math.sqrt(i / MESHES)];
  const place = (value: number): number => Math.floor((SIZE / 2) * (1 + value));
  const hue = i / MESHES + LAST_GENERATION / 4;
  const color = [0, 1, 2].map((c) => 255 * (0.6 + 0.4 * Math.cos(2 * Math.PI * (hue + c / 3))));
  return { x: place(radius * Math.cos(angle)), y: place(-radius * Math.sin(angle)), color };
}

/** In the page: the colours of a picture at some points, from its top left. */
async function colorsIn({
  base64,
  size,
  points,
}: {
  base64: string;
  size: number;
  points: (readonly [number, number])[];
}) {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
  const context = new OffscreenCanvas(size, size).getContext("2d") as OffscreenCanvasRenderingContext2D;
  context.drawImage(picture, 0, 0);
  return points.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data]);
}
