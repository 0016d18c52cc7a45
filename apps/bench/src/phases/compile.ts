/**
 * Builds the bench's own addon when it is first needed: one C file, by the system's compiler, against Node's headers,
 * kept under the hash of its source with what else is built of C. Nothing is downloaded.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { C_FOLDER, findCompiler, firstError } from "../c/build.ts";

const BENCH = fileURLToPath(new URL("../..", import.meta.url));

/** There is no addon; the message says in one line why, and what would do. */
export class NoAddonError extends Error {
  override readonly name = "NoAddonError";
  readonly code = "ERR_ADDON_UNAVAILABLE";
}

/** The path of the addon made from `native/<name>.c`. Throws `NoAddonError`. */
export function buildAddon(name: string): string {
  if (process.platform === "win32") throw new NoAddonError("it needs mmap, which Windows does not have");
  const source = join(BENCH, "native", `${name}.c`);
  const compiler = findCompiler();
  if (compiler === undefined) throw new NoAddonError("it needs a C compiler: install gcc or clang, or name one in $CC");
  const headers = findHeaders();
  if (headers === undefined)
    throw new NoAddonError("it needs Node's headers: install them beside node, in include/node");
  const flags = ["-std=c11", "-O2", "-fPIC", "-shared"];
  if (process.platform === "darwin") flags.push("-undefined", "dynamic_lookup");
  const hash = createHash("sha256")
    .update(readFileSync(source))
    .update(JSON.stringify([compiler, flags, process.platform, process.arch, process.versions.modules]))
    .digest("hex")
    .slice(0, 16);
  const addon = join(C_FOLDER, `${name}-${hash}.node`);
  if (existsSync(addon)) return addon;
  mkdirSync(C_FOLDER, { recursive: true });
  // Renamed when it is whole: another process may be looking for it.
  const draft = `${addon}.${process.pid}`;
  const args = [...compiler.args, ...flags, "-I", headers, "-o", draft, source];
  const { status, stderr, error } = spawnSync(compiler.command, args, { encoding: "utf8", timeout: 60_000 });
  if (status !== 0) throw new NoAddonError(`${compiler.command} does not compile it: ${firstError(stderr, error)}`);
  renameSync(draft, addon);
  return addon;
}

/** In the npm package that this Node came in, else beside it, else those of the package `node-api-headers`. */
export function findHeaders(): string | undefined {
  const node = realpathSync(process.execPath);
  const candidates = [
    folderOf(`node-${process.platform}-${process.arch}/package.json`, node, "include/node"),
    join(dirname(node), "../include/node"),
    folderOf("node-api-headers/package.json", join(BENCH, "../../packages/native/package.json"), "include"),
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
