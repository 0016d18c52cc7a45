/**
 * The machine we run on, and where an addon for it lies in this package.
 *
 *     addon/build/ariax.node                                 what a contributor built; looked for first
 *     prebuilds/<platform>-<arch>/@ariax+native.<libc>.node  what the tarball brings; <libc> on Linux only
 *
 * The names are those of prebuildify, so that its tools know them.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The package's own folder, which both `src` and `dist` lie in. Inside a bundle it is a folder of the bundle's, or "" where the bundler
 * says nothing: in CommonJS there is no `import.meta.url`. A `new URL("..", import.meta.url)` is what bundlers take for a file to bring.
 */
export const PACKAGE: string = /* @__PURE__ */ around(import.meta.url);

/** The folder of ariax_native.h and ariax.h: what the build of another addon has to include. */
export const HEADERS: string = /* @__PURE__ */ within("include");

/** Where `build` puts the addon. */
export const BUILT: string = /* @__PURE__ */ within("addon/build/ariax.node");

function around(url: string | undefined): string {
  try {
    return dirname(dirname(fileURLToPath(url!)));
  } catch {
    return ""; // no URL, or not of a file
  }
}

function within(path: string): string {
  return PACKAGE === "" ? "" : join(PACKAGE, path);
}

/** `"glibc"` or `"musl"` on Linux, else `undefined`. */
export function libc(): "glibc" | "musl" | undefined {
  if (process.platform !== "linux") return undefined;
  const report = process.report as typeof process.report & { excludeNetwork?: boolean }; // not yet in every @types/node
  const before = report.excludeNetwork;
  report.excludeNetwork = true; // naming every peer of every socket can take seconds
  const { header } = report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  report.excludeNetwork = before as boolean;
  return header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}

/** Where the prebuilt addon of this machine is, or would be. */
export function prebuilt(): string {
  const tags = ["@ariax+native", libc(), "node"].filter((tag) => tag !== undefined);
  return join(PACKAGE, `prebuilds/${process.platform}-${process.arch}`, tags.join("."));
}

/** The machine in words: `linux-x64 (glibc, Node 24.21.0)`. */
export function describeHost(): string {
  const parts = [libc(), runtime(process.versions)].filter((part) => part !== undefined);
  return `${process.platform}-${process.arch} (${parts.join(", ")})`;
}

/** Bun and Deno say that they are a Node, too. */
export function runtime(versions: Readonly<Record<string, string | undefined>>): string {
  if (versions.bun !== undefined) return `Bun ${versions.bun}`;
  return versions.deno === undefined ? `Node ${versions.node}` : `Deno ${versions.deno}`;
}
