/**
 * Real serving traces, which are no part of this project: Mooncake's, from the folder that `$ARIAX_KV_TRACES` names, or from
 * `shared/kv-traces` beside the repository or above it. The README says where the originals are.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";

export type TraceName = "conversation" | "synthetic";

/** The blocks of each request's prompt, the last one too where it is part full: request r has `ids[starts[r]]` to `ids[starts[r + 1]]`. */
export interface BlockTrace {
  readonly starts: Int32Array;
  readonly ids: Int32Array;
}

/** The folder, or undefined where there is none. */
export const TRACES: string | undefined = process.env.ARIAX_KV_TRACES ?? findAbove(import.meta.dirname);

function findAbove(dir: string): string | undefined {
  const here = join(dir, "shared/kv-traces");
  if (existsSync(here)) return here;
  return dirname(dir) === dir ? undefined : findAbove(dirname(dir));
}

export function readTrace(name: TraceName): BlockTrace {
  const text = gunzipSync(readFileSync(join(TRACES!, `mooncake-${name}.jsonl.gz`))).toString();
  const [starts, ids] = [[0], [] as number[]];
  for (const line of text.trimEnd().split("\n")) {
    for (const id of (JSON.parse(line) as { hash_ids: number[] }).hash_ids) ids.push(id);
    starts.push(ids.length);
  }
  return { starts: Int32Array.from(starts), ids: Int32Array.from(ids) };
}
