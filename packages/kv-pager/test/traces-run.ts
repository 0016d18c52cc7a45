/** Run as `node traces-run.ts conversation 1000 5859 …`: the hits of a trace by policy and capacity, as JSON. Alone it takes a third of the time. */
import { BlockPool, POLICIES } from "../src/index.ts";
import { serve } from "./serve.ts";
import { readTrace, type TraceName } from "./traces.ts";

const [name, ...capacities] = process.argv.slice(2);
const trace = readTrace(name as TraceName);
const hits = POLICIES.map((policy) => {
  const of = capacities.map(Number).map((blocks) => {
    const pool = new BlockPool({ blocks, policy });
    const served = serve(pool, trace);
    pool.verify();
    return [blocks, served];
  });
  return [policy.name, of];
});
console.log(JSON.stringify({ lookups: trace.ids.length, ...Object.fromEntries(hits) }));
