/**
 * Every compiler that users have, with every setting: 4 compilers, 48 settings each. The oldest is the least that our READMEs name.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cell, problemsOf, type Result, start, tool, versionOf } from "./cells.ts";
import { ALL, nameOf, optionsOf } from "./type-settings.ts";

/** Those written in JavaScript, which one process has compile with every setting. */
const COMPILERS = ["typescript-5.4", "typescript-5.7", "typescript-5.9"];
/** The one that is a native program, which has projects to compile instead. */
const NATIVE = "typescript";

/** Of a folder of programs, `files`. */
export function typeCells(folder: string, files: readonly string[]): Cell[] {
  return [...COMPILERS.map((compiler) => inOneProcess(compiler, folder, files)), asProjects(folder, files)];
}

const what = (compiler: string, setting: string): string => `TypeScript ${versionOf(compiler)}, ${setting}`;

function inOneProcess(compiler: string, folder: string, files: readonly string[]): Cell {
  return {
    what: what(compiler, "all settings"),
    async run() {
      const args = [join(import.meta.dirname, "compile-all.ts"), compiler, folder, ...files];
      const { code, output } = await start(process.execPath, args, folder);
      if (code !== 0) throw new Error(output);
      const said = output.split("\n").map((line): [string, string] => JSON.parse(line));
      if (said.length !== ALL.length) throw new Error(`${said.length} settings of ${ALL.length}`);
      return said.map(([setting, text]) => ({ what: what(compiler, setting), problems: text === "" ? [] : [text] }));
    },
  };
}

function asProjects(folder: string, files: readonly string[]): Cell {
  const tsc = tool(NATIVE, "bin/tsc");
  const project = (i: number): string => join(folder, `setting-${i}`);
  return {
    what: what(NATIVE, "all settings"),
    async run() {
      for (const [i, settings] of ALL.entries()) {
        mkdirSync(project(i), { recursive: true });
        const config = { compilerOptions: optionsOf(settings), files: files.map((file) => `../${file}`) };
        writeFileSync(join(project(i), "tsconfig.json"), JSON.stringify(config));
      }
      const all = await start(process.execPath, [tsc, "--build", ...ALL.map((_, i) => project(i))], folder);
      return Promise.all(
        ALL.map(async (settings, i): Promise<Result> => {
          // Whose is a complaint? What it says of one it does not name.
          const one = all.code === 0 ? all : await start(process.execPath, [tsc, "-p", project(i)], folder);
          return { what: what(NATIVE, nameOf(settings)), problems: problemsOf(one) };
        }),
      );
    },
  };
}

/** Writes a program that imports all of every entry, and gives its name. */
export function everyEntry(folder: string, entries: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  const lines = entries.map((entry, i) => `export * as entry${i} from "${entry}";\n`);
  writeFileSync(join(folder, "every-entry.ts"), lines.join(""));
  return "every-entry.ts";
}
