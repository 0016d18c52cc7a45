/** Every compiler, at every level. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { commands as Commands, Tree } from "../../wasm/node_modules/@yowasp/clang/lib/api.js";
import { build, findClang, findCompiler, INCLUDE, NO_COMPILER, SOURCE, WARNINGS } from "../scripts/compiler.ts";

// A dependency of @ariax/wasm, which compiles the engine with it.
const wasmPackage = new URL("../../wasm/package.json", import.meta.url);
const { commands }: { commands: typeof Commands } = await import(createRequire(wasmPackage).resolve("@yowasp/clang"));

const compiler = findCompiler();
const clang = findClang();

describe.each([
  ["the system's C compiler", compiler, NO_COMPILER],
  ["the system's clang", clang, "no clang on PATH"],
] as const)("%s", (_, found, none) => {
  test.skipIf(found === undefined).each(["-O0", "-O1", "-O2", "-O3", "-Os"])(
    `has no warning at %s${found === undefined ? ` (skipped: ${none})` : ""}`,
    (level) => {
      for (const engine of ["ariax.c", "ariax-lanes.c"]) {
        expect(() => build(found!, [...WARNINGS, level, "-c", join(SOURCE, engine)])).not.toThrow();
      }
    },
  );
});

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
  async function wasm(engine: string, ...args: string[]): Promise<Uint8Array<ArrayBuffer>> {
    let said = "";
    const print = (bytes: Uint8Array | null) => {
      if (bytes !== null) said += new TextDecoder().decode(bytes);
    };
    const target = ["--target=wasm32", "-ffreestanding", "-Iinclude", "-c", `src/${engine}`, "-o", "ariax.o"];
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
    ["ariax.c", "-O2", "-mno-bulk-memory"],
    ["ariax.c", "-O3", "-mbulk-memory"],
    ["ariax.c", "-Oz", "-mbulk-memory"],
    ["ariax-lanes.c", "-O2", "-matomics", "-mbulk-memory"],
    ["ariax-lanes.c", "-Oz", "-matomics", "-mbulk-memory"],
    ["ariax-lanes.c", "-Oz", "-mno-bulk-memory"],
  ])("has no warning, no data and no stack in memory: %s at %s %s", async (engine, ...args) => {
    const bytes = await wasm(engine, ...args);
    const DATA = 11;
    expect(sections(bytes)).not.toContain(DATA);
    // What it needs from outside: had it variables in memory, the stack's pointer too.
    const needs = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ name }) => name);
    // The table of functions is for `ax_reclaim_keeping`, which calls its caller: a program that has no use for it links none.
    const table = engine === "ariax-lanes.c" ? ["__indirect_function_table"] : [];
    expect(needs.toSorted()).toEqual([...table, "__linear_memory", "ax_grow_buffer"]);
  });
});
