/** The C of this package, in every compiler that is here. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { flags } from "../src/build.ts";
import { findCompiler, findHeaders, NO_COMPILER } from "../src/compiler.ts";
import { PACKAGE } from "../src/host.ts";
import { describeUnless, temporary } from "./native.ts";

const target = (folder: string) => JSON.parse(readFileSync(join(folder, "binding.gyp"), "utf8")).targets[0];

/** Every compiler that is here, each once. */
const compilers = new Map(
  ["gcc", "clang", ...Array.from({ length: 12 }, (_, i) => `clang-${24 - i}`)].flatMap((name) => {
    const found = findCompiler(name);
    return found === undefined ? [] : [[found.version.split("\n")[0], name] as const];
  }),
);

describeUnless(compilers.size === 0 ? NO_COMPILER : undefined, "there is no warning", () => {
  const headers = findHeaders();
  const WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wshadow",
    "-Wundef",
    "-Wstrict-prototypes",
    "-Werror",
  ];

  describe.each([...compilers])("of %s", (_, compiler) => {
    const compile = (folder: string, args: string[]) =>
      spawnSync(compiler, [...args, ...WARNINGS, "-o", join(temporary("sources"), "out")], {
        cwd: folder,
        encoding: "utf8",
      });

    test.each(["addon", "examples/records"])("in %s", (name) => {
      const folder = join(PACKAGE, name);
      // Node's own headers are not ours to mend.
      const args = flags(target(folder), headers!).map((flag) =>
        flag === `-I${headers}` ? `-isystem${headers}` : flag,
      );
      const { status, stderr } = compile(folder, args);
      expect([status, stderr]).toEqual([0, ""]);
    });

    test("in a C++ program that includes the header", () => {
      const folder = temporary("sources");
      mkdirSync(join(folder, "src"));
      writeFileSync(
        join(folder, "src/addon.cc"),
        "#include <ariax_native.h>\nax_offset make(const ariax_native *n) { return n->allocate(n->heap, 1); }\n",
      );
      const args = [
        "-fsyntax-only",
        "-x",
        "c++",
        "-std=c++11",
        "-isystem",
        headers!,
        "-I",
        join(PACKAGE, "include"),
        "src/addon.cc",
      ];
      const words = WARNINGS.filter((flag) => flag !== "-Wstrict-prototypes");
      const { status, stderr } = spawnSync(compiler, [...args, ...words], { cwd: folder, encoding: "utf8" });
      expect([status, stderr]).toEqual([0, ""]);
    });
  });
});
