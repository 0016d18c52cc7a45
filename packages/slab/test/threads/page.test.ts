/** A real browser: page.ts says what happens there. */
import { expect, test } from "vitest";
import { findChromium } from "../../../../scripts/lib/chromium.ts";
import { saidByPage } from "../../../../scripts/lib/page.ts";
import { bundled } from "./team.ts";

test("in Chromium, a page's main thread and two workers share a heap, and one worker is terminated", async ({
  skip,
}) => {
  const chromium = findChromium();
  if ("reason" in chromium) return skip(chromium.reason);
  const answer = await saidByPage(chromium, {
    "page.js": await bundled("page.ts", "esm"),
    "worker.js": await bundled("page-worker.ts", "esm"),
  });
  expect(JSON.parse(answer)).toEqual({ isIsolated: true, killed: 1, closed: 0, lostTooMany: false, late: 0 });
});
