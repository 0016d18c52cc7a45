/** Drives a real browser through the scenario: a new one for each arm, as each subject has a process of its own. */

import { ARMS, type Arm } from "../real-time/load.ts";
import { FLAGS, findChromium } from "./chromium.ts";
import { type BrowserObservation, type BrowserRun, MARKS } from "./result.ts";
import { bundlePage, type Server, servePage } from "./serve.ts";
import { CATEGORIES, pausesBetween } from "./trace.ts";

export interface BrowseOptions {
  readonly arms?: readonly Arm[];
  /** Of the scenario; 1 is all of it. */
  readonly scale?: number;
  readonly signal?: AbortSignal;
  readonly chromium?: ReturnType<typeof findChromium>;
}

/** Never rejects. */
export async function browse(options: BrowseOptions = {}): Promise<BrowserRun> {
  const { arms = ARMS, scale = 1, signal, chromium = findChromium() } = options;
  if ("reason" in chromium) return { unavailable: chromium.reason };
  let server: Server | undefined;
  try {
    server = await servePage(await bundlePage());
    const observations: BrowserObservation[] = [];
    let version = "";
    for (const arm of arms) {
      if (signal?.aborted) break;
      const one = await observeIn(chromium.path, server.url, arm, scale, signal);
      observations.push(one.observation);
      version = one.version;
    }
    return { version, observations };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const line = message.split("\n", 1)[0]!;
    return code === "ERR_MODULE_NOT_FOUND" ? { unavailable: `no playwright-core (${line})` } : { error: line };
  } finally {
    server?.close();
  }
}

async function observeIn(
  executablePath: string,
  url: string,
  arm: Arm,
  scale: number,
  signal: AbortSignal | undefined,
): Promise<{ observation: BrowserObservation; version: string }> {
  const { chromium } = await import("playwright-core");
  // Ctrl-C is ours to answer.
  const browser = await chromium.launch({ executablePath, args: [...FLAGS], handleSIGINT: false });
  const stop = (): void => void browser.close();
  signal?.addEventListener("abort", stop);
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => typeof globalThis.ariaxBench === "function");
    await browser.startTracing(page, { categories: [...CATEGORIES] });
    const said = await page.evaluate(([a, s]) => globalThis.ariaxBench(a, s), [arm, scale] as const);
    const trace = (await browser.stopTracing()).toString();
    const pauses = {
      simulated: pausesBetween(trace, MARKS.simulated),
      real: pausesBetween(trace, MARKS.real),
    };
    return { observation: { arm, ...said, pauses }, version: browser.version() };
  } finally {
    signal?.removeEventListener("abort", stop);
    await browser.close();
  }
}
