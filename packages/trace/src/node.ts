/** Node only: the real traces of `@ariax/traces`, from disk. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { InvalidArgumentError, UnsupportedError } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";
import { readTraceOptions, type TraceReadOptions } from "./decode.ts";
import { readTrace } from "./read.ts";
import type { Trace } from "./trace.ts";

/** The real traces that `@ariax` is tuned on, by the program that was recorded. The README of `@ariax/traces` says what each did. */
export const TRACE_NAMES = ["git", "jq", "lua", "nginx", "python", "redis", "sqlite"] as const;

/** Those that nothing is tuned on: whether what was learnt from the others holds elsewhere. */
export const UNTUNED_TRACE_NAMES = ["cc1", "perl", "vim"] as const;

export type TraceName = (typeof TRACE_NAMES)[number] | (typeof UNTUNED_TRACE_NAMES)[number];

const ALL: readonly TraceName[] = [...TRACE_NAMES, ...UNTUNED_TRACE_NAMES];

/**
 * One of the real traces, from the package `@ariax/traces`, which is to be installed beside this one.
 *
 * @throws `UnsupportedError` where it is not found: then read the file yourself, `@ariax/traces/data/NAME.trace.gz`, for `readTrace`.
 * @throws `InvalidArgumentError` for what is no name of one.
 */
export async function loadTrace(name: TraceName, options: TraceReadOptions = {}): Promise<Trace> {
  if (!ALL.includes(name)) {
    throw new InvalidArgumentError(`invalid name: ${show(name)} is not one of ${ALL.join(", ")}`);
  }
  const { maxBytes } = readTraceOptions(options);
  return readTrace(await dataOf(`@ariax/traces/data/${name}.trace.gz`), { maxBytes });
}

async function dataOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(resolved(file));
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw new UnsupportedError(
      `no ${file} here (${String(code)}): npm i @ariax/traces, or give its bytes to readTrace`,
    );
  }
}

/** Out of the sight of bundlers, which would look for the file themselves. */
const resolvers = { createRequire };

/**
 * The path of another package's file: as this module would import it, or where that is a bundle far from all packages, as a module in
 * the working directory. Asked here and not when this module is loaded: one that was bundled as CommonJS has no URL.
 */
function resolved(file: string): string {
  const { url } = import.meta;
  try {
    return resolvers.createRequire(url).resolve(file);
  } catch {
    return resolvers.createRequire(join(process.cwd(), "any.js")).resolve(file);
  }
}
