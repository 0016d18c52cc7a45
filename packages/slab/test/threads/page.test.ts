/** A real browser: page.ts says what happens there. */
import { expect, test } from "vitest";
import { chromium, saidByPage } from "../../../../scripts/lib/chromium.ts";
import { bundled } from "./team.ts";

test.skipIf(chromium === undefined)(
  "in Chromium, a page's main thread and two workers share a heap, and one worker is terminated",
  async () => {
    const answer = await saidByPage({
      "page.js": await bundled("page.ts", "esm"),
      "worker.js": await bundled("page-worker.ts", "esm"),
    });
    expect(JSON.parse(answer)).toEqual({ isIsolated: true, killed: 1, closed: 0, lostTooMany: false, late: 0 });
  },
);
