/** On real traces the policy `vllm` hits what vLLM's own manager hits, to the block; and the default policy is nowhere behind it. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { DEFAULT_POLICY } from "../src/index.ts";
import { TABLE, TRACES, type TraceName } from "./traces.ts";

/** What the policy `reuse` hits more, as its file says. */
const MORE: Record<TraceName, readonly number[]> = {
  conversation: [45, 1429, 630, 1367, 69, 16, 0],
  synthetic: [323, 525, 1185, 213, 0, 0],
};

describe.skipIf(TRACES === undefined)("real traces, $ARIAX_KV_TRACES or shared/kv-traces beside the repository", () => {
  test.each(["conversation", "synthetic"] as const)("Mooncake's %s, at each capacity", (name) => {
    const { lookups, hits } = TABLE[name];
    const script = fileURLToPath(new URL("traces-run.ts", import.meta.url));
    const args = [script, name, ...hits.map(([blocks]) => `${blocks}`)];
    const run = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
    expect(run.lookups).toBe(lookups);
    expect(run.vllm).toEqual(hits);
    expect(run.reuse).toEqual(hits.map(([blocks, hit], i) => [blocks, hit + MORE[name][i]!]));
    const best = run[DEFAULT_POLICY.name] as typeof hits;
    hits.forEach(([, hit], i) => {
      expect(best[i]![1]).toBeGreaterThanOrEqual(hit);
    });
  });
});
