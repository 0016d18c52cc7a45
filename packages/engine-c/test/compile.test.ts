import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  build,
  compile,
  findClang,
  findCompiler,
  hasCpp,
  INCLUDE,
  NO_COMPILER,
  SOURCE,
  sanitizers,
  WARNINGS,
} from "../scripts/compiler.ts";

const ENGINE = join(SOURCE, "ariax.c");
const LANES = join(SOURCE, "ariax-lanes.c");
const compiler = findCompiler();
const clang = findClang();

describe.skipIf(compiler === undefined)(
  compiler === undefined ? `skipped: ${NO_COMPILER}` : "the system's C compiler",
  () => {
    test.each([ENGINE, LANES])("has no warning: %s", (engine) => {
      expect(() => build(compiler!, [...WARNINGS, "-O2", "-c", engine])).not.toThrow();
    });

    test.skipIf(process.platform !== "linux").each([ENGINE, LANES])(
      "makes a freestanding object that needs ax_grow_buffer alone: %s",
      (engine) => {
        const isGcc = execFileSync(compiler!, ["--version"], { encoding: "utf8" }).includes("Free Software Foundation");
        const freestanding = ["-ffreestanding", ...(isGcc ? ["-fno-tree-loop-distribute-patterns"] : [])];
        const object = build(compiler!, ["-std=c11", "-O2", ...freestanding, "-c", engine]);
        const undefinedSymbols = execFileSync("nm", ["-u", object], { encoding: "utf8" });
        expect(
          undefinedSymbols
            .replaceAll("_GLOBAL_OFFSET_TABLE_", "")
            .split(/[\sU]+/)
            .filter(Boolean),
        ).toEqual(["ax_grow_buffer"]);
      },
    );

    const cpp = compiler !== undefined && hasCpp(compiler);
    test.skipIf(!cpp)(`compiles the header as C++${cpp ? "" : " (skipped: it has no C++)"}`, () => {
      const args = ["-x", "c++", "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"];
      expect(() => compile(compiler!, [...args, join(INCLUDE, "ariax.h")])).not.toThrow();
    });

    test("compiles the README's programs, which print what it says", () => {
      const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
      const programs = [...readme.matchAll(/```c\n(.*?)```(?:\n\n```text\n(.*?)```)?/gs)];
      expect(programs.length).toBeGreaterThan(0);
      for (const [, source, output] of programs) {
        const dir = mkdtempSync(join(tmpdir(), "ariax-engine-c-"));
        const file = join(dir, "program.c");
        writeFileSync(file, source);
        const defines = source.match(/-DAX_\w+=\w+/g) ?? [];
        const engine = source.includes("_lane_") ? [LANES, "-pthread"] : [ENGINE];
        const program = build(compiler!, [...WARNINGS, "-O2", ...defines, file, ...engine]);
        expect(execFileSync(program, { encoding: "utf8" })).toBe(output);
      }
    });

    test("replays the fuzzer's corpus", () => {
      const fuzz = new URL("../fuzz/", import.meta.url).pathname;
      const inputs = readdirSync(join(fuzz, "corpus")).map((name) => join(fuzz, "corpus", name));
      const program = build(compiler!, [
        ...WARNINGS,
        ...sanitizers(compiler!),
        ENGINE,
        join(fuzz, "fuzz.c"),
        join(fuzz, "replay.c"),
      ]);
      expect(execFileSync(program, inputs, { encoding: "utf8" })).toBe(`${inputs.length} inputs\n`);
      expect(inputs.length).toBeGreaterThan(0);
    });
  },
);

test.skipIf(clang === undefined)(
  clang === undefined ? "skipped: no clang on PATH" : "the system's clang has no warning",
  () => {
    for (const engine of [ENGINE, LANES]) {
      expect(() => build(clang!, [...WARNINGS, "-O2", "-c", engine])).not.toThrow();
    }
  },
);
