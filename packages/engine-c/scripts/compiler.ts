/** The system's C compiler, if there is one: the tests need it, and whoever builds C for the host. */
import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** What to say where there is none. */
export const NO_COMPILER = "no C compiler: neither $CC nor cc, gcc or clang on PATH; what needs one is skipped";

/** Folders of this package. */
export const INCLUDE: string = new URL("../include", import.meta.url).pathname;
export const SOURCE: string = new URL("../src", import.meta.url).pathname;

/** `$CC`, else the first of cc, gcc and clang on PATH; `undefined` where there is none. */
export function findCompiler(): string | undefined {
  const { CC } = process.env;
  return (
    (CC ? findProgram(CC) : undefined) ?? ["cc", "gcc", "clang"].map(findProgram).find((path) => path !== undefined)
  );
}

/** Clang, for what only it can do: `$CC` if that is one, else clang on PATH, also under a name with a version. */
export function findClang(): string | undefined {
  const { CC } = process.env;
  const versions = Array.from({ length: 12 }, (_, i) => `clang-${24 - i}`);
  const names = [...(CC?.includes("clang") ? [CC] : []), "clang", ...versions];
  return names.map(findProgram).find((path) => path !== undefined);
}

/** Where a program is: a path as it is, a name looked for on PATH. */
function findProgram(name: string): string | undefined {
  const places = name.includes("/") ? [name] : (process.env.PATH ?? "").split(delimiter).map((dir) => join(dir, name));
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Every warning that the engine is free of. */
export const WARNINGS: readonly string[] = [
  "-std=c11",
  ...["all", "extra", "pedantic", "conversion", "shadow", "undef", "strict-prototypes", "error"].map((w) => `-W${w}`),
];

/** Runs a compiler; throws what it said. */
export function compile(compiler: string, args: readonly string[]): void {
  execFileSync(compiler, [`-I${INCLUDE}`, `-I${SOURCE}`, ...args], { encoding: "utf8", stdio: "pipe" });
}

/** Compiles a program, or with `-c` an object, to a new temporary file, whose path it returns. */
export function build(compiler: string, args: readonly string[]): string {
  const out = join(mkdtempSync(join(tmpdir(), "ariax-engine-c-")), "program");
  compile(compiler, [...args, "-o", out]);
  return out;
}

/** The options for AddressSanitizer and UndefinedBehaviorSanitizer; none where the compiler has no libraries for them. */
export function sanitizers(compiler: string): readonly string[] {
  const options = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
  return takes(compiler, [...options, "-x", "c", "-"], "int main(void) { return 0; }") ? options : ["-g", "-O1"];
}

/**
 * The options with which an engine calls functions of the test's at each load and store, whatever libraries there are; `undefined` where
 * the compiler does not know them.
 */
export function instruments(compiler: string): readonly string[] | undefined {
  const options = ["-fsanitize=thread", "-ffreestanding"];
  // Without it gcc makes loops calls of memset.
  const gcc = "-fno-tree-loop-distribute-patterns";
  const program = "void f(int *x) { *x = 1; }";
  return [[...options, gcc], options].find((some) =>
    takes(compiler, [...some, "-Werror", "-c", "-x", "c", "-"], program),
  );
}

/** Has it got ThreadSanitizer, and does a program with it run here? */
export function hasThreadSanitizer(compiler: string): boolean {
  const out = join(mkdtempSync(join(tmpdir(), "ariax-engine-c-")), "program");
  const args = ["-fsanitize=thread", "-x", "c", "-", "-o", out];
  const isBuilt = spawnSync(compiler, args, { input: "int main(void) { return 0; }" }).status === 0;
  return isBuilt && spawnSync(out).status === 0;
}

/** Can a program change its stack? Not everywhere: musl can't. */
export function hasUcontext(compiler: string): boolean {
  const program = "#include <ucontext.h>\nint main(void) { ucontext_t a, b; return swapcontext(&a, &b); }";
  return takes(compiler, ["-std=gnu11", "-x", "c", "-"], program);
}

/** Does it compile C++ too? */
export function hasCpp(compiler: string): boolean {
  return takes(compiler, ["-x", "c++", "-fsyntax-only", "-"], "int main() {}");
}

/** Does a compiler take a program, from its standard input, with these options? */
function takes(compiler: string, args: readonly string[], program: string): boolean {
  const out = join(mkdtempSync(join(tmpdir(), "ariax-engine-c-")), "program");
  return spawnSync(compiler, [...args, "-o", out], { input: program }).status === 0;
}
