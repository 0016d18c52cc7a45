/** Wrong engines are found: tests of interleave.test.ts. */
import { describe, expect, test } from "vitest";
import { SharedSlabAllocator } from "../../src/index.ts";
import { Explorer } from "./explore.ts";
import { SCENARIOS } from "./scenarios.ts";
import { stepped } from "./stepped.ts";
import { VARIANTS } from "./variants.ts";
import { explored } from "./world.ts";

const explorer = new Explorer(50_000);

describe("found in some order of steps", () => {
  for (const { name, patches, scenario } of VARIANTS) {
    test(name, async () => {
      const load = await stepped(explorer, patches);
      const where = SCENARIOS.find((one) => one.name === scenario);
      expect(where, scenario).toBeDefined();
      if (where === undefined) return;
      expect(explored(where, explorer, load, 2).failure).toBeDefined();
    });
  }
});

test("a patch that fits nowhere is refused", async () => {
  await expect(stepped(explorer, [{ file: "slabs.ts", from: "no such line", to: "" }])).rejects.toThrow("not once");
});

test("a thread that lives, and is reclaimed, is told", () => {
  const heap = new SharedSlabAllocator({ capacity: 1 << 18, lanes: 3 });
  const other = SharedSlabAllocator.attach(heap.memory.buffer, { ticket: heap.ticket() });
  other.allocate(64);
  heap.reclaim(other.holder);
  const lost = "lane lost: ticket 2 was reclaimed while its thread lives; others may have its blocks now";
  for (const call of [() => other.allocate(100_000), () => other.park(), () => other.reclaim(1), () => other.reset()]) {
    expect(call).toThrow(lost);
  }
  heap.verify();
});
