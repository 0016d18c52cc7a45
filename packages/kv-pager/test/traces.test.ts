/** vLLM's order, exactly: on real traces it hits what vLLM's own manager hits, to the block. */
import { describe, expect, test } from "vitest";
import { BlockPool } from "../src/index.ts";
import { serve } from "./serve.ts";
import { readTrace, TRACES, type TraceName } from "./traces.ts";

/** Blocks, and hits: of vLLM's own `KVCacheManager`, and of a reference of thirty lines. */
const TABLE: Record<TraceName, { lookups: number; hits: readonly (readonly [blocks: number, hits: number])[] }> = {
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

describe.each(["conversation", "synthetic"] as const)("Mooncake's %s trace", (name) => {
  test.skipIf(TRACES === undefined)("hits of policy vllm equal vLLM's, at each capacity", () => {
    const trace = readTrace(name);
    const { lookups, hits } = TABLE[name];
    expect(trace.ids.length).toBe(lookups);
    for (const [blocks, right] of hits) {
      const pool = new BlockPool({ blocks, policy: "vllm" });
      expect(serve(pool, trace), `${blocks} blocks`).toBe(right);
      pool.verify();
    }
  });
});
