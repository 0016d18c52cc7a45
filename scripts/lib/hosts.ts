/**
 * The same program (`../hosts/everything.ts`) on hosts that lack something, and from the bundle of each bundler: what a
 * library's own tests never meet.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { rolldown } from "rolldown";
import webpack from "webpack";
import type { Runtime } from "./consumer.ts";
import { failure, run } from "./run.ts";
import { ROOT } from "./workspace.ts";

/** The oldest JavaScript that a host here runs: `using` is lowered for it. */
const TARGET = "es2022";
/** A host, as a name and Node's arguments. */
const HOSTS: readonly { readonly name: string; readonly args: readonly string[]; readonly lacks?: string }[] = [
  { name: "as it is", args: [] },
  { name: "without Symbol.dispose", args: [], lacks: "Symbol.dispose" },
  { name: "with a polyfill of Symbol.dispose that comes late", args: [], lacks: "Symbol.dispose at first" },
  { name: "without SharedArrayBuffer", args: [], lacks: "SharedArrayBuffer" },
  { name: "with frozen Error.prototype", args: [], lacks: "a writable Error.prototype" },
  { name: "with frozen intrinsics", args: ["--no-warnings", "--frozen-intrinsics"] },
  { name: "without WebAssembly", args: ["--jitless"] },
  { name: "without addons", args: ["--no-addons"] },
];

const EXPECTED = "all of it works";

/** The program in `project`, its `using` lowered as esbuild does, and its imports left as they are. */
export async function prepareHosts(project: string): Promise<string> {
  const folder = join(project, "hosts");
  mkdirSync(folder, { recursive: true });
  const source = join(project, "everything.ts");
  copyFileSync(join(ROOT, "scripts/hosts/everything.ts"), source);
  copyFileSync(join(ROOT, "scripts/hosts/lacks.mjs"), join(folder, "lacks.mjs"));
  await build({
    ...{ entryPoints: [source], outfile: join(folder, "everything.mjs"), format: "esm", platform: "node" },
    ...{ target: TARGET, logLevel: "silent" },
  });
  return folder;
}

/** What fails on each host. */
export function hostProblems(
  folder: string,
  runtime: Runtime,
): { readonly what: string; readonly problems: string[] }[] {
  return HOSTS.map(({ name, args, lacks }) => {
    const outcome = start(runtime, folder, "everything.mjs", args, lacks);
    return { what: `every package on a host ${name}, ${runtime.name}`, problems: outcome };
  });
}

/** What fails of each bundler's bundle: that it is made, that it runs, and names of errors in it. */
export async function bundleProblems(
  folder: string,
  runtime: Runtime,
): Promise<{ readonly what: string; readonly problems: string[] }[]> {
  const found = [];
  for (const [name, bundle] of Object.entries(BUNDLERS)) {
    const what = `every package in a bundle of ${name}, ${runtime.name}`;
    try {
      found.push({ what, problems: [...(await bundle(folder)), ...start(runtime, folder, fileOf(name))] });
    } catch (error) {
      found.push({ what, problems: [(error as Error).message] });
    }
  }
  return found;
}

const fileOf = (name: string): string => `${name.replaceAll(/\W+/g, "-")}.${name.includes("CommonJS") ? "cjs" : "mjs"}`;

/** Each minifies: class names are gone then. What one warns of is a problem. */
const BUNDLERS: Readonly<Record<string, (folder: string) => Promise<string[]>>> = {
  "esbuild, as CommonJS": (folder) => byEsbuild(folder, "cjs", fileOf("esbuild, as CommonJS")),
  "esbuild, as a module": (folder) => byEsbuild(folder, "esm", fileOf("esbuild, as a module")),
  async rolldown(folder) {
    const problems: string[] = [];
    const bundle = await rolldown({
      ...{ input: join(folder, "everything.mjs"), platform: "node" },
      onLog: (level, { message }) => void (level === "warn" && problems.push(message)),
    });
    await bundle.write({
      file: join(folder, fileOf("rolldown")),
      format: "esm",
      minify: true,
      codeSplitting: false,
    });
    await bundle.close();
    return problems;
  },
  "webpack, as CommonJS": (folder) =>
    new Promise((resolve, reject) => {
      const compiler = webpack({
        ...{ mode: "production", target: "node20", context: folder, entry: "./everything.mjs" },
        output: { path: folder, filename: fileOf("webpack, as CommonJS") },
      });
      compiler.run((error, stats) => {
        const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
        if (error !== null) reject(error);
        else compiler.close(() => resolve([...errors, ...warnings].map(({ message }) => message)));
      });
    }),
};

async function byEsbuild(folder: string, format: "cjs" | "esm", file: string): Promise<string[]> {
  const { warnings } = await build({
    ...{ entryPoints: [join(folder, "everything.mjs")], outfile: join(folder, file), bundle: true, minify: true },
    ...{ format, platform: "node", target: TARGET, logLevel: "silent" },
  });
  return warnings.map(({ text }) => text);
}

function start(runtime: Runtime, cwd: string, file: string, args: readonly string[] = [], lacks?: string): string[] {
  const before = lacks === undefined ? [] : ["--import", "./lacks.mjs"];
  const outcome = run(runtime.path, [...args, ...before, file], cwd, lacks === undefined ? {} : { LACKS: lacks });
  if (outcome.code === 0 && !outcome.output.includes(EXPECTED)) return [outcome.output];
  return failure(outcome);
}
