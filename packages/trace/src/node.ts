/** Node only: the real traces that come with this package, from disk. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError, UnsupportedError } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";
import { readTraceOptions, type TraceReadOptions } from "./decode.ts";
import { readTrace } from "./read.ts";
import type { Trace } from "./trace.ts";

/** The real traces that `@ariax` is tuned on, by the program that was recorded. `data/README.md` says what each did. */
export const TRACE_NAMES = ["git", "jq", "lua", "nginx", "python", "redis", "sqlite"] as const;

/** Those that nothing is tuned on: whether what was learnt from the others holds elsewhere. */
export const UNTUNED_TRACE_NAMES = ["cc1", "perl", "vim"] as const;

export type TraceName = (typeof TRACE_NAMES)[number] | (typeof UNTUNED_TRACE_NAMES)[number];

const ALL: readonly TraceName[] = [...TRACE_NAMES, ...UNTUNED_TRACE_NAMES];

/**
 * One of the real traces. Throws `UnsupportedError` where a bundler has parted this module from its data: then read the file
 * yourself, `@ariax/trace/data/NAME.trace.gz`, for `readTrace`.
 */
export async function loadTrace(name: TraceName, options: TraceReadOptions = {}): Promise<Trace> {
  if (!ALL.includes(name)) {
    throw new InvalidArgumentError(`invalid name: ${show(name)} is none of ${ALL.join(", ")}`);
  }
  const { maxBytes } = readTraceOptions(options);
  return readTrace(await dataOf(`data/${name}.trace.gz`), { maxBytes });
}

/**
 * A file of this package. All by strings: a `URL` of another realm is refused by `node:fs`, and bundlers rewrite `new URL(…)`. Asked
 * here and not when the module is loaded: one that was bundled as CommonJS has no URL.
 */
async function dataOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(join(dirname(fileURLToPath(import.meta.url)), "..", file));
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw new UnsupportedError(
      `no ${file} beside this module (${String(code)}): read it by other means, for readTrace`,
    );
  }
}
