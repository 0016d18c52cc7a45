/** The bench's own addon, `native/phase-2.c`, which makes phase 2's system calls and counts them. */

import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Offsets } from "@ariax/allocator";
import { lineOf } from "../../base/errors.ts";
import { compile, findCompiler, NATIVE } from "../c/compile.ts";

/** An address is that of a record's page. */
export interface MappedRecords {
  /** A page for a record, written; 0 where the system refuses. */
  map(tag: number, size: number, tick: number, sequence: number): number;
  read(address: number, out: Offsets): void;
  resize(address: number, size: number): void;
  unmap(address: number): void;
  /** Calls of `mmap` and `munmap` so far, of every heap in this process. */
  systemCalls(): number;
}

/** There is no addon; the message says in one line why, and what would do. */
export class NoAddonError extends Error {
  override readonly name = "NoAddonError";
  readonly code = "ERR_ADDON_UNAVAILABLE";
}

/** Compiled when it is first asked for. Throws `NoAddonError`. */
export function loadMappedRecords(): MappedRecords {
  if (process.platform === "win32") throw new NoAddonError("it needs mmap, which Windows does not have");
  const compiler = findCompiler();
  if (compiler === undefined) throw new NoAddonError("it needs a C compiler: install gcc or clang, or name one in $CC");
  const headers = findHeaders();
  if (headers === undefined)
    throw new NoAddonError("it needs Node's headers: install them beside node, in include/node");
  const args = ["-std=c11", "-O2", "-fPIC", "-shared", "-I", headers, "phase-2.c"];
  if (process.platform === "darwin") args.push("-undefined", "dynamic_lookup");
  const built = compile(compiler, { name: "phase-2", extension: ".node", args });
  if ("reason" in built) throw new NoAddonError(built.reason);
  try {
    return createRequire(import.meta.url)(built.path);
  } catch (error) {
    throw new NoAddonError(`Node can't load what was compiled: ${lineOf(error)}`);
  }
}

/** In the npm package that this Node came in, else beside it, else those of the package `node-api-headers`. */
export function findHeaders(): string | undefined {
  const node = realpathSync(process.execPath);
  const candidates = [
    folderOf(`node-${process.platform}-${process.arch}/package.json`, node, "include/node"),
    join(dirname(node), "../include/node"),
    folderOf("node-api-headers/package.json", join(NATIVE, "../../../packages/native/package.json"), "include"),
  ];
  return candidates.find((folder) => folder !== undefined && existsSync(join(folder, "node_api.h")));
}

function folderOf(file: string, from: string, folder: string): string | undefined {
  try {
    return join(dirname(createRequire(from).resolve(file)), folder);
  } catch {
    return undefined;
  }
}
