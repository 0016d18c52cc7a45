/** The workspace as its manifests tell it: read once, by the scripts and by the tests of the architecture. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

type Exports = Record<string, string | Record<string, string>>;

export interface Manifest {
  name: string;
  version: string;
  description?: string;
  keywords?: string[];
  homepage?: string;
  bugs?: string;
  private?: boolean;
  license?: string;
  type?: string;
  sideEffects?: boolean;
  engines?: Record<string, string>;
  repository?: { url: string; directory?: string };
  files?: string[];
  bin?: Record<string, string>;
  exports?: Exports;
  publishConfig?: { access?: string; bin?: Record<string, string>; exports?: Exports };
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export interface Package {
  /** The folder's name: `slab`. */
  readonly id: string;
  /** Its full path. */
  readonly dir: string;
  readonly manifest: Manifest;
}

export function readText(...path: string[]): string {
  return readFileSync(join(ROOT, ...path), "utf8");
}

function packagesIn(folder: string): Package[] {
  return readdirSync(join(ROOT, folder))
    .sort()
    .map((id) => ({ id, dir: join(ROOT, folder, id) }))
    .filter(({ dir }) => existsSync(join(dir, "package.json")))
    .map((found) => ({ ...found, manifest: JSON.parse(readFileSync(join(found.dir, "package.json"), "utf8")) }));
}

export const packages: Package[] = packagesIn("packages");
export const apps: Package[] = packagesIn("apps");
export const published: Package[] = packages.filter((p) => !p.manifest.private);

/** Whether it is files to be read, as `@ariax/traces`, and no code. */
export const isData = ({ exports = {} }: Manifest): boolean => !("." in exports);

/** What a user can import of it as code: `@ariax/trace`, `@ariax/trace/node`; no data, as `@ariax/wasm/heap.wasm` is. */
export function entriesOf({ name, exports = {} }: Manifest): string[] {
  const paths = Object.keys(exports).filter((path) => !/\.(json|wasm)$|\*/.test(path));
  return paths.map((path) => name + path.slice(1));
}

/** The sources of what it can be imported as, in the order of `entriesOf`. */
export function sourcesOf({ dir, manifest }: Pick<Package, "dir" | "manifest">): string[] {
  return entriesOf(manifest).map((entry) =>
    join(dir, manifest.exports?.[`.${entry.slice(manifest.name.length)}`] as string),
  );
}

/** The files below `dir`, as paths relative to it with forward slashes. */
export function filesBelow(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(dir.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
}
