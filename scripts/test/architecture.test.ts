import { existsSync, readFileSync, statSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { describe, expect, test } from "vitest";
import { specifiers } from "../lib/circles.ts";
import { apps, filesBelow, isData, packages, published, ROOT, readText } from "../lib/workspace.ts";

/** Imports run downwards only: a package may depend on its own layer and on those below. */
const LAYERS = [
  ["allocator", "bitset", "metadata-pool"],
  [
    "conformance",
    "traces",
    "trace",
    "arena",
    "slab",
    "engine-c",
    "wasm",
    "native",
    "memory-context",
    "gpu",
    "kv-pager",
  ],
  ["consciousness"],
  ["bench", "consumers"],
];
const ALLOCATORS = ["arena", "slab", "wasm", "native", "memory-context"];
/** Whether a source file may use Node's own modules: `src/node.ts`, an entry of its own, and a command. All else runs in browsers. */
const mayUseNode = (id: string, file: string) =>
  id === "native" || file === "node.ts" || (id === "kv-pager" && /^plan\/(main\.ts$|node\/)/.test(file));
/** Packages that a user is asked to bring, for a part of a tool: never of an allocator. */
const PEERS: Record<string, string[]> = { conformance: ["fast-check"], trace: ["@ariax/traces"] };

/** Parts of tarballs that no one writes: copied or compiled from what is. */
const MADE = ["addon/engine", "c/engine", "prebuilds"];

/** Third-party packages that a published one depends on, by name: it makes no hash function, and no msgpack, of its own. */
const DEPENDENCIES: Record<string, string[]> = { "kv-pager": ["@msgpack/msgpack", "@noble/hashes"] };

const all = [...packages, ...apps];
const layerOf = (id: string) => LAYERS.findIndex((layer) => layer.includes(id));
const idOf = (name: string) => name.replace("@ariax/", "");
/** `@ariax/trace/node` is of the package `@ariax/trace`. */
const packageOf = (specifier: string) => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
const names = (dependencies: Record<string, string> = {}) => Object.keys(dependencies);

/** What the files below `dir` import, as written. */
function importsBelow(dir: string): { file: string; specifier: string }[] {
  return filesBelow(dir)
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => specifiers(readFileSync(join(dir, file), "utf8")).map((specifier) => ({ file, specifier })));
}

describe("layers", () => {
  test("every package has its place", () => {
    expect(all.map((p) => p.id).filter((id) => layerOf(id) < 0)).toEqual([]);
  });

  test.each(all)("$id depends on nothing above it", ({ id, manifest }) => {
    const inside = names(manifest.dependencies).filter((name) => name.startsWith("@ariax/"));
    for (const name of inside) {
      expect(layerOf(idOf(name)), `${id} depends on ${name}`).toBeLessThanOrEqual(layerOf(id));
    }
  });

  test("no dependencies run in a circle", () => {
    const below = new Map(all.map((p) => [p.id, names(p.manifest.dependencies).map(idOf)]));
    const visit = (id: string, path: string[]): void => {
      expect(path, `circle: ${[...path, id].join(" → ")}`).not.toContain(id);
      for (const next of below.get(id) ?? []) visit(next, [...path, id]);
    };
    for (const id of below.keys()) visit(id, []);
  });

  test("allocator and bitset stand on nothing", () => {
    for (const p of packages.filter(({ id }) => id === "allocator" || id === "bitset")) {
      expect(names(p.manifest.dependencies)).toEqual([]);
    }
  });

  test("only tests depend on conformance", () => {
    const dependents = all.filter((p) => names(p.manifest.dependencies).includes("@ariax/conformance"));
    expect(dependents.map((p) => p.id)).toEqual([]);
  });
});

describe.each(packages)("$manifest.name", ({ id, dir, manifest }) => {
  const imports = importsBelow(join(dir, "src"));

  test("imports its own files by their names, and declares the packages it imports", () => {
    for (const { file, specifier } of imports) {
      const what = `${id}/src/${file} imports ${specifier}`;
      if (specifier.startsWith(".")) expect(existsSync(join(dir, "src", file, "..", specifier)), what).toBe(true);
      else if (specifier.startsWith("node:")) expect(mayUseNode(id, file), what).toBe(true);
      else {
        const declared = [...names(manifest.dependencies), ...names(manifest.peerDependencies)];
        expect(declared, what).toContain(packageOf(specifier));
      }
    }
  });

  test("declares no dependency that its sources do not import", () => {
    const used = new Set(imports.map(({ specifier }) => packageOf(specifier)));
    expect(names(manifest.dependencies).filter((name) => !used.has(name))).toEqual([]);
  });

  test("has a README, an index that only re-exports, and tests", () => {
    expect(existsSync(join(dir, "README.md"))).toBe(true);
    if (isData(manifest) && !manifest.private) return;
    expect(filesBelow(join(dir, "test")).filter((file) => file.endsWith(".test.ts"))).not.toEqual([]);
    // C has its header instead.
    if (filesBelow(join(dir, "src")).some((file) => file.endsWith(".c"))) return;
    const index = readFileSync(join(dir, "src/index.ts"), "utf8");
    const code = index.replace(/\/\*.*?\*\//gs, "").replace(/^\s*\/\/.*$/gm, "");
    expect(code.replace(/export\s+(?:type\s+)?(?:\*|\{[^}]*\})\s+from\s+"[^"]+";/g, "").trim()).toBe("");
  });
});

describe.each(published)("$manifest.name, published", ({ id, dir, manifest }) => {
  test("has no third-party runtime dependency but those that are named above", () => {
    const foreign = names(manifest.dependencies).filter((name) => !name.startsWith("@ariax/"));
    expect([...foreign, ...names(manifest.optionalDependencies)]).toEqual(DEPENDENCIES[id] ?? []);
    expect(names(manifest.peerDependencies)).toEqual(PEERS[id] ?? []);
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      // A version, not a range: what is used of it may be internal there.
      expect(range).toMatch(foreign.includes(name) ? /^\d+\.\d+\.\d+$/ : /^workspace:\^$/);
    }
  });

  test("exports its sources here, and the same names from dist when it is published", () => {
    const built = Object.fromEntries(
      Object.entries(manifest.exports ?? {}).map(([name, target]) => [name, builtTarget(target)]),
    );
    if (!isData(manifest)) expect(manifest.exports).toHaveProperty(["."], "./src/index.ts");
    const bin = Object.entries(manifest.bin ?? {}).map(([name, source]) => [name, builtFile(source)]);
    const commands = bin.length === 0 ? {} : { bin: Object.fromEntries(bin) };
    expect(manifest.publishConfig).toEqual({ access: "public", ...commands, exports: built });
  });

  test("says what it is", () => {
    expect(manifest).toMatchObject({
      name: `@ariax/${id}`,
      type: "module",
      license: "Apache-2.0",
      sideEffects: false,
      engines: { node: ">=20.19" },
      repository: { directory: `packages/${id}` },
    });
    expect(manifest.description).toMatch(/^[A-Z].{20,}[^.]$/);
    expect(manifest).toMatchObject({
      keywords: expect.arrayContaining([expect.any(String)]),
      homepage: `https://github.com/ariax/ariax/tree/main/packages/${id}#readme`,
      bugs: "https://github.com/ariax/ariax/issues",
    });
    expect(manifest.files).toEqual(
      expect.arrayContaining(["CHANGELOG.md", ...(isData(manifest) ? [] : ["dist", "src"])]),
    );
    expect(manifest.scripts ?? {}).not.toHaveProperty("install");
    expect(manifest.scripts ?? {}).not.toHaveProperty("postinstall");
  });

  test("has a README that begins with its name, and says how to install it", () => {
    const readme = readFileSync(join(dir, "README.md"), "utf8");
    expect(readme.split("\n")[0]).toBe(`# ${manifest.name}`);
    expect(readme).toMatch(new RegExp(`npm i [^\n]*${manifest.name}`));
  });
});

test.each(packages.filter((p) => ALLOCATORS.includes(p.id)))("$id runs the conformance suite", ({ dir, manifest }) => {
  expect(readFileSync(join(dir, "test/conformance.test.ts"), "utf8")).toContain("@ariax/conformance");
  expect(names(manifest.devDependencies)).toContain("@ariax/conformance");
});

test("no test depends on how long anything takes: the runner's limit is for what hangs", () => {
  const limits = /\btimeout: [\d_]+|\bvi\.waitFor\b|\bexpect\.poll\b|^\s*\}, [\d_]+\);$/gm;
  const found = [...packages.map(({ dir }) => dir), join(ROOT, "scripts")].flatMap((dir) =>
    filesBelow(join(dir, "test"))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(dir, "test", file))
      .flatMap((file) => [...readFileSync(file, "utf8").matchAll(limits)].map(([what]) => `${file}: ${what.trim()}`)),
  );
  expect(found).toEqual([]);
});

describe("what is said twice agrees", () => {
  const root = JSON.parse(readText("package.json"));

  test("README.md names all that a package depends on outside @ariax/*, and whose it is", () => {
    const [sentence] = /All packages but [\s\S]+?\. /.exec(readText("README.md"))!;
    const said = [...sentence.matchAll(/`([^`]+)`/g)].map(([, name]) => name).filter((name) => name !== "@ariax/*");
    const needed = published.flatMap(({ id, manifest: { dependencies, peerDependencies } }) => {
      const outside = [...names(dependencies), ...names(peerDependencies)].filter(
        (name) => !name.startsWith("@ariax/"),
      );
      return outside.length === 0 ? [] : [id, ...outside];
    });
    expect(said.sort()).toEqual(needed.sort());
  });
  const workspace = readText("pnpm-workspace.yaml");
  const catalog = /^catalog:\n(?: {2}.*\n)+/m.exec(workspace)?.[0] ?? "";
  const consumers = JSON.parse(readText("apps/consumers/package.json")).devDependencies as Record<string, string>;
  const pinned = (name: string) => new RegExp(`^  "?${name}"?: (\\S+)$`, "m").exec(catalog)?.[1];

  test("the pnpm that is pinned, and the one that the documents and workflows start", () => {
    const major = /^pnpm@(\d+)\./.exec(root.packageManager)?.[1];
    for (const file of [
      "README.md",
      "CONTRIBUTING.md",
      ".ci/run",
      ...["test", "bench", "prebuild", "release"].map((name) => `.github/workflows/${name}.yml`),
    ]) {
      const started = [...readText(file).matchAll(/pnpm@(\d+)/g)].map((match) => match[1]);
      expect(new Set(started), file).toEqual(new Set([major]));
    }
  });

  test("the schema that biome.json names, and the biome that is installed", () => {
    expect(readText("biome.json")).toContain(`/schemas/${pinned("@biomejs/biome")}/`);
  });

  test("the Node types, and the Node that is pinned", () => {
    expect(pinned("@types/node")?.split(".")[0]).toBe(`^${pinned("node")?.split(".")[0]}`);
  });

  test("the oldest TypeScript that our types are for, and the oldest that compiles them", () => {
    const least = consumers["typescript-5.4"]?.replace(/^npm:typescript@(\d+\.\d+)\..*$/, "$1");
    const said = ["README.md", "packages/allocator/README.md", "docs/toolchains.md", "docs/borders.md"].map(
      (file) => /TypeScript (?:≥ )?(\d+\.\d+)(?: and later| to 7| \|)/.exec(readText(file))?.[1],
    );
    expect(said).toEqual(said.map(() => least));
    expect(readText("apps/consumers/src/types.ts")).toContain(`"typescript-${least}"`);
  });

  test("the rivals' versions, wherever they are installed", () => {
    const rivals = JSON.parse(readText("apps/bench/rivals/package.json")).dependencies;
    for (const p of all) {
      for (const [name, version] of Object.entries(p.manifest.devDependencies ?? {})) {
        if (name in rivals) expect(version, `${p.id}: ${name}`).toBe(rivals[name]);
      }
    }
  });

  test("what is published, and what changesets take for a change of it", () => {
    const { changedFilePatterns } = JSON.parse(readText(".changeset/config.json")) as { changedFilePatterns: string[] };
    const written = ({ dir, manifest }: (typeof published)[number]) =>
      ["package.json", ...(manifest.files ?? [])]
        .map((file) => file.replace(/^dist$/, "src"))
        .filter((file) => !MADE.includes(file) && !file.endsWith(".md"))
        .map((file) =>
          existsSync(join(dir, file)) && statSync(join(dir, file)).isDirectory() ? `${file}/any/file` : file,
        );
    for (const found of published) {
      for (const file of written(found)) {
        expect(
          changedFilePatterns.some((pattern) => matchesGlob(file, pattern)),
          `${found.id}: ${file}`,
        ).toBe(true);
      }
    }
  });

  test("the versions of packages that are released together", () => {
    const { fixed } = JSON.parse(readText(".changeset/config.json")) as { fixed: string[][] };
    for (const group of fixed) {
      const versions = group.map((name) => all.find((p) => p.manifest.name === name)?.manifest.version);
      expect(new Set(versions).size, group.join(", ")).toBe(1);
    }
  });

  test("the versions of what both workspaces install", () => {
    const others = Object.fromEntries(
      all
        .filter(({ id }) => id !== "consumers")
        .flatMap(({ manifest }) => Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })),
    );
    const both = Object.keys(consumers).filter((name) => name in others || pinned(name) !== undefined);
    expect(both).toEqual(expect.arrayContaining(["bun", "esbuild", "typescript", "vitest", "webpack"]));
    const version = (name: string) => pinned(name) ?? others[name];
    expect(both.map((name) => [name, consumers[name]])).toEqual(both.map((name) => [name, version(name)]));
  });

  test("what both workspaces refuse to install", () => {
    const settings = (text: string) => text.match(/^(?:blockExoticSubdeps|minimumReleaseAge|trustPolicy): .*$/gm);
    expect(settings(workspace)).toHaveLength(3);
    expect(settings(readText("apps/consumers/pnpm-workspace.yaml"))).toEqual(settings(workspace));
  });

  test.each(["pnpm-lock.yaml", "apps/consumers/pnpm-lock.yaml"])("%s names no registry host", (file) => {
    expect(existsSync(join(ROOT, file))).toBe(true);
    expect(readText(file)).not.toMatch(/tarball: |registry\.npmjs|resolved:/);
  });
});

function builtTarget(source: unknown): unknown {
  const built = typeof source === "string" ? builtFile(source) : source;
  return typeof built !== "string" || built === source
    ? source
    : { types: built.replace(/\.js$/, ".d.ts"), default: built };
}

function builtFile(source: string): string {
  return source.replace(/^\.\/src\/(.+)\.ts$/, "./dist/$1.js");
}
