/**
 * Compiles a C program to WebAssembly, with our malloc, by the Clang of `npm i @yowasp/clang`: no compiler of the system, no C library to
 * install. All arguments are Clang's; without `-o` the program is `a.out`, as Clang has it.
 *
 *     node node_modules/@ariax/wasm/c/build.mjs program.c -o program.wasm -O2
 *
 * That Clang sees no disk, only what it is given: the C files and headers below the working directory, those below the folder of each
 * file or folder that an argument names, and ours. It passes over a `..` in a path, so none is left in the arguments:
 *
 *     below the working directory     src/list.c              as it is
 *     elsewhere                       .../home/me/list.c      where there is no folder of Clang's own
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

const USAGE = "usage: node build.mjs program.c … [-o program.wasm] [arguments of Clang]";

/** What is to be built: the output's name, and all other arguments. Clang's spellings of -o; the last one counts. */
function readArguments(given) {
  let output = "a.out";
  const args = [];
  for (let i = 0; i < given.length; i++) {
    const [, joined] = /^(?:-o|--output=)(.+)$/s.exec(given[i]) ?? [];
    if (joined !== undefined) output = joined;
    else if (given[i] !== "-o" && given[i] !== "--output") args.push(given[i]);
    else if (++i < given.length) output = given[i];
    else throw new Wrong(`${given[i - 1]} wants a name\n${USAGE}`);
  }
  if (args.length === 0) throw new Wrong(USAGE);
  const other = args.find((arg) => /^[^-].*\.(?:C|cc|cpp|cxx|c\+\+|m|mm)$/.test(arg));
  if (other !== undefined) throw new Wrong(`${other}: only C is compiled here`);
  const inputs = args.filter((arg) => !arg.startsWith("-") && statSync(arg, { throwIfNoEntry: false })?.isFile());
  if (/\.[ch]$/.test(output) || inputs.some((input) => resolve(input) === resolve(output)))
    throw new Wrong(`-o ${output} would write over a source`);
  return { output, args };
}

/** What the caller can mend: its message is all that is printed. */
class Wrong extends Error {}

/** The C files and headers below a folder, as Clang takes them. */
function tree(dir) {
  const found = {};
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      if (!/^\.|^node_modules$/.test(entry.name)) found[entry.name] = tree(path);
    } else if (/\.[ch]$/.test(entry.name) && existsSync(path)) found[entry.name] = readFileSync(path, "utf8");
  }
  return found;
}

/** The path by which Clang sees what lies at a path of the disk. */
function seen(path) {
  const below = relative(".", path);
  const elsewhere = below.split(sep)[0] === ".." || isAbsolute(below);
  return (elsewhere ? join("...", resolve(path).replace(":", "")) : below || ".").replaceAll(sep, "/");
}

/** Puts entries into a folder of what Clang sees; folders on the way are made. */
function put(files, folder, entries) {
  let at = files;
  for (const name of folder.split("/")) if (name !== ".") at = at[name] ??= {};
  Object.assign(at, entries);
}

/** Arguments by which Clang finds what they name, and all that it then sees. */
function prepare(given) {
  const folders = new Set([process.cwd(), import.meta.dirname]);
  const inputs = [];
  const args = given.map((arg) => {
    const [, option, path] = /^(-I|-L|-include|-iquote|-isystem)?([^-].*)$/s.exec(arg) ?? [];
    const found = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    if (found?.isFile()) inputs.push(path);
    if (found !== undefined) folders.add(resolve(found.isDirectory() ? path : dirname(path)));
    // What does not exist is Clang's to say; but not of another file, where it passes over the `..`.
    else if (path === undefined || !/\.[acho]$/.test(path)) return arg;
    return `${option ?? ""}${seen(path)}`;
  });
  const files = {};
  // A folder comes before those below it.
  for (const folder of [...folders].sort()) put(files, seen(folder), tree(folder));
  for (const input of inputs) {
    const path = seen(input);
    put(files, dirname(path), { [path.slice(path.lastIndexOf("/") + 1)]: readFileSync(input) });
  }
  return { args, files };
}

/** What Clang said: where an argument is wrong, without its version and the commands that it would have run. */
function errors(said, args) {
  if (!said.startsWith("clang version ") || args.some((arg) => arg === "-v" || arg === "-###")) return said;
  return said.replaceAll(/^(?!clang: ).*\n/gm, "");
}

async function load() {
  let clang;
  try {
    clang = createRequire(join(process.cwd(), "any.js")).resolve("@yowasp/clang");
  } catch {
    throw new Wrong("no compiler: npm i @yowasp/clang");
  }
  const { commands, Exit } = await import(pathToFileURL(clang).href);
  await commands.clang(null, {}, { fetchProgress: () => {} }); // loads it, and prints no progress
  return { clang: commands.clang, Exit };
}

async function build(given) {
  const { output, args: rest } = readArguments(given);
  const { clang, Exit } = await load();
  const { args, files } = prepare(rest);
  const said = [];
  const ours = [seen(join(import.meta.dirname, "malloc.c")), `-I${seen(join(import.meta.dirname, "engine"))}`];
  const always = ["-mbulk-memory", "-fno-delete-null-pointer-checks", "-o", ".../program"];
  put(files, "...", {});
  const keep = (bytes) => bytes !== null && said.push(Buffer.from(bytes));
  const streams = { stdout: (bytes) => bytes !== null && process.stdout.write(Buffer.from(bytes)), stderr: keep };
  let built;
  try {
    built = await clang([...ours, ...always, ...args], files, { ...streams, decodeASCII: false });
  } catch (error) {
    if (error instanceof Exit) throw new Wrong(""); // Clang has said why
    throw error;
  } finally {
    process.stderr.write(errors(`${Buffer.concat(said)}`, args));
  }
  const program = built?.["..."].program;
  if (program === undefined) throw new Wrong(`Clang wrote no ${output}`);
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, program);
}

try {
  await build(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Wrong) && error.syscall === undefined) throw error; // what the disk refuses is said in a line, too
  if (error.message !== "") console.error(error.message);
  process.exitCode = 1;
}
