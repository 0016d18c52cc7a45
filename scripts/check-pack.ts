/**
 * Packs every package that is published, checks the tarballs, installs them into an empty project, and runs that on the
 * pinned Node and on the host's own, then in every compiler, runtime, bundler and test runner of apps/consumers, whose tools it installs.
 * One line a check, then `N passed, N failed`. Needs `pnpm build` first.
 */
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { prebuilt } from "../packages/native/src/host.ts";
import { BUDGETS, bundleBytes } from "./lib/bundle.ts";
import {
  commandProblems,
  compile,
  importProblems,
  install,
  packed,
  plannerProblems,
  programProblems,
  type Runtime,
} from "./lib/consumer.ts";
import { consume } from "./lib/consumers.ts";
import { bundleProblems, hostProblems, prepareHosts } from "./lib/hosts.ts";
import { contents, lintTarball, pack, staleness, typesProblems } from "./lib/pack.ts";
import { failure, hostNode, run } from "./lib/run.ts";
import { Tally } from "./lib/tally.ts";
import { entriesOf, isData, type Package, published, ROOT } from "./lib/workspace.ts";

const tally = new Tally();
const dir = realpathSync(mkdtempSync(join(tmpdir(), "ariax-pack-")));
process.on("exit", () => rmSync(dir, { recursive: true, force: true }));

const tarballs = new Map<Package, string>();
for (const found of published) {
  const { name } = found.manifest;
  tally.check(`${name}: dist is that of src`, staleness(found));
  try {
    const { tarball, without } = pack(found, dir);
    tarballs.set(found, tarball);
    if (without !== undefined) console.log(`note    ${name}: ${without}`);
  } catch (error) {
    tally.check(`${name}: packs`, [(error as Error).message]);
    continue;
  }
  const tarball = tarballs.get(found)!;
  tally.check(`${name}: contents`, contents(tarball));
  tally.check(`${name}: publint`, await lintTarball(tarball));
  if (!isData(found.manifest)) tally.check(`${name}: types (attw, esm-only)`, typesProblems(tarball, dir));
}

const files = packed(tarballs);
const { project, problems } = install(dir, files);
tally.check(`${tarballs.size} tarballs install into an empty project`, problems);

const entries = published.flatMap((p) => entriesOf(p.manifest));
const compiled = compile(project);
tally.check("the documentation's programs compile against the tarballs", failure(compiled));
for (const runtime of runtimes()) {
  tally.check(`import and require of every entry, ${runtime.name}`, importProblems(project, runtime, entries));
  tally.check(`the documentation's programs run, ${runtime.name}`, programProblems(project, runtime));
  tally.check(`the packages' commands run, ${runtime.name}`, commandProblems(project, runtime, published));
}
tally.check("npx @ariax/kv-pager generate, plan", plannerProblems(project));

const hosts = await prepareHosts(project);
for (const runtime of runtimes()) {
  for (const { what, problems: found } of hostProblems(hosts, runtime)) tally.check(what, found);
}
for (const { what, problems: found } of await bundleProblems(hosts, runtimes()[0])) tally.check(what, found);

// Tried nowhere else so far; what is the system's own is in the lines above.
if (process.platform !== "linux") console.log("note    no consumers: they are tried on Linux");
else {
  const consumed = {
    ...{ from: project, packed: files, entries, atOnce: Math.min(2, availableParallelism()) },
    sources: [join(ROOT, "scripts/hosts/options.ts")],
    everything: join(hosts, "everything.mjs"),
    native: existsSync(prebuilt()),
  };
  await consume(consumed, (what, found) => tally.check(what, found));
}

for (const { name } of published.map((p) => p.manifest).filter((manifest) => !isData(manifest))) {
  try {
    tally.check(`${name}: ${await bundleBytes(project, { package: name, names: "*" })} B, bundled and brotli`, []);
    for (const budget of BUDGETS.filter(({ package: of }) => of === name || of.startsWith(`${name}/`))) {
      const { names, ceiling } = budget;
      const bytes = await bundleBytes(project, budget);
      const over = bytes > ceiling ? [`${bytes - ceiling} B over`] : [];
      tally.check(`${budget.package}: of it ${names} ${bytes} B where ${ceiling} are allowed`, over);
    }
  } catch (error) {
    tally.check(`${name}: bundles`, [(error as Error).message]);
  }
}
tally.finish();

/** The pinned Node, and the host's own where it has one. */
function runtimes(): Runtime[] {
  const paths = [process.execPath, hostNode()].filter((path) => path !== undefined);
  return paths.map((path, i) => ({
    path,
    name: `Node ${run(path, ["-p", "process.version"], dir).output}, ${i === 0 ? "pinned" : "the host's"}`,
  }));
}
