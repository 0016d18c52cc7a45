import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findChromium, launchChromium } from "../../../../scripts/lib/chromium.ts";
import { servePage } from "../../../../scripts/lib/page.ts";
import { bundlePage } from "../../src/workloads/browser/bundle.ts";
import { observe } from "../../src/workloads/browser/observe.ts";
import { pausesBetween } from "../../src/workloads/browser/trace.ts";
import { unless } from "../mapped.ts";

const request = { kind: "browser", subject: "gc", workload: "game-frame in Chromium", scale: 1 } as const;
const chromium = findChromium();
const reason = "reason" in chromium ? chromium.reason : undefined;

describe.skipIf(reason !== undefined)(unless(reason, "in Chromium"), () => {
  test("a run that is given up amid it ends", async () => {
    const abort = new AbortController();
    const launch = async (path: string) => {
      const browser = await launchChromium(path);
      // Behind it the page is asked for all of the scenario.
      const startTracing = browser.startTracing.bind(browser);
      browser.startTracing = async (...args) => {
        await startTracing(...args);
        abort.abort();
      };
      return browser;
    };
    expect(await observe(request, { signal: abort.signal, launch })).toEqual({
      error: expect.stringMatching(/^[^\n]+$/),
    });
  });
});

describe("without a browser", () => {
  test("there is one line that says so", async () => {
    expect(await observe(request, { chromium: findChromium("/no/such/chromium") })).toEqual({
      unavailable: "no Chromium ($ARIAX_CHROMIUM names /no/such/chromium, which is not there)",
    });
    if (existsSync("/usr/bin/chromium") || existsSync("/usr/bin/google-chrome")) return;
    expect(findChromium("")).toEqual({
      reason: "no Chromium (looked for /usr/bin/chromium, /usr/bin/google-chrome; $ARIAX_CHROMIUM names another)",
    });
  });

  test("one that does not start is an error in one line", async () => {
    const run = await observe(request, { chromium: { path: process.execPath } });
    expect(run).toEqual({ error: expect.stringMatching(/^[^\n]+$/) });
  });
});

describe("the page", () => {
  test("is one script of our sources, and needs nothing of Node's", async () => {
    const script = await bundlePage();
    expect(script).toContain("ariaxBench");
    const code = script.replace(/\/\*.*?\*\//gs, ""); // examples in comments import
    expect(code).not.toMatch(/^import |from ["']|require\(|node:/m);
  });

  test("is served with the headers that its clock needs, and nothing else is", async () => {
    using server = await servePage({ "page.js": "console.log(1)" });
    const page = await fetch(server.url);
    expect(page.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(page.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(await page.text()).toContain('<script type="module" src="page.js">');
    const script = await fetch(`${server.url}page.js`);
    expect([script.headers.get("content-type"), await script.text()]).toEqual([
      "text/javascript; charset=utf-8",
      "console.log(1)",
    ]);
    expect((await fetch(`${server.url}other`)).status).toBe(404);
  });
});

describe("a trace's pauses", () => {
  const event = (name: string, ts: number, dur?: number, pid = 1, tid = 1) => ({ name, ts, dur, pid, tid });
  const trace = (...events: object[]) => JSON.stringify({ traceEvents: events });

  test("are the collections between two marks, on the page's own thread, in ms", () => {
    const text = trace(
      event("begin", 1000),
      event("MinorGC", 500, 9000),
      event("MinorGC", 2000, 1500),
      event("MinorGC", 2100, 4000, 2),
      event("MinorGC", 2200, 4000, 1, 7),
      event("MajorGC", 3000, 2500),
      event("V8.GCIncrementalMarking", 4000, 500),
      event("V8.GC_MC_MARK", 4100, 9000),
      event("MinorGC", 9000, 9000),
      event("end", 8000),
    );
    expect(pausesBetween(text, ["begin", "end"])).toEqual({ count: 3, total: 4.5, p99: 2.5, max: 2.5, minor: 1 });
  });

  test("are none where there was none, and an error without the marks", () => {
    expect(pausesBetween(trace(event("a", 1), event("b", 2)), ["a", "b"])).toMatchObject({ count: 0, total: 0 });
    expect(() => pausesBetween(trace(event("a", 1)), ["a", "b"])).toThrow(/^the browser's trace has no "b"$/);
  });
});
