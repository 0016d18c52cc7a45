/** AriaX's metadata records in a pool, and what the process takes while it is used. */
import { MetadataPool } from "@ariax/metadata-pool";
import { observePauses } from "../../worker/pauses.ts";
import { type Figure, figure, timed } from "./figure.ts";

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
  const [n, records] = [many, CAPACITY].map((count) => count.toLocaleString("en-US"));
  return [
    pair,
    figure(`bytes of the one ArrayBuffer that ${records} records take`, pool.byteLength, "bytes"),
    figure(`bytes of buffers acquired in ${n} pairs`, after.arrayBuffers - before.arrayBuffers, "bytes"),
    figure(`bytes of JavaScript heap, by pair of ${n}`, (after.heapUsed - before.heapUsed) / many, "bytes"),
    figure(`garbage collections in ${n} pairs`, collections),
    figure(`pages that the process touched for the first time in ${n} pairs`, faults),
  ];
}
