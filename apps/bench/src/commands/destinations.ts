/** Where a command writes: into the folder of results, and where the user says. Looked at before anything is measured. */
import { accessSync, closeSync, constants, mkdirSync, openSync, realpathSync, statSync, unlinkSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { lineOf, UsageError } from "../base/errors.ts";
import { RESULTS, shown } from "../base/results.ts";
import type { Outputs } from "./options.ts";

export interface Destination {
  /** As the user named it: `--json`. */
  readonly what: string;
  readonly path: string;
  readonly content: "json" | "html";
}

/** Those of a command, by the name of its files in the folder of results. Throws `UsageError` where one can't be written. */
export function destinationsOf(name: string, outputs: Outputs): Destination[] {
  const folder = process.env.ARIAX_BENCH_RESULTS ? "ARIAX_BENCH_RESULTS" : "the folder of results";
  try {
    makeFolder(RESULTS);
  } catch (error) {
    throw new UsageError(`${folder}: ${shown(RESULTS)} can't be made (${reasonOf(error)})`);
  }
  const all = (["json", "html"] as const).flatMap((content): Destination[] => {
    const own = { what: folder, path: join(RESULTS, `${name}.${content}`), content };
    const given = outputs[content];
    if (given === undefined || (given === "-" && content === "json")) return [own];
    if (given.trim() === "") throw new UsageError(`--${content}: it names no file`);
    if (given === "-") throw new UsageError("--html: the standard output is for tables and --json");
    if (/[/\\]$/.test(given)) throw new UsageError(`--${content}: ${given} names a folder`);
    return [own, { what: `--${content}`, path: resolve(given), content }];
  });
  for (const one of all) {
    check(one);
    const other = all.find(({ path, content }) => path === one.path && content !== one.content);
    if (other !== undefined) throw new UsageError(`${one.what}: ${shown(one.path)} is ${other.what}'s too`);
  }
  return all;
}

/** With those above it. By hand: where nothing can be made, as in `/proc`, Node's own way of doing so never ends. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path);
}

function check({ what, path }: Destination): void {
  const refuse = (why: string): never => {
    throw new UsageError(`${what}: ${why}`);
  };
  const kindOf = (file: string): "folder" | "file" | "other" | undefined => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found && (found.isDirectory() ? "folder" : found.isFile() ? "file" : "other");
  };
  try {
    const kind = kindOf(path);
    const parent = dirname(path);
    if (kind === "folder") refuse(`${shown(path)} is a folder`);
    if (kind === undefined && kindOf(parent) !== "folder") refuse(`there is no folder ${shown(parent)}`);
    // A device or a pipe may not like to be opened twice.
    if (kind === "other") accessSync(path, constants.W_OK);
    // As it will be, and nothing is changed: what was not there is taken away again.
    else closeSync(openSync(path, "a"));
    if (kind === undefined) unlinkSync(realpathSync(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    refuse(`${shown(path)} can't be written (${reasonOf(error)})`);
  }
}

/** Writes them all; a line for each that fails all the same. */
export async function write(destinations: readonly Destination[], contents: Record<"json" | "html", string>) {
  const failures: string[] = [];
  for (const { what, path, content } of destinations) {
    try {
      await writeFile(path, contents[content]);
    } catch (error) {
      failures.push(`${what}: ${shown(path)} was not written (${reasonOf(error)})`);
    }
  }
  return failures;
}

const reasonOf = (error: unknown): string => (error as { code?: string }).code ?? lineOf(error);
