/**
 * Builds the C programs that replay (`../../native`), once for each state of their sources, into the folder of results.
 * Nothing is downloaded and no compiler is needed to run the rest of the bench.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { RESULTS } from "../write.ts";

/** What is built or written for C; git ignores it with the results. */
export const C_FOLDER: string = join(RESULTS, ".c");

const NATIVE = fileURLToPath(new URL("../../native/", import.meta.url));
const ENGINE = fileURLToPath(new URL("../../../../packages/engine-c/", import.meta.url));
/** The engine as one file. */
const UNITY = join(ENGINE, "src/ariax.c");

// The same for the loop and the engine: what Debian builds its libraries with.
const FLAGS = ["-std=c11", "-O2", "-DNDEBUG"];

/** A path, or one line that says why there is none. */
export type Built = { readonly binary: string } | { readonly reason: string };

export interface Compiler {
  readonly command: string;
  readonly args: readonly string[];
  /** The first line that it says of itself. */
  readonly version: string;
}

/** `$CC`, or the first of `cc`, `gcc` and `clang` that runs. */
export function findCompiler(env: NodeJS.ProcessEnv = process.env): Compiler | undefined {
  const candidates = env.CC ? [env.CC] : ["cc", "gcc", "clang"];
  for (const candidate of candidates) {
    const [command, ...args] = candidate.split(" ") as [string, ...string[]];
    const { status, stdout } = spawnSync(command, [...args, "--version"], { env, encoding: "utf8" });
    if (status === 0) return { command, args, version: stdout.split("\n", 1)[0]! };
  }
  return undefined;
}

/** The program that replays through shared libraries, or the one with our own engine in it. */
export function buildReplay(what: "libraries" | "engine", env: NodeJS.ProcessEnv = process.env): Built {
  if (what === "engine" && !existsSync(UNITY)) return { reason: "packages/engine-c/src/ariax.c is not there" };
  const compiler = findCompiler(env);
  if (compiler === undefined) return { reason: `no C compiler (${env.CC ? `CC=${env.CC}` : "cc, gcc or clang"})` };
  const sources = what === "engine" ? ["replay.c", "engine.c"] : ["replay.c"];
  const flags = [...FLAGS, ...(what === "engine" ? [`-DENGINE="${UNITY}"`, `-I${join(ENGINE, "include")}`] : [])];
  const folders = what === "engine" ? [NATIVE, join(ENGINE, "src"), join(ENGINE, "include")] : [NATIVE];
  const binary = join(C_FOLDER, `replay-${what}-${hashOf(compiler, flags, folders)}`);
  if (existsSync(binary)) return { binary };
  mkdirSync(dirname(binary), { recursive: true });
  // Made beside it and renamed: another process may do the same at this moment.
  const made = `${binary}.${process.pid}`;
  const args = [...compiler.args, ...flags, "-o", made, ...sources, "-ldl"];
  const { status, stderr, error } = spawnSync(compiler.command, args, { cwd: NATIVE, env, encoding: "utf8" });
  if (status !== 0) return { reason: `${compiler.command} does not compile it: ${firstError(stderr, error)}` };
  renameSync(made, binary);
  return { binary };
}

/** The first line in which a compiler speaks of an error, else what kept it from running. */
export const firstError = (stderr: string | null, error: Error | undefined): string =>
  (/^.*error.*$/m.exec(stderr ?? "")?.[0] ?? error?.message ?? "no error given").trim();

function hashOf({ command, args, version }: Compiler, flags: readonly string[], folders: readonly string[]): string {
  const hash = createHash("sha256").update(JSON.stringify([command, args, version, flags, process.arch]));
  for (const folder of folders) {
    for (const name of readdirSync(folder).sort()) {
      if (/\.[ch]$/.test(name)) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}
