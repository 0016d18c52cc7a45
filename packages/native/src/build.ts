/**
 * Builds an addon from its C sources, with nothing but a C compiler and the headers of Node-API: no network, no Python, no make.
 *
 * The list of sources, definitions and flags is the folder's `binding.gyp`, kept in the part of its syntax that is JSON. So
 * node-gyp can build the same: it does on Windows, where finding the compiler is the hard part. Elsewhere one call of the
 * compiler is the whole build, in under a second.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { InvalidArgumentError } from "@ariax/allocator";
import { checkBoolean, readOptions, show } from "@ariax/allocator/implement";
import { findCompiler, findHeaders, NO_COMPILER, NO_HEADERS, nodeDirectories } from "./compiler.ts";
import { bringEngine } from "./engine-sources.ts";
import { PACKAGE } from "./host.ts";

/** `why` is one line; nothing was built, and nothing is wrong with the sources. */
export type Build = { readonly built: true; readonly path: string } | { readonly built: false; readonly why: string };

export interface BuildOptions {
  /** Where a binding.gyp lies. Default: this package's own addon. */
  readonly folder?: string | undefined;
  /** By node-gyp, as on Windows. Default: `false`. */
  readonly nodeGyp?: boolean | undefined;
}

/** What is used of a binding.gyp. */
interface Target {
  readonly target_name: string;
  readonly sources: readonly string[];
  readonly include_dirs: readonly string[];
  readonly defines: readonly string[];
  readonly cflags: readonly string[];
}

/** An addon to be built: its folder, what it is made of, where it is put. */
interface Addon {
  readonly folder: string;
  readonly target: Target;
  readonly output: string;
}

/**
 * Makes `build/<target>.node` in the folder, unless it is there and nothing it was made of has changed. Throws where the
 * compiler refuses the sources, with what it said. `CC` names the compiler, else cc, gcc and clang are tried.
 */
export function build(options: BuildOptions = {}): Build {
  const { folder = join(PACKAGE, "addon"), nodeGyp = false } = readOptions(options, ["folder", "nodeGyp"]);
  checkBoolean("nodeGyp", nodeGyp);
  if (typeof folder !== "string") throw new InvalidArgumentError(`invalid folder: ${show(folder)} is no path`);
  bringEngine();
  const target = JSON.parse(readFileSync(join(folder, "binding.gyp"), "utf8")).targets[0] as Target;
  const addon = { folder, target, output: join(folder, "build", `${target.target_name}.node`) };
  return nodeGyp || process.platform === "win32" ? buildWithNodeGyp(addon) : buildWithCompiler(addon);
}

function buildWithCompiler(addon: Addon): Build {
  const compiler = findCompiler();
  if (compiler === undefined) return { built: false, why: NO_COMPILER };
  const headers = findHeaders();
  if (headers === undefined) return { built: false, why: NO_HEADERS };

  const [command, ...args] = [...compiler.command, ...flags(addon.target, headers)];
  return make(addon, [compiler.version, command, ...args], (output) => {
    const run = spawnSync(command, [...args, "-o", output], { cwd: addon.folder, encoding: "utf8" });
    if (run.status !== 0) throw new Error(`${command} can't build ${addon.target.target_name}:\n${run.stderr}`);
    return undefined;
  });
}

/** What the compiler is told, but for the output; paths are those of the folder. */
export function flags(target: Target, headers: string): string[] {
  return [
    ...target.cflags,
    "-fPIC",
    ...(process.platform === "darwin" ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared"]),
    ...target.defines.map((define) => `-D${define}`),
    ...[headers, ...target.include_dirs].map((directory) => `-I${directory}`),
    ...target.sources,
    ...(process.platform === "linux" ? ["-lrt"] : []), // shm_open, before glibc 2.34
  ];
}

function buildWithNodeGyp(addon: Addon): Build {
  let nodeGyp: string;
  try {
    nodeGyp = createRequire(import.meta.url).resolve("node-gyp/bin/node-gyp.js");
  } catch {
    return { built: false, why: "no node-gyp: it is a development dependency of the workspace" };
  }
  return make(addon, ["node-gyp", process.version], (output) => {
    // Headers that are at hand; where none are, node-gyp downloads them.
    const nodedir = nodeDirectories().find((directory) => existsSync(join(directory, "include/node/common.gypi")));
    const where = nodedir === undefined ? [] : ["--nodedir", nodedir];
    const args = [nodeGyp, "configure", "build", "--directory", addon.folder, ...where];
    const run = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (run.status !== 0) {
      const text = run.stdout + run.stderr;
      const missing = /find (Python|VS)/.exec(text);
      if (missing !== null) return `node-gyp can't ${missing[0]}`;
      throw new Error(`node-gyp can't build ${addon.target.target_name}:\n${text}`);
    }
    copyFileSync(join(addon.folder, `build/Release/${addon.target.target_name}.node`), output);
    return undefined;
  });
}

/** Has `maker` make the output, unless what is there was made of the same; `maker` may say why it can't. */
function make(addon: Addon, tools: readonly string[], maker: (output: string) => string | undefined): Build {
  const { output } = addon;
  const stamp = createHash("sha256")
    .update(JSON.stringify([...tools, ...contents(addon)]))
    .digest("hex");
  if (isFresh(output, stamp)) return { built: true, path: output };
  mkdirSync(dirname(output), { recursive: true });
  const part = `${output}.${process.pid}`;
  const why = maker(part);
  if (why !== undefined) return { built: false, why };
  finish(part, output, stamp);
  return { built: true, path: output };
}

/** binding.gyp, and every C file in the folders that the sources and headers lie in. */
function contents({ folder, target }: Addon): string[] {
  const named = new Set([...target.sources.map(dirname), ...target.include_dirs]);
  const files = [...named].flatMap((name) =>
    readdirSync(join(folder, name))
      .filter((file) => /\.(c|h|gyp)$/.test(file))
      .map((file) => join(folder, name, file)),
  );
  return files.sort().map((file) => readFileSync(file, "utf8"));
}

function isFresh(output: string, stamp: string): boolean {
  return existsSync(output) && existsSync(`${output}.stamp`) && readFileSync(`${output}.stamp`, "utf8") === stamp;
}

/** Several processes may build at once, and others run the old one: each file is put in place whole. */
function finish(part: string, output: string, stamp: string): void {
  rmSync(`${output}.stamp`, { force: true });
  renameSync(part, output);
  writeFileSync(`${output}.stamp.${process.pid}`, stamp);
  renameSync(`${output}.stamp.${process.pid}`, `${output}.stamp`);
}
