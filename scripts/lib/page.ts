/** A page for the browser, on this machine only, and what it says: its first `console.log`. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { launchChromium } from "./chromium.ts";

/** By name. A page runs "page.js" of them; workers may be others. */
export type Scripts = Readonly<Record<string, string>>;

export interface Server extends Disposable {
  readonly url: string;
}

const PAGE = '<!doctype html><meta charset="utf-8"><title>AriaX</title><script type="module" src="page.js"></script>';

/** Serves a page and its scripts, cross-origin isolated: so it may share memory, and its clock is of 5 µs, where others have 100. */
export function servePage(scripts: Scripts, page: string = PAGE): Promise<Server> {
  const server = createServer(({ url = "/" }, response) => {
    const script = scripts[url.slice(1)];
    response.writeHead(url === "/" || script !== undefined ? 200 : 404, {
      "Content-Type": `${script === undefined ? "text/html" : "text/javascript"}; charset=utf-8`,
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    response.end(script ?? page);
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${port}/`,
        [Symbol.dispose]() {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

/** What a page says that runs "page.js" in a browser of its own. Rejects with its error, if that comes first. */
export async function saidByPage(
  chromium: { readonly path: string; readonly gpu?: readonly string[] },
  scripts: Scripts,
): Promise<string> {
  using server = await servePage(scripts);
  const browser = await launchChromium(chromium.path, chromium.gpu);
  try {
    const page = await browser.newPage();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    page.on("console", (message) => void (message.type() === "log" && resolve(message.text())));
    page.on("pageerror", reject);
    page.on("crash", () => reject(new Error("the page crashed")));
    await page.goto(server.url);
    return await promise;
  } finally {
    await browser.close();
  }
}
