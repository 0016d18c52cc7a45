/**
 * Drives a real browser through the scenario *game-frame*: a new one for each arm, as each subject has a process of its own.
 * It is looked for, never fetched. What happens in it is `page.ts`.
 */
import { type Browser, findChromium, launchChromium } from "../../../../../scripts/lib/chromium.ts";
import { servePage } from "../../../../../scripts/lib/page.ts";
import { isUnavailable, lineOf } from "../../base/errors.ts";
import type { Arm } from "../../subjects/programs/subjects.ts";
import type { Answer, Request } from "../../worker/protocol.ts";
import { bundlePage } from "./bundle.ts";
import { type BrowserObservation, MARKS } from "./result.ts";
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
    using server = await servePage({ "page.js": await bundlePage() });
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
