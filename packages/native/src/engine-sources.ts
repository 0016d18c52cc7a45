/**
 * The C engine's sources, which are another package's. They are compiled from copies, here as in the tarball, so that it is the
 * same files in the same places:
 *
 *     packages/engine-c/src/*      ──▶ addon/engine/*       what addon/engine.c includes
 *     packages/engine-c/include/*  ──▶ include/*            what other addons include, beside ariax_native.h
 *
 * Each build makes them anew where they differ, before it looks at anything else: an old copy is never compiled. Git ignores them.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HEADERS, PACKAGE } from "./host.ts";

const ENGINE = join(PACKAGE, "../engine-c");

/** Makes the copies those of the workspace. Nothing, where there is no workspace around: then they came with the tarball. */
export function bringEngine(): void {
  if (!existsSync(join(ENGINE, "src/ariax.c"))) return;
  const copies = join(PACKAGE, "addon/engine");
  const sources = bring(join(ENGINE, "src"), copies);
  // A file that the engine no longer has could still be included.
  for (const file of readdirSync(copies)) if (!sources.includes(file)) rmSync(join(copies, file), { force: true });
  bring(join(ENGINE, "include"), HEADERS);
}

/** The names of the files that it copied. */
function bring(from: string, to: string): string[] {
  const files = readdirSync(from).filter((name) => /\.(c|h)$/.test(name));
  mkdirSync(to, { recursive: true });
  for (const file of files) {
    const text = readFileSync(join(from, file));
    const copy = join(to, file);
    if (!existsSync(copy) || !readFileSync(copy).equals(text)) write(copy, text);
  }
  return files;
}

/** Whole, or not at all: a compiler of another process may be reading. */
function write(file: string, text: Buffer): void {
  const part = `${file}.${process.pid}`;
  writeFileSync(part, text);
  renameSync(part, file);
}
