/** A program in the bundle of each bundler: importing works, and the rest does or says what to do. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild, type Format } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import webpack, { type Configuration } from "webpack";
import { BUILT, PACKAGE } from "../src/host.ts";
import { isAvailable } from "../src/index.ts";
import { temporary } from "./native.ts";

const ROOT = join(PACKAGE, "../..");
const PROGRAM = `
import { HEADERS, isAvailable, NativeAllocator, Region, whyUnavailable } from "@ariax/native";
const use = (make) => { try { const heap = make(); heap.free(heap.allocate(8)); return "works"; } catch (e) { return e.code; } };
console.log(JSON.stringify({
  available: isAvailable(),
  why: whyUnavailable(),
  headers: typeof HEADERS,
  heap: use(() => new NativeAllocator({ capacity: 65536 })),
  c: use(() => new NativeAllocator({ capacity: 65536, engine: "c" })),
  region: (() => { try { Region.map({ bytes: 1 }).unmap(); return "works"; } catch (e) { return e.code; } })(),
}));`;

const NONE = "ERR_NATIVE_UNAVAILABLE";
const MOVED = {
  available: false,
  why: "native addon unavailable: it does not lie beside this code, which a bundler has moved; mark @ariax/native external in your bundler",
  headers: "string",
  ...{ heap: NONE, c: NONE, region: NONE },
};
const WORKS = isAvailable()
  ? { available: true, headers: "string", heap: "works", c: "works", region: "works" }
  : undefined;

/** A project that has installed the packages as they are published. */
let project: string;
const out = (name: string) => join(project, "out", name);

beforeAll(() => {
  project = temporary("bundlers");
  const tsc = fileURLToPath(import.meta.resolve("typescript/package.json")).replace("package.json", "bin/tsc");
  for (const name of ["allocator", "slab", "native"]) {
    const [from, to] = [join(ROOT, "packages", name), join(project, "node_modules/@ariax", name)];
    execFileSync(process.execPath, [tsc, "-p", from, "--outDir", join(to, "dist")]);
    const { publishConfig, ...rest } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
    writeFileSync(join(to, "package.json"), JSON.stringify({ ...rest, ...publishConfig }));
  }
  const addon = join(project, "node_modules/@ariax/native/addon");
  mkdirSync(join(addon, "build"), { recursive: true });
  cpSync(join(PACKAGE, "addon/binding.gyp"), join(addon, "binding.gyp"));
  if (existsSync(BUILT)) cpSync(BUILT, join(addon, "build", basename(BUILT)));
  // Elsewhere a prebuilt one is what there is.
  else if (isAvailable()) symlinkSync(join(PACKAGE, "prebuilds"), join(addon, "../prebuilds"), "junction");
  writeFileSync(join(project, "main.mjs"), PROGRAM);
});

/** What the program prints, run from a bundle. */
function run(file: string, ...flags: string[]): unknown {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, file], { cwd: project, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

describe("esbuild", () => {
  async function bundle(format: Format, external: string[] = [], entry = "main.mjs"): Promise<string> {
    const outfile = out(`${entry}-${format}-${external.length}.${format === "cjs" ? "cjs" : "mjs"}`);
    const { warnings } = await esbuild({
      ...{ entryPoints: [join(project, entry)], outfile, external, format, bundle: true, minify: true },
      ...{ platform: "node", logLevel: "silent" },
    });
    expect(warnings).toEqual([]);
    return outfile;
  }

  test.each<Format>(["cjs", "esm"])("as %s: the rest says that the addon is not there", async (format) => {
    expect(run(await bundle(format))).toEqual(MOVED);
  });

  test.each<Format>(["cjs", "esm"])("as %s: all works where the package is external", async (format) => {
    const file = await bundle(format, ["@ariax/native"]);
    expect(run(file)).toEqual(WORKS ?? expect.objectContaining({ available: false }));
  });

  test.skipIf(WORKS === undefined)("the addon is found where it lies beside the bundle as in the package", async () => {
    const file = await bundle("esm");
    const place = temporary("bundled");
    for (const folder of ["dist", "addon/build"]) mkdirSync(join(place, folder), { recursive: true });
    cpSync(file, join(place, "dist/bundle.mjs"));
    cpSync(BUILT, join(place, "addon/build", basename(BUILT)));
    expect(run(join(place, "dist/bundle.mjs"))).toEqual(WORKS);
  });
});

describe("webpack", () => {
  /** The warnings and errors; none is wanted. */
  const bundle = (name: string, options: Configuration = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      const compiler = webpack({
        ...{ mode: "production", target: "node20", context: project, entry: "./main.mjs" },
        ...options,
        output: { path: out(""), filename: name, ...options.output },
      });
      compiler.run((error, stats) => {
        const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
        if (error !== null) return reject(error);
        expect([...errors, ...warnings].map(({ message }) => message)).toEqual([]);
        compiler.close(() => resolve(out(name)));
      });
    });

  const MODULE: Configuration = {
    experiments: { outputModule: true },
    output: { module: true, library: { type: "module" } },
  };

  test.each<[string, Configuration]>([
    ["bundle.cjs", {}],
    ["bundle.mjs", MODULE],
    ["external.cjs", { externals: { "@ariax/native": "node-commonjs @ariax/native" } }],
    ["external.mjs", { ...MODULE, externals: { "@ariax/native": "module @ariax/native" } }],
  ])("all works in %s, as long as the package is where it was", async (name, options) => {
    const file = await bundle(name, options);
    if (WORKS !== undefined) expect(run(file)).toEqual(WORKS);
    if (name.startsWith("external")) return;
    const [installed, away] = ["native", "away"].map((folder) => join(project, "node_modules/@ariax", folder));
    renameSync(installed, away);
    try {
      expect(run(file)).toEqual(MOVED);
    } finally {
      renameSync(away, installed);
    }
  });
});

describe("a process that may load no addon", () => {
  const why = (how: string) => `native addon unavailable: this process may load none; start Node ${how}`;

  test.each([
    [["--no-addons"], why("without --no-addons")],
    [["--permission", "--allow-fs-read=*"], why("with --allow-addons, and --allow-fs-read for it")],
  ])("is told how it is to be started: %o", (flags, message) => {
    expect(run(join(project, "main.mjs"), ...flags)).toEqual({ ...MOVED, why: message });
  });
});
