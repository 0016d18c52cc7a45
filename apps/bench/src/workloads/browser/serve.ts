/** The page for the browser: its one script, made of our sources, and a server that the browser takes for one of its own kind. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("page.ts", import.meta.url));

let script: Promise<string> | undefined;

/** `page.ts` and all that it imports as one module: made once. */
export const bundlePage = (): Promise<string> => (script ??= bundle());

async function bundle(): Promise<string> {
  const { rolldown } = await import("rolldown");
  const build = await rolldown({ input: ENTRY, platform: "browser", logLevel: "silent" });
  try {
    const { output } = await build.generate({ format: "esm" });
    return output[0].code;
  } finally {
    await build.close();
  }
}

export interface Server extends Disposable {
  readonly url: string;
}

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>AriaX bench</title><script type="module" src="page.js"></script>';

/** Serves a page that runs `script`, on this machine only. Its headers give it a clock of 5 µs, where others have 100. */
export function servePage(script: string, page: string = PAGE): Promise<Server> {
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.writeHead(request.url === "/" || isScript ? 200 : 404, {
      "Content-Type": `${isScript ? "text/javascript" : "text/html"}; charset=utf-8`,
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    response.end(isScript ? script : page);
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
