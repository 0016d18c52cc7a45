/** workerd, the runtime of Cloudflare's Workers: a worker as wrangler bundles it, its `heap.wasm` a module beside it. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { type Cell, cell, problemsOf, start, tool, versionOf } from "./cells.ts";

const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);
const worker :Workerd.Worker = (
  modules = [
    (name = "workerd.mjs", esModule = embed "workerd.mjs"),
    (name = "@ariax/wasm/heap.wasm", wasm = embed "heap.wasm"),
  ],
  compatibilityDate = "2026-11-01",
);
`;

export function workerdCells(project: string): Cell[] {
  return [
    cell(`workerd ${versionOf("workerd")}: every package for it works, heap.wasm imported as a module`, async () => {
      const folder = join(project, "workerd");
      mkdirSync(folder);
      const program = join(project, "workerd.mjs");
      copyFileSync(join(import.meta.dirname, "../programs/workerd.mjs"), program);
      const { warnings } = await build({
        ...{ entryPoints: [program], outdir: folder, outExtension: { ".js": ".mjs" }, external: ["*.wasm"] },
        ...{ bundle: true, minify: true, format: "esm", target: "es2022", logLevel: "silent" },
      });
      copyFileSync(join(project, "node_modules/@ariax/wasm/heap.wasm"), join(folder, "heap.wasm"));
      writeFileSync(join(folder, "config.capnp"), CONFIG);
      const outcome = await start(process.execPath, [tool("workerd", "bin/workerd"), "test", "config.capnp"], folder);
      return [...warnings.map(({ text }) => text), ...problemsOf(outcome, "all of it works")];
    }),
  ];
}
