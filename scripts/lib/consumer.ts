/** An empty project that installs the tarballs, as a user's would: what running from source can never show. */
import { copyFileSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { docBlocks } from "./doc-blocks.ts";
import { failure, type Outcome, run } from "./run.ts";
import { type Package, ROOT } from "./workspace.ts";

const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** A Node to run on: its path, and a name for the lines that are printed. */
export interface Runtime {
  readonly name: string;
  readonly path: string;
}

/** The project's folder, below `dir`, with every tarball and the peers they ask for installed, from files only. */
export function install(dir: string, tarballs: ReadonlyMap<Package, string>): { project: string; problems: string[] } {
  const project = join(dir, "consumer");
  mkdirSync(project);
  const dependencies: Record<string, string> = {};
  for (const [{ dir: source, manifest }, tarball] of tarballs) {
    dependencies[manifest.name] = fileUrl(tarball);
    // One of ours is a tarball, too.
    for (const peer of Object.keys(manifest.peerDependencies ?? {}).filter((name) => !name.startsWith("@ariax/"))) {
      dependencies[peer] = fileUrl(realpathSync(join(source, "node_modules", peer)));
    }
  }
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

/** The commands of the packages, as npm has linked them: each says its package's version. */
export function commandProblems(project: string, { path }: Runtime, packages: readonly Package[]): string[] {
  return packages.flatMap(({ manifest }) =>
    Object.keys(manifest.bin ?? {}).flatMap((name) => {
      const { code, output } = run(path, [join("node_modules/.bin", name), "--version"], project);
      return code === 0 && output === manifest.version ? [] : [`${name} --version: ${output}`];
    }),
  );
}
