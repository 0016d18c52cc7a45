/** How each bundler is called on our programs: nothing is set but what its users must set, and our README says what that is. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build as esbuild } from "esbuild";
import { rollup } from "rollup";
import { createServer, build as vite } from "vite";
import webpack from "webpack";
import { type Cell, cell, problemsOf, start, tool } from "./cells.ts";
import { ISOLATED, type Page } from "./pages.ts";

const PAGE =
  '<!doctype html><meta charset="utf-8" /><title>AriaX</title><script type="module" src="./page.mjs"></script>\n';

/** The folder of a bundler, with its page; `page.NAME.mjs` is its program. */
function folderOf(project: string, name: string, program = name): string {
  const folder = join(project, name);
  mkdirSync(folder, { recursive: true });
  for (const file of ["check.mjs", "report.mjs", "worker.mjs"]) copyFileSync(programFile(file), join(folder, file));
  copyFileSync(programFile(`page.${program}.mjs`), join(folder, "page.mjs"));
  writeFileSync(join(folder, "index.html"), PAGE);
  return folder;
}

const programFile = (file: string): string => join(import.meta.dirname, "../programs", file);

export function pages(project: string): Page[] {
  const out = (name: string): string => join(project, "out", name);
  return [
    {
      name: "Vite, dev",
      file: "index.html",
      async make() {
        const server = await createServer({
          ...{ configFile: false, root: folderOf(project, "vite"), logLevel: "error" },
          cacheDir: join(project, "vite-cache"),
          server: { host: "127.0.0.1", port: 0, headers: ISOLATED, hmr: false, watch: null },
        });
        await server.listen();
        const { port } = server.httpServer!.address() as AddressInfo;
        return { address: `http://127.0.0.1:${port}`, close: () => server.close() };
      },
    },
    {
      name: "Vite, build",
      file: "index.html",
      async make() {
        const root = folderOf(project, "vite-build", "vite");
        await vite({
          ...{ configFile: false, root, logLevel: "error" },
          build: { outDir: out("vite"), emptyOutDir: true },
        });
        return out("vite");
      },
    },
    {
      name: "webpack for the web",
      file: "index.html",
      make: () => byWebpack(folderOf(project, "webpack"), out("webpack")),
    },
    { name: "Rollup", file: "index.html", make: () => byRollup(folderOf(project, "rollup"), out("rollup")) },
    { name: "Parcel", file: "index.html", make: () => byParcel(folderOf(project, "parcel"), out("parcel")) },
    {
      name: "esbuild",
      file: "index.html",
      make: () => byEsbuild(folderOf(project, "esbuild"), out("esbuild")),
    },
    {
      name: "esbuild, a page that is not cross-origin isolated",
      ...{ file: "index.html", headers: {} },
      make: () => byEsbuild(folderOf(project, "esbuild-alone", "esbuild"), out("esbuild-alone")),
    },
    {
      name: "esbuild, a policy that lets no WebAssembly be compiled",
      file: "index.html?no-wasm",
      headers: {
        ...ISOLATED,
        "Content-Security-Policy":
          "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'",
      },
      make: () => byEsbuild(folderOf(project, "esbuild-strict", "strict"), out("esbuild-strict")),
    },
    {
      name: "esbuild, a policy with 'wasm-unsafe-eval'",
      file: "index.html",
      headers: {
        ...ISOLATED,
        "Content-Security-Policy":
          "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'",
      },
      make: () => byEsbuild(folderOf(project, "esbuild-wasm", "esbuild"), out("esbuild-wasm")),
    },
  ];
}

/** What a page with a worker and a file needs beside its bundle. */
function beside(folder: string, out: string): string {
  mkdirSync(out, { recursive: true });
  copyFileSync(join(folder, "index.html"), join(out, "index.html"));
  copyFileSync(join(folder, "../node_modules/@ariax/wasm/heap.wasm"), join(out, "heap.wasm"));
  return out;
}

async function byEsbuild(folder: string, out: string): Promise<string> {
  const { warnings } = await esbuild({
    entryPoints: ["page.mjs", "worker.mjs"].map((file) => join(folder, file)),
    ...{ bundle: true, minify: true, format: "esm", target: "es2022", logLevel: "silent" },
    ...{ outdir: out, outExtension: { ".js": ".mjs" }, loader: { ".wasm": "file" } },
  });
  complain(warnings.map(({ text }) => text));
  return beside(folder, out);
}

async function byRollup(folder: string, out: string): Promise<string> {
  const problems: string[] = [];
  const bundle = await rollup({
    input: ["page.mjs", "worker.mjs"].map((file) => join(folder, file)),
    plugins: [nodeResolve({ browser: true })],
    onLog: (level, { message }) => void (level === "warn" && problems.push(message)),
  });
  await bundle.write({ dir: out, format: "es", entryFileNames: "[name].mjs" });
  await bundle.close();
  complain(problems);
  return beside(folder, out);
}

function byWebpack(folder: string, out: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const compiler = webpack({
      ...{ mode: "production", target: "web", context: folder, entry: "./page.mjs" },
      output: { path: out, filename: "page.mjs" },
      performance: false, // all packages on one page are larger than it advises
    });
    compiler.run((error, stats) => {
      const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
      const problems = [...errors, ...warnings].map(({ message }) => message);
      if (error !== null || problems.length > 0) return reject(error ?? new Error(problems.join("\n")));
      return compiler.close(() => resolve(beside(folder, out)));
    });
  });
}

/** Parcel reads `exports` only where the project's manifest says so. */
async function byParcel(folder: string, out: string): Promise<string> {
  const manifest = { private: true, "@parcel/resolver-default": { packageExports: true } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "yarn.lock"), ""); // which makes it the project's root
  const flags = ["--dist-dir", out, "--no-cache", "--no-source-maps", "--public-url", "./", "--log-level", "warn"];
  const outcome = await start(
    process.execPath,
    [tool("parcel", "lib/bin.js"), "build", "index.html", ...flags],
    folder,
    {
      PARCEL_WORKERS: "1",
    },
  );
  complain(problemsOf(outcome));
  return out;
}

function complain(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** Rollup's bundle for Node, with the addon's package external as its README says. */
export function nodeBundleCells(project: string): Cell[] {
  return [
    cell("Rollup for Node", async () => {
      const problems: string[] = [];
      const bundle = await rollup({
        ...{ input: join(project, "everything.mjs"), external: [/^node:/, "@ariax/native"] },
        plugins: [nodeResolve()],
        onLog: (level, { message }) => void (level === "warn" && problems.push(message)),
      });
      const file = join(project, "out/rollup-node.mjs");
      await bundle.write({ file, format: "es", inlineDynamicImports: true });
      await bundle.close();
      return [...problems, ...problemsOf(await start(process.execPath, [file], project), "all of it works")];
    }),
  ];
}
