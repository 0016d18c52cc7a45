/** A C program for WebAssembly whose malloc comes from the tarball: compiled by what lies there, with a Clang from npm. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { blocksOf } from "../../../scripts/lib/doc-blocks.ts";
import { readText } from "../../../scripts/lib/workspace.ts";
import { type Cell, cell, problemsOf, start } from "./cells.ts";

export function cCells(project: string): Cell[] {
  return [
    cell("a C program with the malloc of @ariax/wasm, compiled by @yowasp/clang", async () => {
      const folder = join(project, "c");
      mkdirSync(folder);
      for (const file of ["program.c", "program.mjs"]) {
        copyFileSync(join(import.meta.dirname, "../programs", file), join(folder, file));
      }
      const build = join(project, "node_modules/@ariax/wasm/c/build.mjs");
      const args = [
        "program.c",
        "-o",
        "program.wasm",
        "-DARIAX_LIMIT_PAGES=1048560",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
      ];
      const built = await start(process.execPath, [build, ...args], folder);
      if (built.code !== 0 || built.output !== "") return [built.output];
      return problemsOf(await start(process.execPath, ["--no-warnings", "program.mjs"], folder), "all of it works");
    }),
    cell("the recipe of a C program with our malloc, word for word", async () => {
      const folder = join(project, "c-recipe");
      mkdirSync(folder);
      const [page, text] = ["docs/recipes/c-program.md", readText("docs/recipes/c-program.md")];
      for (const [file, language] of [
        ["program.c", "c"],
        ["main.mjs", "js"],
      ] as const) {
        writeFileSync(join(folder, file), blocksOf(page, text, language)[0].code);
      }
      const build = join(project, "node_modules/@ariax/wasm/c/build.mjs");
      const built = await start(process.execPath, [build, "program.c", "-o", "program.wasm", "-O2"], folder);
      if (built.code !== 0 || built.output !== "") return [built.output];
      return problemsOf(await start(process.execPath, ["--no-warnings", "main.mjs"], folder), "nothing is left");
    }),
  ];
}
