/** Pages made by each bundler, opened in Chromium: with a module worker, cross-origin isolated or not, and under a strict policy. */
import { createReadStream, existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import type { Browser } from "../../../scripts/lib/chromium.ts";
import { type Cell, cell, HANGS } from "./cells.ts";

/** A page: how it comes to be, and where it lies below its folder. */
export interface Page {
  readonly name: string;
  /** Makes it; the folder that is served, or the address of a server of its own and how that ends. */
  make(): Promise<string | { readonly address: string; close(): Promise<void> }>;
  /** Its file, and what more comes behind. */
  readonly file: string;
  /** Response headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

export const ISOLATED = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/** A server of a folder's files. */
async function serve(folder: string, headers: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer(({ url = "/" }, response) => {
    const file = join(folder, normalize(decodeURIComponent(new URL(url, "http://localhost").pathname)));
    if (!existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", ...headers });
    return createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

const REPORT = "report: ";

/** What is wrong with the page, by what it writes to its console: `../programs/report.mjs`. No evaluation in it: a policy may forbid that. */
async function open(browser: Browser, address: string): Promise<string[]> {
  const context = await browser.newContext();
  const said: string[] = [];
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(HANGS);
    page.on("pageerror", (error) => said.push(error.message));
    page.on("console", (message) => void said.push(message.text()));
    page.on("requestfailed", (request) => said.push(`${request.url()}: ${request.failure()?.errorText}`));
    const reported = page.waitForEvent("console", (message) => message.text().startsWith(REPORT));
    await Promise.all([reported, page.goto(address)]);
    return (await reported).text() === `${REPORT}all of it works` ? [] : said;
  } catch (error) {
    return [(error as Error).message, ...said];
  } finally {
    await context.close();
  }
}

/** A cell for each page. `browser` is started by the first. */
export function pageCells(pages: readonly Page[], browser: () => Promise<Browser>): Cell[] {
  return pages.map(({ name, make, file, headers = ISOLATED }) =>
    cell(`Chromium, ${name}`, async () => {
      const made = await make();
      if (typeof made !== "string") {
        try {
          return await open(await browser(), `${made.address}/${file}`);
        } finally {
          await made.close();
        }
      }
      const server = await serve(made, headers);
      try {
        return await open(await browser(), `http://localhost:${(server.address() as AddressInfo).port}/${file}`);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }),
  );
}
