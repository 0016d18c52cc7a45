/**
 * Packs every package as it would be published into `tarballs/`, and prints the line that installs them: for who wants to try a
 * version that is not on npm. `pnpm tarballs` builds first.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pack } from "./lib/pack.ts";
import { published, ROOT } from "./lib/workspace.ts";

const into = join(ROOT, "tarballs");
rmSync(into, { recursive: true, force: true });
mkdirSync(into);
for (const found of published) {
  const { without } = pack(found, into);
  console.log(`${found.manifest.name}${without === undefined ? "" : ` (${without})`}`);
}
// All of them: a package that another one needs must not be looked for on npm.
console.log(`\nIn a project of yours:\n\n  npm i ${join(into, "*.tgz")}\n`);
