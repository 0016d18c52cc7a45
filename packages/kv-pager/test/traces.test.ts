/** On real traces the policy `vllm` hits what vLLM's own manager hits, to the block; and the default policy is nowhere behind it. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { DEFAULT_POLICY } from "../src/index.ts";
import { TRACES, type TraceName } from "./traces.ts";

type Hits = readonly (readonly [blocks: number, hits: number])[];

/** Of vLLM's own `KVCacheManager`, and of a reference of thirty lines. */
const VLLM: Record<TraceName, { lookups: number; hits: Hits }> = {
  conversation: {
    lookups: 288_500,
    hits: [
      [1000, 12_847],
      [5859, 39_258],
      [10_000, 61_046],
      [30_000, 93_978],
      [50_000, 102_290],
      [97_656, 104_870],
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

/** What the policy `reuse` hits more, as its file says. */
const MORE: Record<TraceName, readonly number[]> = {
  conversation: [45, 1429, 630, 1367, 69, 16],
  synthetic: [323, 525, 1185, 213, 0, 0],
};

describe.skipIf(TRACES === undefined)("real traces, $ARIAX_KV_TRACES or shared/kv-traces beside the repository", () => {
  test.each(["conversation", "synthetic"] as const)("Mooncake's %s, at each of the six capacities", (name) => {
    const script = fileURLToPath(new URL("traces-run.ts", import.meta.url));
    const run = JSON.parse(execFileSync(process.execPath, [script, name], { encoding: "utf8" }));
    const { lookups, hits } = VLLM[name];
    expect(run.lookups).toBe(lookups);
    expect(run.vllm).toEqual(hits);
    expect(run.reuse).toEqual(hits.map(([blocks, hit], i) => [blocks, hit + MORE[name][i]!]));
    const best = run[DEFAULT_POLICY.name] as Hits;
    hits.forEach(([, hit], i) => {
      expect(best[i]![1]).toBeGreaterThanOrEqual(hit);
    });
  });
});
