/**
 * Compiles the C of `../../../native` when it is first needed, by the system's compiler, and keeps what comes of it under
 * a hash of its sources, in the folder of results. Nothing is downloaded, and the rest of the bench needs no compiler.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RESULTS } from "../../base/results.ts";

/** What is built or written for C; git ignores it with the results. */
export const C_FOLDER: string = join(RESULTS, ".c");
export const NATIVE: string = fileURLToPath(new URL("../../../native/", import.meta.url));
const ENGINE = fileURLToPath(new URL("../../../../../packages/engine-c/", import.meta.url));
/** The engine as one file: of one thread, and of many. */
const UNITY = join(ENGINE, "src/ariax.c");
const LANES = join(ENGINE, "src/ariax-lanes.c");

// The same for the loop and the engine: what Debian builds its libraries with.
const FLAGS = ["-std=c11", "-O2", "-DNDEBUG"];

/** A path, or one line that says why there is none. */
export type Built = { readonly path: string } | { readonly reason: string };

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

/** One file to make of some sources. */
export interface Unit {
  readonly name: string;
  /** `.node` of an addon. */
  readonly extension?: string;
  readonly args: readonly string[];
  /** Whose C decides whether it is made anew. */
  readonly folders?: readonly string[];
}

export function compile({ command, args, version }: Compiler, unit: Unit, env = process.env): Built {
  const { name, extension = "", folders = [NATIVE] } = unit;
  const { arch, versions } = process;
  const hash = createHash("sha256").update(JSON.stringify([command, args, version, unit.args, arch, versions.modules]));
  for (const folder of folders) {
    for (const file of readdirSync(folder).sort()) {
      if (/\.[ch]$/.test(file)) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
    }
  }
  const path = join(C_FOLDER, `${name}-${hash.digest("hex").slice(0, 16)}${extension}`);
  if (existsSync(path)) return { path };
  mkdirSync(C_FOLDER, { recursive: true });
  // Made beside it and renamed: another process may do the same at this moment.
  const made = `${path}.${process.pid}`;
  const all = [...args, ...unit.args, "-o", made];
  const { status, stderr, error } = spawnSync(command, all, { cwd: NATIVE, env, encoding: "utf8" });
  if (status !== 0) {
    // The first line in which a compiler speaks of an error, else what kept it from running.
    const why = /^.*error.*$/m.exec(stderr ?? "")?.[0] ?? error?.message ?? "no error given";
    return { reason: `${command} does not compile it: ${why.trim()}` };
  }
  renameSync(made, path);
  return { path };
}

/** The program that replays through shared libraries, or the one with our own engine in it. */
export const buildReplay = (what: "libraries" | "engine", env: NodeJS.ProcessEnv = process.env): Built =>
  buildProgram("replay", what, ["replay.c"], [`-DENGINE="${UNITY}"`, "engine.c"], env);

/** The same of the one whose threads share an allocator. */
export const buildThreads = (what: "libraries" | "engine", env: NodeJS.ProcessEnv = process.env): Built =>
  buildProgram("threads", what, ["threads.c", "-pthread"], [`-DENGINE="${LANES}"`, "engine-lanes.c"], env);

function buildProgram(
  name: string,
  what: "libraries" | "engine",
  sources: readonly string[],
  ofEngine: readonly string[],
  env: NodeJS.ProcessEnv,
): Built {
  const isOurs = what === "engine";
  if (isOurs && !existsSync(UNITY)) return { reason: "packages/engine-c/src/ariax.c is not there" };
  const compiler = findCompiler(env);
  if (compiler === undefined) return { reason: `no C compiler (${env.CC ? `CC=${env.CC}` : "cc, gcc or clang"})` };
  const engine = isOurs ? [`-I${join(ENGINE, "include")}`, ...ofEngine] : [];
  const folders = isOurs ? [NATIVE, join(ENGINE, "src"), join(ENGINE, "include")] : [NATIVE];
  return compile(compiler, { name: `${name}-${what}`, args: [...FLAGS, ...sources, ...engine, "-ldl"], folders }, env);
}
