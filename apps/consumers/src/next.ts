/**
 * Next: a page whose component runs in the browser, with a worker, and one whose component runs on the server, with the addon and the
 * recorded traces. Exported as files, so the second is rendered by the build.
 */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { problemsOf, start, tool } from "./cells.ts";
import type { Page } from "./pages.ts";

const ROOT = join(import.meta.dirname, "../../..");

const FILES: Readonly<Record<string, string>> = {
  "package.json": '{ "private": true, "type": "module" }\n',
  "next.config.mjs": `export default {
    output: "export",
    serverExternalPackages: ["@ariax/native"],
    turbopack: { root: ${JSON.stringify(ROOT)} },
    outputFileTracingRoot: ${JSON.stringify(ROOT)},
  };\n`,
  "app/layout.jsx": `export const metadata = { title: "AriaX" };
    export default ({ children }) => <html lang="en"><body>{children}</body></html>;\n`,
  "app/page.jsx": `"use client";
    import { useEffect } from "react";
    import { check } from "./check.mjs";
    import { report } from "./report.mjs";
    const wasm = new URL("@ariax/wasm/heap.wasm", import.meta.url);
    const worker = () => new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
    export default function Page() {
      useEffect(() => void report(check({ wasm, worker })), []);
      return <p>client</p>;
    }\n`,
  "app/server/page.jsx": `import { isAvailable, NativeAllocator } from "@ariax/native";
    import { KvPager } from "@ariax/kv-pager";
    import { SlabAllocator } from "@ariax/slab";
    import { loadTrace } from "@ariax/trace/node";
    import { WasmAllocator } from "@ariax/wasm";
    export default async function Page() {
      const heap = new SlabAllocator({ capacity: 1 << 20 });
      heap.free(heap.allocate(100));
      const pager = new KvPager({ blocks: 16, blockTokens: 4 });
      if (!pager.allocateSlots(pager.open({ tokens: [1, 2, 3, 4, 5] }), 5)) throw new Error("no slots");
      const wasm = await WasmAllocator.create({ capacity: 1 << 20 });
      wasm.free(wasm.allocate(100));
      const { events } = await loadTrace("nginx");
      if (isAvailable()) new NativeAllocator({ capacity: 1 << 20 }).unmap();
      return <p>{"server: " + events + " events, native " + isAvailable()}</p>;
    }\n`,
};

/** `native`: whether there is an addon for this machine, which must then be found on the server, too. */
export function nextPage(project: string, native: boolean): Page {
  return {
    name: "Next, client and server",
    file: "index.html",
    async make() {
      const folder = join(project, "next");
      for (const [file, text] of Object.entries(FILES)) {
        mkdirSync(join(folder, file, ".."), { recursive: true });
        writeFileSync(join(folder, file), text);
      }
      for (const file of ["check.mjs", "report.mjs", "worker.mjs"]) {
        copyFileSync(join(import.meta.dirname, "../programs", file), join(folder, "app", file));
      }
      const outcome = await start(process.execPath, [tool("next", "dist/bin/next"), "build"], folder, {
        NEXT_TELEMETRY_DISABLED: "1",
        NODE_ENV: "production",
      });
      const html = outcome.code === 0 ? readFileSync(join(folder, "out/server.html"), "utf8") : "";
      const problems = problemsOf(outcome);
      if (problems.length === 0 && !html.includes(`server: 106435 events, native ${native}`)) problems.push(html);
      if (problems.length > 0) throw new Error(problems.join("\n"));
      return join(folder, "out");
    },
  };
}
