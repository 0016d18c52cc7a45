/**
 * Builds the addon from its C sources, with nothing but a C compiler and the headers of Node-API: no network, no Python, no make.
 *
 * The list of sources, definitions and flags is `addon/binding.gyp`, kept in the part of its syntax that is JSON. So node-gyp
 * can build the same: it does on Windows, where finding the compiler is the hard part. Elsewhere one call of the
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
import { BUILT, PACKAGE } from "./host.ts";

/** `why` is one line; nothing was built, and nothing is wrong with the sources. */
export type Build = { readonly built: true; readonly path: string } | { readonly built: false; readonly why: string };

const ADDON = join(PACKAGE, "addon");

interface Target {
  readonly sources: readonly string[];
  readonly include_dirs: readonly string[];
  readonly defines: readonly string[];
  readonly cflags: readonly string[];
}

/**
 * Makes `addon/build/ariax.node`, unless it is there and nothing it was made of has changed. Throws where the compiler
 * refuses the sources, with what it said. `CC` names the compiler, else cc, gcc and clang are tried.
 */
export function build(options: { readonly nodeGyp?: boolean } = {}): Build {
  bringEngine();
  return options.nodeGyp || process.platform === "win32" ? buildWithNodeGyp() : buildWithCompiler();
}

function buildWithCompiler(): Build {
  const compiler = findCompiler();
  if (compiler === undefined) return { built: false, why: "no C compiler: $CC, cc, gcc and clang were tried" };
  const headers = findHeaders();
  if (headers === undefined) return { built: false, why: "no headers of Node-API: node_api.h is not beside this Node" };

  const target = readTarget();
  const [command, ...leading] = compiler.command;
  const output = `${BUILT}.${process.pid}`;
  const shared = process.platform === "darwin" ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared"];
  const args = [
    ...leading,
    ...target.cflags,
    "-fPIC",
    ...shared,
    ...target.defines.map((define) => `-D${define}`),
    ...[headers, ...target.include_dirs].map((directory) => `-I${directory}`),
    ...target.sources,
    ...(process.platform === "linux" ? ["-lrt"] : []), // shm_open, before glibc 2.34
  ];
  const stamp = hash([compiler.version, command, ...args, ...contents(target)]);
  if (isFresh(stamp)) return { built: true, path: BUILT };

  mkdirSync(dirname(BUILT), { recursive: true });
  const run = spawnSync(command, [...args, "-o", output], { cwd: ADDON, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`${command} can't build the addon:\n${run.stderr}`);
  finish(output, stamp);
  return { built: true, path: BUILT };
}

function buildWithNodeGyp(): Build {
  const require = createRequire(import.meta.url);
  let nodeGyp: string;
  try {
    nodeGyp = require.resolve("node-gyp/bin/node-gyp.js");
  } catch {
    return { built: false, why: "no node-gyp: it is a development dependency of the workspace" };
  }
  const stamp = hash(["node-gyp", process.version, ...contents(readTarget())]);
  if (isFresh(stamp)) return { built: true, path: BUILT };

  // Headers that are at hand; where none are, node-gyp downloads them.
  const nodedir = nodeDirectories().find((directory) => existsSync(join(directory, "include/node/common.gypi")));
  const where = nodedir === undefined ? [] : ["--nodedir", nodedir];
  const args = [nodeGyp, "configure", "build", "--directory", ADDON, ...where];
  const run = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (run.status !== 0) {
    const text = run.stdout + run.stderr;
    const missing = /find (Python|VS)/.exec(text);
    if (missing !== null) return { built: false, why: `node-gyp can't ${missing[0]}` };
    throw new Error(`node-gyp can't build the addon:\n${text}`);
  }
  const output = `${BUILT}.${process.pid}`;
  copyFileSync(join(ADDON, "build/Release/ariax.node"), output);
  finish(output, stamp);
  return { built: true, path: BUILT };
}

/**
 * In the workspace, the C engine's sources are copied from its package to `addon/engine`, so that what is compiled there and
 * what is compiled from the tarball, which brings that folder, are the same files in the same place.
 */
function bringEngine(): void {
  const to = join(ADDON, "engine");
  for (const folder of ["src", "include"].map((name) => join(PACKAGE, "../engine-c", name))) {
    if (!existsSync(folder)) continue;
    mkdirSync(to, { recursive: true });
    for (const file of readdirSync(folder).filter((name) => /\.(c|h)$/.test(name))) {
      const text = readFileSync(join(folder, file));
      const copy = join(to, file);
      if (!existsSync(copy) || !readFileSync(copy).equals(text)) writeFileSync(copy, text);
    }
  }
}

/** What `CC` says, or the first compiler that runs; its version is part of what the addon was made of. */
function findCompiler(): { command: string[]; version: string } | undefined {
  const asked = process.env.CC?.trim();
  for (const name of asked ? [asked] : ["cc", "gcc", "clang"]) {
    const command = name.split(/\s+/); // "ccache gcc"
    const run = spawnSync(command[0], [...command.slice(1), "--version"], { encoding: "utf8" });
    if (run.status === 0) return { command, version: run.stdout };
  }
  return undefined;
}

/** The folder of node_api.h: of the workspace's pinned package, or of the Node that runs. */
function findHeaders(): string | undefined {
  const beside = nodeDirectories().map((directory) => join(directory, "include/node"));
  const folders = [resolvePackage("node-api-headers", "include"), ...beside];
  return folders.find((folder) => folder !== undefined && existsSync(join(folder, "node_api.h")));
}

/** Where a Node with its headers may be: around the one that runs, and in the npm package `node`. */
function nodeDirectories(): string[] {
  const own = dirname(dirname(process.execPath));
  return [own, join(own, `node_modules/node-${process.platform}-${process.arch}`)];
}

function resolvePackage(name: string, folder: string): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), folder);
  } catch {
    return undefined;
  }
}

function readTarget(): Target {
  return JSON.parse(readFileSync(join(ADDON, "binding.gyp"), "utf8")).targets[0];
}

/**
 * binding.gyp, and every C file in the folders that the sources and headers lie in. The engine's are in packages/engine-c in the
 * workspace, in addon/engine and include in the tarball.
 */
function contents(target: Target): string[] {
  const named = new Set([...target.sources.map(dirname), ...target.include_dirs]);
  const folders = [...named].filter((folder) => existsSync(join(ADDON, folder)));
  const files = folders.flatMap((folder) =>
    readdirSync(join(ADDON, folder))
      .filter((file) => /\.(c|h|gyp)$/.test(file))
      .map((file) => join(ADDON, folder, file)),
  );
  return files.sort().map((file) => readFileSync(file, "utf8"));
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

const STAMP = `${BUILT}.stamp`;

function isFresh(stamp: string): boolean {
  return existsSync(BUILT) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === stamp;
}

/** Several processes may build at once, and others run the old one: each file is put in place whole. */
function finish(output: string, stamp: string): void {
  rmSync(STAMP, { force: true });
  renameSync(output, BUILT);
  writeFileSync(`${STAMP}.${process.pid}`, stamp);
  renameSync(`${STAMP}.${process.pid}`, STAMP);
}
