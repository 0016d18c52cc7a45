/**
 * `pnpm docs`: the API reference of all packages, as a static site in `reference/`. Each package is read by itself, so that a type which a
 * public signature names and the package does not export is a warning; and any warning is a failure.
 *
 *     node scripts/reference/main.ts            writes the site
 *     node scripts/reference/main.ts --check    only looks for warnings
 *
 * TypeDoc asks the compiler that is written in JavaScript, which this folder has beside it.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Application, OptionDefaults, type TypeDocOptions } from "typedoc";
import { published, ROOT, sourcesOf } from "../lib/workspace.ts";

const work = mkdtempSync(join(tmpdir(), "ariax-reference-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));

const COMMON: TypeDocOptions = {
  logLevel: "Warn",
  readme: "none",
  // For a compiler, not for a reader.
  blockTags: [...OptionDefaults.blockTags, "@ts-ignore"],
  excludeTags: [...OptionDefaults.excludeTags, "@ts-ignore"],
  treatValidationWarningsAsErrors: true,
  treatWarningsAsErrors: true,
};

/** A package's types, as JSON in a file. Undefined where something is wrong with them, which is printed. */
async function convert({ id, dir, manifest }: (typeof published)[number]): Promise<string | undefined> {
  const tsconfig = join(work, `${id}.json`);
  const compilerOptions = {
    noEmit: true,
    lib: ["ES2024", "ESNext.Disposable", "DOM"],
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
  };
  const include = [join(dir, "src")];
  writeFileSync(tsconfig, JSON.stringify({ extends: join(ROOT, "tsconfig.base.json"), compilerOptions, include }));
  // TypeDoc takes the package that it is started in for the one whose types must all be exported.
  process.chdir(dir);
  const app = await Application.bootstrap({
    ...COMMON,
    name: manifest.name,
    entryPoints: sourcesOf({ dir, manifest }),
    tsconfig,
    excludeInternal: true,
    excludePrivate: true,
    excludeProtected: true,
    excludeExternals: true,
    // The compiler of the workspace has checked them.
    skipErrorChecking: true,
  });
  const project = await app.convert();
  if (project === undefined) return undefined;
  app.validate(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) return undefined;
  const json = join(work, `${id}.doc.json`);
  process.chdir(ROOT); // what its paths are relative to
  await app.generateJson(project, json);
  return json;
}

/** All but the one that is data. */
const withSources = published.filter(({ dir }) => existsSync(join(dir, "src/index.ts")));

const files: string[] = [];
for (const found of withSources) {
  const file = await convert(found);
  if (file === undefined) {
    console.log(`${found.manifest.name}: see the warnings above`);
    process.exitCode = 1;
  } else files.push(file);
}

if (process.exitCode === undefined && !process.argv.includes("--check")) {
  process.chdir(ROOT);
  const app = await Application.bootstrap({
    ...COMMON,
    name: "AriaX",
    entryPointStrategy: "merge",
    entryPoints: files,
    hideGenerator: true,
  });
  const project = await app.convert();
  const site = join(ROOT, "reference");
  if (project !== undefined) await app.generateDocs(project, site);
  if (project === undefined || app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1;
  else console.log(`${files.length} packages: ${join(site, "index.html")}`);
}
if (process.exitCode === undefined) console.log("no warnings");
