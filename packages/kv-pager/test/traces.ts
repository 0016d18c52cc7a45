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

/** Blocks, and hits: of vLLM's own `KVCacheManager`, and of a reference of thirty lines. */
export const TABLE: Record<TraceName, { lookups: number; hits: readonly (readonly [blocks: number, hits: number])[] }> =
  {
    conversation: {
      lookups: 288_500,
      hits: [
        [1000, 12_847],
        [5859, 39_258],
        [10_000, 61_046],
        [30_000, 93_978],
        [50_000, 102_290],
        [97_656, 104_870],
        [182_790, 105_710], // as many as there are
      ],
    },
    synthetic: {
      lookups: 121_877,
      hits: [
        [1000, 10_252],
        [5859, 37_703],
        [10_000, 51_669],
        [30_000, 76_077],
        [50_000, 77_953],
        [97_656, 77_953],
      ],
    },
  };
