/** V8 inlines by bytes of bytecode, 460 a function: each on the way of a hot verb stays below. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const GPU = fileURLToPath(new URL("../src/index.ts", import.meta.url));

const HOT = [
  "allocate",
  "tryAllocate",
  "free",
  "defer",
  "reach",
  "offsetOf",
  "findRun",
  "leastNode",
  "carve",
  "cutRow",
  "takeRow",
];
HOT.push(
  "give",
  "joinFree",
  "joinRow",
  "spareRow",
  "linkRun",
  "linkBelow",
  "unlinkRun",
  "unlinkNode",
  "takeLeaf",
  "leastIn",
  "shortestIn",
  "binOf",
  "nextBin",
  "liveRow",
  "rowOf",
  "takeHandle",
  "linkOf",
  "addKey",
  "giveHandle",
  "wait",
);

test("no function of a hot verb is too long to be inlined", () => {
  const program = `
    import { RangeHeap } from ${JSON.stringify(GPU)};
    const heap = new RangeHeap({ bytes: 2 ** 24 });
    for (let i = 0; i < 99; i++) {
      const [a, b] = [heap.allocate(999 * (i + 1)), heap.allocate(70_000, 1024)];
      heap.offsetOf(b);
      heap.defer(a, i);
      heap.reach(i);
      if (i % 2 === 0) heap.free(b);
    }`;
  const flags = ["--print-bytecode", "--input-type=module", "--eval", program];
  const { stdout } = spawnSync(process.execPath, flags, { encoding: "utf8", maxBuffer: 1 << 28 });
  const lengths = new Map<string, number>();
  for (const [, name, length] of stdout.matchAll(/for function: (\S+) .*\nBytecode length: (\d+)/g)) {
    if (HOT.includes(name!)) lengths.set(name!, Math.max(lengths.get(name!) ?? 0, Number(length)));
  }
  expect([...lengths.keys()].sort()).toEqual([...HOT].sort());
  for (const [name, length] of lengths) expect(length, name).toBeLessThanOrEqual(460);
});
