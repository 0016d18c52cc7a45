/** AriaX's metadata records in a pool, and what the process takes while it is used. */
import { MetadataPool } from "@ariax/metadata-pool";
import { observePauses } from "../../worker/pauses.ts";
import type { Figure } from "./figure.ts";
import { timed } from "./time.ts";

const FIELDS = { size: "u32", owner: "u32", tick: "u32", sequence: "u32" } as const;
const CAPACITY = 10_000;
const UNITS = 1000;

export async function measure(quick: boolean): Promise<readonly Figure[]> {
  const pool = new MetadataPool({ capacity: CAPACITY, fields: FIELDS });
  const pairs = (count: number): number => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const handle = pool.acquire();
      sum += handle & 1;
      pool.release(handle);
    }
    return sum;
  };
  const pair = timed("acquire() + release()", UNITS, quick, () => pairs(UNITS));
  const many = quick ? 1e5 : 1e6;
  pairs(many);
  globalThis.gc?.();
  const pauses = observePauses();
  const { minorPageFault } = process.resourceUsage();
  const before = process.memoryUsage();
  pairs(many);
  const after = process.memoryUsage();
  const faults = process.resourceUsage().minorPageFault - minorPageFault;
  const { count: collections } = await pauses.stop();
  const n = many.toLocaleString("en-US");
  return [
    pair,
    {
      what: `bytes of the one ArrayBuffer that ${CAPACITY.toLocaleString("en-US")} records take`,
      value: pool.byteLength,
      unit: "bytes",
    },
    { what: `bytes of buffers acquired in ${n} pairs`, value: after.arrayBuffers - before.arrayBuffers, unit: "bytes" },
    {
      what: `bytes of JavaScript heap, by pair of ${n}`,
      value: (after.heapUsed - before.heapUsed) / many,
      unit: "bytes",
    },
    { what: `garbage collections in ${n} pairs`, value: collections, unit: "" },
    { what: `pages that the process touched for the first time in ${n} pairs`, value: faults, unit: "" },
  ];
}
