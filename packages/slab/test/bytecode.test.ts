/** V8 inlines by bytes of bytecode, 460 a function and 920 in all: what it inlines into a program's loop, and what it must not. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const CHURN = fileURLToPath(new URL("churn.ts", import.meta.url));
const SLAB = fileURLToPath(new URL("../src/index.ts", import.meta.url));

/** Bytes of bytecode of the functions with these names, the longest of each name. */
function lengthsOf(names: readonly string[]): Record<string, number> {
  const program = `
    import { SlabAllocator } from ${JSON.stringify(SLAB)};
    import { churn } from ${JSON.stringify(CHURN)};
    const heap = new SlabAllocator({ capacity: 1 << 22 });
    churn(heap, 5000);
    heap.free(heap.reallocate(heap.allocate(8), 100));`;
  const flags = ["--print-bytecode", "--input-type=module", "--eval", program];
  const { stdout } = spawnSync(process.execPath, flags, { encoding: "utf8", maxBuffer: 1 << 28 });
  const lengths: Record<string, number> = {};
  for (const [, name, length] of stdout.matchAll(/for function: (\S+) .*\nBytecode length: (\d+)/g)) {
    if (names.includes(name!)) lengths[name!] = Math.max(lengths[name!] ?? 0, Number(length));
  }
  return lengths;
}

const HOT = ["allocate", "tryAllocate", "free", "reallocate"];
const CALLED = ["allocateFrom", "resized"];

test("a loop that allocates, frees and reallocates has room for all of it, and none for what is called", () => {
  const lengths = lengthsOf([...HOT, ...CALLED]);
  expect(Object.keys(lengths).sort()).toEqual([...HOT, ...CALLED].sort());
  for (const name of HOT) expect(lengths[name], name).toBeLessThanOrEqual(460);
  expect(HOT.reduce((sum, name) => sum + lengths[name]!, 0)).toBeLessThanOrEqual(920);
  for (const name of CALLED) expect(lengths[name], name).toBeGreaterThan(460);
});
