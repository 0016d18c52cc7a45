/** vLLM's order, exactly: on real traces it hits what vLLM's own manager hits, to the block. */
import { describe, expect, test } from "vitest";
import { BlockPool } from "../src/index.ts";
import { serve } from "./serve.ts";
import { readTrace, TABLE, TRACES } from "./traces.ts";

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
