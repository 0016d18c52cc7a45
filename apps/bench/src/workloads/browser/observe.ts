/**
 * Drives a real browser through the scenario *game-frame*: a new one for each arm, as each subject has a process of its own.
 * It is looked for, never fetched. What happens in it is `page.ts`.
 */
import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { isUnavailable, lineOf } from "../../base/errors.ts";
import type { Arm } from "../../subjects/programs/subjects.ts";
import type { Answer, Request } from "../../worker/protocol.ts";
import { type BrowserObservation, MARKS } from "./result.ts";
import { bundlePage, servePage } from "./serve.ts";
import { CATEGORIES, pausesBetween } from "./trace.ts";

export interface BrowserRequest extends Request {
  readonly subject: Arm;
  /** Of the scenario; 1 is all of it. */
  readonly scale: number;
}

export interface BrowseOptions {
  readonly signal?: AbortSignal | undefined;
  readonly chromium?: ReturnType<typeof findChromium>;
  readonly launch?: (executablePath: string) => Promise<Browser>;
}

/** Never rejects. */
export async function observe(
  { subject, scale }: BrowserRequest,
  { signal, chromium = findChromium(), launch = launchChromium }: BrowseOptions = {},
): Promise<Answer<BrowserObservation>> {
  if ("reason" in chromium) return { unavailable: chromium.reason };
  try {
    using server = await servePage(await bundlePage());
    const browser = await launch(chromium.path);
    const stop = (): void => void browser.close();
    signal?.addEventListener("abort", stop);
    try {
      return await observeIn(browser, server.url, subject, scale);
    } finally {
      signal?.removeEventListener("abort", stop);
      await browser.close();
    }
  } catch (error) {
    const line = lineOf(error);
    return isUnavailable(error) ? { unavailable: `no playwright-core (${line})` } : { error: line };
  }
}

async function observeIn(browser: Browser, url: string, arm: Arm, scale: number): Promise<BrowserObservation> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => typeof globalThis.ariaxBench === "function");
  await browser.startTracing(page, { categories: [...CATEGORIES] });
  const said = await page.evaluate(([a, s]) => globalThis.ariaxBench(a, s), [arm, scale] as const);
  const trace = (await browser.stopTracing()).toString();
  const pauses = { simulated: pausesBetween(trace, MARKS.simulated), real: pausesBetween(trace, MARKS.real) };
  return { arm, version: browser.version(), ...said, pauses };
}

/** Nothing of its own on the network, and no help that a machine without a screen does not have. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** WebGPU, and canvases that show what it draws, by SwiftShader: for machines without a GPU. */
export const SOFTWARE_GPU: readonly string[] = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
  "--enable-features=Vulkan",
];

/** `gpu`: flags that make one, in place of the one that says that there is none. */
export async function launchChromium(
  executablePath: string,
  gpu: readonly string[] = ["--disable-gpu"],
): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  // Ctrl-C is ours to answer.
  return chromium.launch({ executablePath, args: [...FLAGS, ...gpu], handleSIGINT: false });
}

const PLACES = ["/usr/bin/chromium", "/usr/bin/google-chrome"];

/** Its path, or in one line why there is none. */
export function findChromium(
  named: string | undefined = process.env.ARIAX_CHROMIUM,
): { readonly path: string } | { readonly reason: string } {
  if (named !== undefined && named !== "") {
    return existsSync(named)
      ? { path: named }
      : { reason: `no Chromium ($ARIAX_CHROMIUM names ${named}, which is not there)` };
  }
  const path = PLACES.find((place) => existsSync(place));
  return path === undefined
    ? { reason: `no Chromium (looked for ${PLACES.join(", ")}; $ARIAX_CHROMIUM names another)` }
    : { path };
}
