import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { commands as Commands, Tree } from "../../wasm/node_modules/@yowasp/clang/lib/api.js";
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

// A dependency of @ariax/wasm, which compiles the engine with it.
const wasmPackage = new URL("../../wasm/package.json", import.meta.url);
const { commands }: { commands: typeof Commands } = await import(createRequire(wasmPackage).resolve("@yowasp/clang"));

const ENGINE = join(SOURCE, "ariax.c");
const compiler = findCompiler();
const clang = findClang();

describe.skipIf(compiler === undefined)(
  compiler === undefined ? `skipped: ${NO_COMPILER}` : "the system's C compiler",
  () => {
    test.each(["-O0", "-O2", "-O3"])("has no warning at %s", { timeout: 30_000 }, (level) => {
      expect(() => build(compiler!, [...WARNINGS, level, "-c", ENGINE])).not.toThrow();
    });

    test.skipIf(process.platform !== "linux")("makes a freestanding object that needs ax_grow_buffer alone", () => {
      const isGcc = execFileSync(compiler!, ["--version"], { encoding: "utf8" }).includes("Free Software Foundation");
      const freestanding = ["-ffreestanding", ...(isGcc ? ["-fno-tree-loop-distribute-patterns"] : [])];
      const object = build(compiler!, ["-std=c11", "-O2", ...freestanding, "-c", ENGINE]);
      const undefinedSymbols = execFileSync("nm", ["-u", object], { encoding: "utf8" });
      expect(
        undefinedSymbols
          .replaceAll("_GLOBAL_OFFSET_TABLE_", "")
          .split(/[\sU]+/)
          .filter(Boolean),
      ).toEqual(["ax_grow_buffer"]);
    });

    const cpp = compiler !== undefined && hasCpp(compiler);
    test.skipIf(!cpp)(
      `compiles the header as C++${cpp ? "" : " (skipped: it has no C++)"}`,
      { timeout: 30_000 },
      () => {
        const args = ["-x", "c++", "-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"];
        expect(() => compile(compiler!, [...args, join(INCLUDE, "ariax.h")])).not.toThrow();
      },
    );

    test("compiles the README's programs, which print what it says", { timeout: 30_000 }, () => {
      const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
      const programs = [...readme.matchAll(/```c\n(.*?)```(?:\n\n```text\n(.*?)```)?/gs)];
      expect(programs.length).toBeGreaterThan(0);
      for (const [, source, output] of programs) {
        const dir = mkdtempSync(join(tmpdir(), "ariax-engine-c-"));
        const file = join(dir, "program.c");
        writeFileSync(file, source);
        const program = build(compiler!, [...WARNINGS, "-O2", file, ENGINE]);
        expect(execFileSync(program, { encoding: "utf8" })).toBe(output);
      }
    });

    test("replays the fuzzer's corpus", { timeout: 60_000 }, () => {
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
  { timeout: 30_000 },
  () => {
    expect(() => build(clang!, [...WARNINGS, "-O2", "-c", ENGINE])).not.toThrow();
  },
);

describe("clang that is WebAssembly", () => {
  const tree = (dir: string): Tree =>
    Object.fromEntries(readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), "utf8")]));

  // Once per process it says how much of itself it has read.
  beforeAll(() => {
    vi.spyOn(console, "log").mockImplementation(() => {});
  });
  afterAll(() => {
    vi.restoreAllMocks();
  });

  /** The engine as a WebAssembly object. */
  async function wasm(...args: string[]): Promise<Uint8Array<ArrayBuffer>> {
    let said = "";
    const print = (bytes: Uint8Array | null) => {
      if (bytes !== null) said += new TextDecoder().decode(bytes);
    };
    const target = ["--target=wasm32", "-ffreestanding", "-Iinclude", "-c", "src/ariax.c", "-o", "ariax.o"];
    const files = { include: tree(INCLUDE), src: tree(SOURCE) };
    const options = { stdout: print, stderr: print, fetchProgress: () => {} };
    let out: Tree | undefined;
    try {
      out = await commands.clang([...WARNINGS, ...args, ...target], files, options);
    } catch (error) {
      throw new Error(`${said}${error}`);
    }
    expect(said).toBe("");
    return out?.["ariax.o"] as Uint8Array<ArrayBuffer>;
  }

  /** The numbers of a module's sections, as the format has them. */
  function sections(bytes: Uint8Array): number[] {
    const found: number[] = [];
    for (let at = 8; at < bytes.length; ) {
      found.push(bytes[at++]);
      let size = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++];
        size |= (byte & 127) << shift;
        if (byte < 128) break;
      }
      at += size;
    }
    return found;
  }

  test.each([
    ["-O2", "-mno-bulk-memory"],
    ["-O3", "-mbulk-memory"],
    ["-Oz", "-mbulk-memory"],
  ])("has no warning, no data and no stack in memory, at %s %s", { timeout: 60_000 }, async (...args) => {
    const bytes = await wasm(...args);
    const DATA = 11;
    expect(sections(bytes)).not.toContain(DATA);
    // What it needs from outside: had it variables in memory, the stack's pointer too.
    const needs = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ name }) => name);
    expect(needs.toSorted()).toEqual(["__linear_memory", "ax_grow_buffer"]);
  });
});
