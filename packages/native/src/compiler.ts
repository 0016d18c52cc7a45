/** The C compiler of this machine, and the headers of Node-API: what a build needs, looked for where it may be. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export interface Compiler {
  /** The program, and what comes before its arguments: `ccache gcc`. */
  readonly command: readonly string[];
  /** What it says of itself: part of what was built with it. */
  readonly version: string;
}

/** The compilers that are tried where `CC` names none. */
const NAMES = ["cc", "gcc", "clang"];

/** What to say where there is none. */
export const NO_COMPILER: string = `no C compiler: $CC, ${NAMES.slice(0, -1).join(", ")} and ${NAMES.at(-1)} were tried`;
export const NO_HEADERS = "no headers of Node-API: node_api.h is not beside this Node";

/** What `CC` says, and nothing else then; or the first that runs. */
export function findCompiler(asked: string | undefined = process.env.CC): Compiler | undefined {
  for (const name of asked?.trim() ? [asked.trim()] : NAMES) {
    const command = name.split(/\s+/);
    const run = spawnSync(command[0], [...command.slice(1), "--version"], { encoding: "utf8" });
    if (run.status === 0) return { command, version: run.stdout };
  }
  return undefined;
}

/** The folder of node_api.h: of the workspace's pinned package, or of the Node that runs. */
export function findHeaders(): string | undefined {
  const beside = nodeDirectories().map((directory) => join(directory, "include/node"));
  const folders = [resolvePackage("node-api-headers", "include"), ...beside];
  return folders.find((folder) => folder !== undefined && existsSync(join(folder, "node_api.h")));
}

/** Where a Node with its headers may be: around the one that runs, and in the npm package `node`. */
export function nodeDirectories(): string[] {
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
