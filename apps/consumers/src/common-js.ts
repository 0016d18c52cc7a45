/**
 * CommonJS files in TypeScript, `.cts`. Node has `require()` of ES modules since 20.19, and compilers know that since 5.8, by the settings
 * `nodenext` and `node20`. Whoever has an older one, or `node16`, calls `import()`. Both are compiled, and what comes of it is run.
 */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cell, cell, problemsOf, start, tool, versionOf } from "./cells.ts";

/** Each compiler, with the settings that it knows. */
const COMPILERS: Readonly<Record<string, readonly string[]>> = {
  "typescript-5.4": ["Node16", "NodeNext"],
  "typescript-5.7": ["Node16", "NodeNext"],
  "typescript-5.8": ["Node16", "NodeNext"],
  "typescript-5.9": ["Node16", "Node20", "NodeNext"],
  typescript: ["Node16", "Node20", "NodeNext"],
};
const mayRequire = (compiler: string, module: string): boolean => module !== "Node16" && !/-5\.[47]$/.test(compiler);

/** What a compiler says that does not: of `import … = require()`, and of `import`. */
const REFUSALS = ["TS1471", "TS1479"];

export function commonJsCells(project: string): Cell[] {
  return Object.entries(COMPILERS).flatMap(([compiler, modules]) =>
    modules.map((module) => {
      const requires = mayRequire(compiler, module);
      const what = `TypeScript ${versionOf(compiler)}, ${module}: .cts with ${requires ? "require() and " : ""}import()`;
      return cell(what, async () => {
        const folder = join(project, "common-js", `${compiler}-${module}`);
        mkdirSync(folder, { recursive: true });
        for (const file of ["required.cts", "imported.cts"]) {
          copyFileSync(join(import.meta.dirname, "../programs", file), join(folder, file));
        }
        const compilerOptions = { module, target: "ES2022", lib: ["ES2022"], types: [], strict: true };
        writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
        const compiled = await start(process.execPath, [tool(compiler, "bin/tsc"), "-p", "."], folder);
        const imported = problemsOf(await start(process.execPath, ["imported.cjs"], folder));
        if (!requires) return [...refusalProblems(compiled.output), ...imported];
        return [
          ...problemsOf(compiled),
          ...problemsOf(await start(process.execPath, ["--no-warnings", "required.cjs"], folder)),
          ...imported,
        ];
      });
    }),
  );
}

/** None, if it refuses `required.cts` by those codes, and by no other, and has nothing to say of `imported.cts`. */
function refusalProblems(output: string): string[] {
  const found = [...output.matchAll(/^(\S+)\(\d+,\d+\): error (TS\d+)/gm)].map(([, file, code]) => `${file} ${code}`);
  const wanted = REFUSALS.map((code) => `required.cts ${code}`);
  return [...new Set(found)].sort().join() === wanted.join() ? [] : [`where ${wanted} were expected:`, output];
}
