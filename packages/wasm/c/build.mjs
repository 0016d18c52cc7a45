/**
 * Compiles a C program to WebAssembly, with our malloc, by the Clang of `npm i @yowasp/clang`: no compiler of the system, no C library to
 * install. C files and headers below the working directory can be named and included; all arguments are Clang's.
 *
 *     node node_modules/@ariax/wasm/c/build.mjs program.c -o program.wasm -O2
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** The C files and headers below a folder, as Clang takes them. */
function tree(dir) {
  const found = {};
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (/\.[ch]$/.test(entry.name)) found[entry.name] = readFileSync(path, "utf8");
    else if (entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name)) found[entry.name] = tree(path);
  }
  return found;
}

const clang = createRequire(join(process.cwd(), "any.js")).resolve("@yowasp/clang");
const { commands } = await import(pathToFileURL(clang).href);
await commands.clang(null, {}, { fetchProgress: () => {} }); // loads it, and prints no progress
const args = process.argv.slice(2);
const output = args[args.indexOf("-o") + 1] ?? "a.out";
const ours = ["ariax/malloc.c", "-Iariax/engine", "-mbulk-memory", "-fno-delete-null-pointer-checks"];
const files = { ...tree("."), ariax: tree(import.meta.dirname) };
const built = await commands.clang([...ours, ...args], files);
writeFileSync(output, built[output]);
