/**
 * The machine we run on, and where an addon for it lies in this package.
 *
 *     addon/build/ariax.node                                 what a contributor built; looked for first
 *     prebuilds/<platform>-<arch>/@ariax+native.<libc>.node  what the tarball brings; <libc> on Linux only
 *
 * The names are those of prebuildify, so that its tools know them.
 */
import { fileURLToPath } from "node:url";

/** The package's own folder, which both `src` and `dist` lie in. */
export const PACKAGE: string = fileURLToPath(new URL("..", import.meta.url));

/** The folder of ariax_native.h and ariax.h: what the build of another addon has to include. */
export const HEADERS: string = fileURLToPath(new URL("../include", import.meta.url));

/** Where `build` puts the addon. */
export const BUILT: string = fileURLToPath(new URL("../addon/build/ariax.node", import.meta.url));

/** `"glibc"` or `"musl"` on Linux, else `undefined`. */
export function libc(): "glibc" | "musl" | undefined {
  if (process.platform !== "linux") return undefined;
  const report = process.report as typeof process.report & { excludeNetwork?: boolean }; // not yet in every @types/node
  const before = report.excludeNetwork;
  report.excludeNetwork = true; // naming every peer of every socket can take seconds
  const { header } = report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  report.excludeNetwork = before;
  return header.glibcVersionRuntime === undefined ? "musl" : "glibc";
}

/** Where the prebuilt addon of this machine is, or would be. */
export function prebuilt(): string {
  const tags = ["@ariax+native", libc(), "node"].filter((tag) => tag !== undefined);
  return fileURLToPath(new URL(`../prebuilds/${process.platform}-${process.arch}/${tags.join(".")}`, import.meta.url));
}

/** The machine in words: `linux-x64 (glibc, Node 24.21.0)`. */
export function describeHost(): string {
  const parts = [libc(), `Node ${process.versions.node}`].filter((part) => part !== undefined);
  return `${process.platform}-${process.arch} (${parts.join(", ")})`;
}
