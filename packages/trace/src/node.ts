/** Node only: the seven real traces that come with this package, from disk. */
import { readFile } from "node:fs/promises";
import { InvalidArgumentError } from "@ariax/allocator";
import { readTrace } from "./read.ts";
import type { Trace } from "./trace.ts";

/** The real traces, by the program that was recorded. `data/README.md` says what each did. */
export const TRACE_NAMES = ["git", "jq", "lua", "nginx", "python", "redis", "sqlite"] as const;

export type TraceName = (typeof TRACE_NAMES)[number];

/** One of the real traces. */
export async function loadTrace(name: TraceName): Promise<Trace> {
  if (!TRACE_NAMES.includes(name)) {
    throw new InvalidArgumentError(`invalid name: ${JSON.stringify(name)} is none of ${TRACE_NAMES.join(", ")}`);
  }
  return readTrace(await readFile(new URL(`../data/${name}.trace.gz`, import.meta.url)));
}
