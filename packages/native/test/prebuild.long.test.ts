/** What is put into the tarball, and that nobody is left to wonder where there is nothing. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { pnpm } from "../../../scripts/lib/run.ts";
import { PREBUILDS } from "../scripts/prebuild.ts";
import { findCompiler, NO_COMPILER } from "../src/compiler.ts";
import { PACKAGE, prebuilt } from "../src/host.ts";
import { describeUnless, temporary } from "./native.ts";

/** A copy of the package, with the prebuilds that are named, whose contents are "old". */
function copyWith(prebuilds: readonly string[]): string {
  const folder = temporary("prebuild");
  for (const name of ["src", "scripts", "include", "addon", "package.json"]) {
    const filter = (path: string) => path !== join(PACKAGE, "addon/build");
    cpSync(join(PACKAGE, name), join(folder, name), { recursive: true, filter });
  }
  symlinkSync(join(PACKAGE, "node_modules"), join(folder, "node_modules"), "junction");
  for (const file of prebuilds) {
    mkdirSync(dirname(join(folder, "prebuilds", file)), { recursive: true });
    writeFileSync(join(folder, "prebuilds", file), "old");
  }
  return folder;
}

function run(folder: string, flags: string[] = [], CC?: string) {
  const env = { ...process.env, ...(CC === undefined ? {} : { CC }) };
  const script = join(folder, "scripts/prebuild.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...flags], { env, encoding: "utf8" });
  return [status, stdout, stderr];
}

/** This machine's, in the list. */
const own = relative(join(PACKAGE, "prebuilds"), prebuilt()).replaceAll("\\", "/");
const others = PREBUILDS.filter((file) => file !== own);

// On Windows node-gyp looks for the compiler, which takes its time.
const why = process.platform === "win32" ? "not with node-gyp" : undefined;

describeUnless(why, "without a compiler", () => {
  const line = `native addon not built: ${NO_COMPILER}\n`;

  test("it says so, in a line, and the package is packed all the same", () => {
    const folder = copyWith([]);
    expect(run(folder, [], "/nonexistent")).toEqual([0, "", line]);
    expect(existsSync(join(folder, "prebuilds"))).toBe(false);
  });

  test("where it is required that is a failure", () => {
    expect(run(copyWith([]), ["--required"], "/nonexistent")).toEqual([1, "", line]);
  });
});

describeUnless(why ?? (findCompiler() === undefined ? NO_COMPILER : undefined), "with a compiler", () => {
  test("this machine's is built, and made anew", () => {
    const folder = copyWith([own]);
    expect(run(folder)).toEqual([0, "", `native addon: ${join(folder, "prebuilds", own)}\n`]);
    expect(readFileSync(join(folder, "prebuilds", own)).length).toBeGreaterThan(10_000);
  });

  test("but not where those of all machines were brought", () => {
    const folder = copyWith(PREBUILDS);
    expect(run(folder)).toEqual([0, "", "native addon: all 7 prebuilds are there\n"]);
    expect(readFileSync(join(folder, "prebuilds", own), "utf8")).toBe("old");
  });
});

describe("a release", () => {
  test("wants them all", () => {
    expect(run(copyWith(PREBUILDS), ["--complete"])).toEqual([0, "", "native addon: all 7 prebuilds are there\n"]);
    expect(run(copyWith(others.slice(1)), ["--complete"])).toEqual([
      1,
      "",
      `native addon: no prebuilt ${PREBUILDS.filter((file) => file === own || file === others[0]).join(", ")}\n`,
    ]);
  });

  test("has those that the workflow builds, each on its own kind of machine", () => {
    const workflow = readFileSync(join(PACKAGE, "../../.github/workflows/prebuild.yml"), "utf8");
    const named = (pattern: RegExp) => [...workflow.matchAll(pattern)].map((match) => match[1]);
    const linux = named(/\{ arch: (\w+),/g).flatMap((arch) =>
      named(/\{ name: (glibc|musl),/g).map((libc) => `linux-${arch}/@ariax+native.${libc}.node`),
    );
    const rest = named(/\{ name: ((?:darwin|win32)-\w+),/g).map((name) => `${name}/@ariax+native.node`);
    expect([...linux, ...rest].sort()).toEqual([...PREBUILDS].sort());
  });
});

test("the tarball has all that is compiled, and one folder of headers for other addons", () => {
  const args = ["--config.ignore-scripts=true", "pack", "--dry-run", "--json", "--out", "never.tgz"];
  const { output } = pnpm(args, PACKAGE);
  const { files } = JSON.parse(output.slice(output.indexOf("{"))) as { files: { path: string }[] };
  const paths = files.map(({ path }) => path);
  expect(paths.filter((path) => path.startsWith("include/")).sort()).toEqual([
    "include/ariax.h",
    "include/ariax_native.h",
  ]);
  const engine = readdirSync(join(PACKAGE, "../engine-c/src")).map((file) => `addon/engine/${file}`);
  const sources = readdirSync(join(PACKAGE, "addon")).filter((file) => /\.(c|h|gyp)$/.test(file));
  expect(paths.filter((path) => path.startsWith("addon/")).sort()).toEqual(
    [...engine, ...sources.map((file) => `addon/${file}`)].sort(),
  );
  expect(paths).not.toContain("examples/records/records.c");
});
