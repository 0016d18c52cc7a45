/**
 * Long runs, not part of the ordinary tests: node packages/slab/test/soak.ts [operations] [seed] [kills]
 *
 * Every verb at random, each call compared with a map of the live blocks and their contents, on heaps of several kinds. Then threads on
 * one heap that are killed anywhere, by turns with the others resting meanwhile, and not.
 */
import { soak } from "@ariax/conformance";
import { SlabAllocator } from "../src/index.ts";
import { storm } from "./threads/kills.ts";

/** The heaps, and the part of the operations that each gets. */
const HEAPS: readonly { name: string; part: number; capacity: number; create: (bytes: number) => SlabAllocator }[] = [
  { name: "1 MiB", part: 0.4, capacity: 1 << 20, create: (capacity) => new SlabAllocator({ capacity }) },
  { name: "64 KiB", part: 0.1, capacity: 1 << 16, create: (capacity) => new SlabAllocator({ capacity }) },
  {
    name: "256 KiB, in a shared buffer, from byte 4097 on",
    part: 0.3,
    capacity: 1 << 18,
    create: (byteLength) => new SlabAllocator({ buffer: new SharedArrayBuffer(1 << 19), byteOffset: 4097, byteLength }),
  },
  {
    name: "64 KiB that grow to 4 MiB",
    part: 0.2,
    capacity: 1 << 22,
    create: (maxCapacity) => new SlabAllocator({ capacity: 1 << 16, maxCapacity }),
  },
];

/** Runs `operations` calls in parts of at most 100,000, each from a seed of its own; tells of each to `report`. */
export function soakSlab(operations: number, seed: number, report: (line: string) => void): number {
  let done = 0;
  for (const { name, part, capacity, create } of HEAPS) {
    for (let left = Math.round(operations * part); left > 0; seed++) {
      const count = Math.min(left, 100_000);
      const { outOfMemory, peakBlocks } = soak({ create, operations: count, capacity, seed, every: 2500 });
      left -= count;
      done += count;
      report(`${done} of ${operations}: ${name}, seed ${seed}: ${peakBlocks} blocks, ${outOfMemory} times full`);
    }
  }
  return done;
}

/** Kills so many threads, in parts of at most 100; tells of each to `report`. Throws where something is wrong, or too much is lost. */
export async function soakThreads(kills: number, seed: number, report: (line: string) => void): Promise<void> {
  for (let left = kills; left > 0; left -= 100, seed++) {
    const count = Math.min(left, 100);
    const keep = seed % 2 === 0;
    const { lanes, lost, most } = await storm({ kills: count, threads: 2 + (seed % 7), seed, keep });
    report(
      `${kills - left + count} of ${kills}: seed ${seed}: ${lanes} of ${count} held lanes, ${lost} blocks are lost`,
    );
    if (lost > (keep ? 0 : most)) throw new Error(`seed ${seed}: ${lost} blocks are lost, ${most} may be`);
  }
}

if (process.argv[1] === import.meta.filename) {
  const operations = Number(process.argv[2] ?? 10_000_000);
  const seed = Number(process.argv[3] ?? 1);
  const kills = Number(process.argv[4] ?? 1000);
  const done = soakSlab(operations, seed, (line) => console.log(line));
  console.log(`slab: ${done} operations from seed ${seed}, every call as the model says, every invariant held`);
  await soakThreads(kills, seed, (line) => console.log(line));
  console.log(`slab: ${kills} threads killed, from seed ${seed}, no more lost than what was in flight`);
}
