/** An empty project that installs the tarballs, as a user's would: what running from source can never show. */
import { copyFileSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { docBlocks } from "./doc-blocks.ts";
import { failure, type Outcome, run } from "./run.ts";
import { type Manifest, type Package, ROOT } from "./workspace.ts";

const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** A Node to run on: its path, and a name for the lines that are printed. */
export interface Runtime {
  readonly name: string;
  readonly path: string;
}

/** Where each tarball lies, and each package of others that they need or ask for: as `file:` URLs by names. */
export function packed(tarballs: ReadonlyMap<Package, string>): Record<string, string> {
  const files: Record<string, string> = {};
  const add = ({ dependencies, peerDependencies }: Partial<Manifest>, folder: string): void => {
    // One of ours is a tarball, too.
    for (const name of Object.keys({ ...dependencies, ...peerDependencies }).filter(
      (one) => !one.startsWith("@ariax/"),
    )) {
      const path = realpathSync(join(folder, name));
      files[name] = fileUrl(path);
      // What it needs itself lies beside it.
      add(JSON.parse(readFileSync(join(path, "package.json"), "utf8")), path.slice(0, -name.length));
    }
  };
  for (const [{ dir, manifest }, tarball] of tarballs) {
    files[manifest.name] = fileUrl(tarball);
    add(manifest, join(dir, "node_modules"));
  }
  return files;
}

/** The project's folder, below `dir`, with all that was packed and what that needs installed, from files only. */
export function install(dir: string, dependencies: Record<string, string>): { project: string; problems: string[] } {
  const project = join(dir, "consumer");
  mkdirSync(project);
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ private: true, type: "module", dependencies }, null, 2),
  );
  const args = ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
  return { project, problems: failure(run("npm", args, project)) };
}

/** A path as npm takes it in a manifest, on Windows too. */
function fileUrl(path: string): string {
  return `file:${path.replaceAll("\\", "/")}`;
}

/** Each entry imported by an ES module and required by a CommonJS one: the same names, and at least one. */
export function importProblems(project: string, { path }: Runtime, entries: readonly string[]): string[] {
  const list = JSON.stringify(entries);
  writeFileSync(
    join(project, "import.mjs"),
    `for (const name of ${list}) console.log(name, Object.keys(await import(name)).sort().join());\n`,
  );
  writeFileSync(
    join(project, "require.cjs"),
    `for (const name of ${list}) console.log(name, Object.keys(require(name)).filter((key) => key !== "__esModule").sort().join());\n`,
  );
  const imported = run(path, ["import.mjs"], project);
  // Node 20 warns that require() of an ES module is experimental; that is no difference
  const required = run(path, ["--no-warnings", "require.cjs"], project);
  const empty = imported.output.split("\n").filter((line) => !/^\S+ \w/.test(line));
  return [
    ...failure(imported),
    ...failure(required),
    ...empty.map((line) => `exports nothing: ${line}`),
    ...(imported.output === required.output
      ? []
      : [`import and require differ:\n${imported.output}\n${required.output}`]),
  ];
}

/** The programs of the documentation, compiled against the installed packages for the oldest Node that is supported. */
export function compile(project: string): Outcome {
  const source = join(project, "docs");
  mkdirSync(source);
  for (const { id, code } of docBlocks()) writeFileSync(join(source, `${id}.ts`), code);
  copyFileSync(join(ROOT, "scripts/hosts/everything.ts"), join(source, "everything.ts"));
  const tsconfig = {
    compilerOptions: {
      target: "ES2022",
      lib: ["ES2024", "ESNext.Disposable", "DOM"], // WebAssembly is declared there
      module: "NodeNext",
      strict: true,
      skipLibCheck: false,
      verbatimModuleSyntax: true,
      types: ["node"],
      typeRoots: [join(ROOT, "node_modules/@types")],
      rootDir: "docs",
      outDir: "out",
    },
    include: ["docs"],
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify(tsconfig, null, 2));
  return run(process.execPath, [TSC, "-p", "."], project);
}

/** What fails of the compiled programs. */
export function programProblems(project: string, { path }: Runtime): string[] {
  return docBlocks().flatMap(({ where, id }) => {
    const outcome = run(path, [join("out", `${id}.js`)], project);
    return outcome.code === 0 ? [] : [`${where}: ${outcome.output}`];
  });
}

/** The commands of the packages: each says its package's version. */
export function commandProblems(project: string, { path }: Runtime, packages: readonly Package[]): string[] {
  return packages.flatMap(({ manifest: { name, version, publishConfig } }) =>
    Object.entries(publishConfig?.bin ?? {}).flatMap(([command, file]) => {
      const { code, output } = run(path, [join("node_modules", name, file), "--version"], project);
      return code === 0 && output === version ? [] : [`${command} --version: ${output}`];
    }),
  );
}

/** The planner, as its page says to call it: makes a trace, and plans with it. */
export function plannerProblems(project: string): string[] {
  const npx = (...args: string[]): Outcome => run("npx", ["--offline", "--no", "@ariax/kv-pager", ...args], project);
  const made = npx("generate", "--requests", "50");
  writeFileSync(join(project, "trace.jsonl"), made.output);
  const planned = npx("plan", "trace.jsonl", "--blocks", "1000", "--policy", "vllm", "--json");
  if (made.code !== 0 || planned.code !== 0) return [...failure(made), ...failure(planned)];
  const [{ lookups, hits }] = JSON.parse(planned.output);
  return lookups > hits && hits > 0 ? [] : [planned.output];
}
