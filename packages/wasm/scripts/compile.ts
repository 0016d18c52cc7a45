/**
 * C to WebAssembly, without any compiler of the system: by a Clang and an optimiser that are WebAssembly themselves. The
 * same sources give the same bytes on every machine.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { commands, type Tree } from "@yowasp/clang";
import binaryen from "binaryen";

export type { Tree };

/** What is compiled: files by name, and how. */
export interface Program {
  readonly files: Tree;
  /** Clang's arguments, but for the output's name. */
  readonly args: readonly string[];
}

/** What every program here is compiled with. */
export const ARGS: readonly string[] = [
  "--target=wasm32",
  "-std=c11",
  "-Wall",
  "-Wextra",
  "-ffreestanding",
  "-nostdlib",
  "-mbulk-memory",
  // A heap may begin at address 0.
  "-fno-delete-null-pointer-checks",
];

/** A folder's C files and headers. */
export function readTree(dir: string): Tree {
  const tree: Tree = {};
  for (const name of readdirSync(dir).sort()) {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) tree[name] = readTree(path);
    else if (/\.[ch]$/.test(name)) tree[name] = readFileSync(path, "utf8");
  }
  return tree;
}

/** SHA-256 of the tools' versions, the arguments and every file, with its name. */
export function hashOf({ files, args }: Program): string {
  const { devDependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const tools = [devDependencies["@yowasp/clang"], devDependencies.binaryen];
  return createHash("sha256")
    .update(JSON.stringify([tools, args, files]))
    .digest("hex");
}

/** The module. Throws what the compiler said, if only a warning. */
export async function compile({ files, args }: Program): Promise<Uint8Array> {
  let said = "";
  const print = (bytes: Uint8Array | null): void => {
    if (bytes !== null) said += new TextDecoder().decode(bytes);
  };
  const { clang } = commands;
  await clang(null as unknown as undefined, {}, { fetchProgress: () => {} }); // loads it, and prints no progress
  let out: Tree | undefined;
  try {
    out = await clang([...args, "-o", "out.wasm"], files, { stdout: print, stderr: print });
  } catch (error) {
    throw new Error(`${said}${String(error)}`);
  }
  const bytes = out?.["out.wasm"];
  if (said !== "" || !(bytes instanceof Uint8Array)) throw new Error(said || "the compiler wrote no module");
  return smaller(bytes);
}

/** The same program in fewer bytes: Clang alone leaves a sixth more. */
function smaller(bytes: Uint8Array): Uint8Array {
  const module = binaryen.readBinary(bytes);
  const { Atomics: Threads, BulkMemory, BulkMemoryOpt, MutableGlobals, SignExt } = binaryen.Features;
  module.setFeatures(Threads | BulkMemory | BulkMemoryOpt | MutableGlobals | SignExt);
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  for (let round = 0; round < 3; round++) module.optimize();
  const result = module.emitBinary();
  module.dispose();
  return result;
}
