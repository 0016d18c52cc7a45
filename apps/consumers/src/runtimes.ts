/** Every JavaScript runtime without a page: the program of all packages, each entry imported and required, a module as source. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cell, cell, problemsOf, start, tool, versionOf } from "./cells.ts";
import { entryProblems, writeEntryPrograms } from "./entries.ts";

interface Runtime {
  readonly name: string;
  readonly path: string;
  /** What comes before a program's file. */
  readonly args: readonly string[];
  /** Whether `import source` is known. */
  readonly sources: boolean;
}

/** Those that are installed here: Node's packages are for Linux on x64; on other machines CI has the hosts' own. */
function runtimes(): Runtime[] {
  const nodes = ["node-20", "node-22", "node-26"].flatMap((name): Runtime[] => {
    const path = join(import.meta.dirname, "../node_modules", name, "bin/node");
    if (!existsSync(path)) return [];
    const { version } = JSON.parse(readFileSync(join(path, "../../package.json"), "utf8"));
    return [{ name: `Node ${version}`, path, args: ["--no-warnings"], sources: name === "node-26" }];
  });
  const deno = process.platform === "win32" ? "deno.exe" : "deno";
  return [
    ...nodes,
    { name: `Node ${process.versions.node}`, path: process.execPath, args: ["--no-warnings"], sources: true },
    { name: `Bun ${versionOf("bun")}`, path: tool("bun", "bin/bun.exe"), args: [], sources: false },
    {
      name: `Deno ${versionOf("deno")}`,
      path: tool("deno", deno),
      args: ["run", "--allow-all", "--no-lock", "--node-modules-dir=manual"],
      sources: true,
    },
  ];
}

const SOURCE = `
import source module from "@ariax/wasm/heap.wasm";
import { WasmAllocator } from "@ariax/wasm";
const heap = await WasmAllocator.create({ capacity: 1 << 20, module });
heap.free(heap.allocate(100));
console.log("all of it works");
`;

/** In `project`, where the packages are installed and `everything.mjs` lies. */
export function runtimeCells(project: string, entries: readonly string[]): Cell[] {
  writeEntryPrograms(project, entries);
  writeFileSync(join(project, "source.mjs"), SOURCE);
  return runtimes().flatMap(({ name, path, args, sources }) => {
    const run = (file: string) => start(path, [...args, file], project);
    return [
      cell(`${name}: every package works`, async () => problemsOf(await run("everything.mjs"), "all of it works")),
      cell(`${name}: import and require() of every entry give the same`, () => entryProblems(run)),
      ...(sources
        ? [
            cell(`${name}: import source of heap.wasm`, async () =>
              problemsOf(await run("source.mjs"), "all of it works"),
            ),
          ]
        : []),
    ];
  });
}
