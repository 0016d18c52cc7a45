/** A real browser: page.ts says what happens there. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { bundled } from "./team.ts";

const FLAGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync";
const PLACES = [process.env.ARIAX_CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"];
const chromium = PLACES.find((place) => place !== undefined && existsSync(place));

test.skipIf(chromium === undefined)(
  "in Chromium, a page's main thread and two workers share a heap, and one worker is terminated",
  async () => {
    const files: Record<string, readonly [type: string, body: string]> = {
      "/": ["text/html", '<!doctype html><script type="module" src="page.js"></script>'],
      "/page.js": ["text/javascript", await bundled("page.ts", "esm")],
      "/worker.js": ["text/javascript", await bundled("page-worker.ts", "esm")],
    };
    let tell: (said: string) => void = () => {};
    const said = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const server = createServer(async (request, response) => {
      const [type, body] = files[request.url ?? ""] ?? ["text/plain", ""];
      response.writeHead(body === "" ? 404 : 200, {
        "Content-Type": type,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
      });
      response.end(body);
      if (request.url === "/said") tell(await text(request));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const profile = mkdtempSync(join(tmpdir(), "ariax-page-"));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const browser = spawn(chromium as string, [...FLAGS.split(" "), `--user-data-dir=${profile}`, url], {
      stdio: "ignore",
    });
    const gone = once(browser, "exit").then(([code]) => `the browser ended with ${code}`);
    try {
      const answer = await Promise.race([said, gone]);
      expect(JSON.parse(answer)).toEqual({ isIsolated: true, killed: 1, closed: 0, lostTooMany: false, late: 0 });
    } finally {
      browser.kill();
      await gone;
      server.close();
      server.closeAllConnections();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  },
);
