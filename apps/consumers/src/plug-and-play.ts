/** Yarn's Plug'n'Play: no node_modules, packages are read from archives, and each sees what it declares, and nothing else. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cell, cell, type Outcome, problemsOf, start, tool, versionOf } from "./cells.ts";
import { entryProblems, writeEntryPrograms } from "./entries.ts";
import type { Consumed } from "./lines.ts";

const YARN = tool("@yarnpkg/cli-dist", "bin/yarn.js");
/** All is in files here: so nothing is asked of a registry. */
const OFFLINE = { YARN_ENABLE_NETWORK: "0", YARN_ENABLE_TELEMETRY: "0", YARN_ENABLE_GLOBAL_CACHE: "0" };

export function plugAndPlayCells(project: string, { packed, entries, native }: Consumed): Cell[] {
  return [
    cell(`Yarn ${versionOf("@yarnpkg/cli-dist")}, Plug'n'Play: every package, every entry, a command`, async () => {
      const folder = join(project, "plug-and-play");
      mkdirSync(folder);
      const yarn = (...args: string[]): Promise<Outcome> => start(process.execPath, [YARN, ...args], folder, OFFLINE);
      // What a package asks of another is a version: where that lies is the project's to say, before it is on npm.
      const manifest = { private: true, type: "module", dependencies: packed, resolutions: packed };
      writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
      writeFileSync(join(folder, "yarn.lock"), ""); // which makes it the project's root
      const installed = problemsOf(await yarn("install", "--no-immutable"));
      if (installed.length > 0) return installed;

      copyFileSync(join(project, "everything.mjs"), join(folder, "everything.mjs"));
      writeEntryPrograms(folder, entries);
      const works = `all of it works${native ? "" : "; native does not"}`;
      return [
        ...problemsOf(await yarn("node", "everything.mjs"), works),
        ...(await entryProblems((file) => yarn("node", "--no-warnings", file))),
        ...problemsOf(await yarn("kv-pager", "--help"), "plan"),
      ];
    }),
  ];
}
