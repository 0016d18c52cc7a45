/** Programs in a page of a real browser, which says one thing by `fetch("/said", { method: "POST", body })`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** SwiftShader stands for the GPU. */
const FLAGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync --enable-unsafe-swiftshader --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader";
const PLACES = [process.env.ARIAX_CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"];

/** Where it is, if it is here. */
export const chromium: string | undefined = PLACES.find((place) => place !== undefined && existsSync(place));

/** What a page says that runs the program "page.js" of these; it is cross-origin isolated. */
export async function saidByPage(programs: Readonly<Record<string, string>>): Promise<string> {
  const page = '<!doctype html><script type="module" src="page.js"></script>';
  const told = Promise.withResolvers<string>();
  const server = createServer(async (request, response) => {
    const { url = "/", method } = request;
    const body = url === "/" ? page : (programs[url.slice(1)] ?? "");
    const sent = await text(request);
    response.writeHead(body === "" && method === "GET" ? 404 : 200, {
      "Content-Type": url === "/" ? "text/html" : "text/javascript",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    response.end(body);
    if (url === "/said") told.resolve(sent);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const profile = mkdtempSync(join(tmpdir(), "ariax-page-"));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = spawn(chromium as string, [...FLAGS.split(" "), `--user-data-dir=${profile}`, at], {
    stdio: "ignore",
  });
  const gone = once(browser, "exit").then(([code]) => `the browser ended with ${code}`);
  try {
    return await Promise.race([told.promise, gone]);
  } finally {
    browser.kill();
    await gone;
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
