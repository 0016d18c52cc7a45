/** Run as `node traces-run.ts conversation`: a trace, and the blocks hit by policy and capacity, as JSON. In a process of its own it takes a third of the time. */
import { BlockPool, POLICIES } from "../src/index.ts";
import { serve } from "./serve.ts";
import { readTrace, type TraceName } from "./traces.ts";

const CAPACITIES = [1000, 5859, 10_000, 30_000, 50_000, 97_656];

const trace = readTrace(process.argv[2] as TraceName);
const hits = POLICIES.map((policy) => {
  const of = CAPACITIES.map((blocks) => {
    const pool = new BlockPool({ blocks, policy });
    const served = serve(pool, trace);
    pool.verify();
    return [blocks, served];
  });
  return [policy.name, of];
});
console.log(JSON.stringify({ lookups: trace.ids.length, ...Object.fromEntries(hits) }));
