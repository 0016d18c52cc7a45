/** Each of AriaX's parts has a row with figures; what in them is no time is the same on every machine. */
import { describe, expect, test } from "vitest";
import { countIn } from "../../src/ariax/parts/guide.ts";
import { measurePart, PARTS } from "../../src/ariax/parts.ts";
import { mapped } from "../mapped.ts";

describe("AriaX's parts", { timeout: 20_000 }, () => {
  test("are the rows of its table, in its order", () => {
    expect(PARTS.map(({ name }) => name)).toEqual([
      "BitSet",
      "metadata pool",
      "bulk slab initialisation",
      "Phase 2.1 allocator",
      "consciousness state pool",
      "Tesla consciousness pool",
      "mini-VM memory context",
      "consciousness scenarios",
      "optimisation guide",
      "V8's advice: objects",
      "V8's advice: object pool",
      "V8's advice: records",
    ]);
  });

  test("the ways to have a record have the same figures, to stand beside each other", async () => {
    const ways = PARTS.filter(({ name }) => name.startsWith("V8's advice"));
    const all = await Promise.all(ways.map(({ name }) => measurePart(name, true)));
    const [first] = all.map((figures) => figures.map(({ what }) => what));
    for (const figures of all) expect(figures.map(({ what }) => what)).toEqual(first);
  });

  test.each(PARTS)("$name has figures", async ({ name }) => {
    const figures = await measurePart(name, true);
    expect(figures.length).toBeGreaterThanOrEqual(2);
    for (const { what, value, unit } of figures) {
      expect(what).not.toBe("");
      expect(value, what).toBeGreaterThanOrEqual(0);
      // A program may be spared by the collector.
      if (["ns", "µs", "×"].includes(unit) && !what.includes("pause")) expect(value, what).toBeGreaterThan(0);
    }
  });

  const figureOf = async (part: string, what: RegExp): Promise<number> =>
    (await measurePart(part, true)).find((one) => what.test(one.what))!.value;

  test("the metadata pool acquires no buffer after its own", async () => {
    const figures = await measurePart("metadata pool", true);
    expect(figures.find(({ what }) => what.startsWith("bytes of the one"))!.value).toBeGreaterThan(160_000);
    expect(figures.find(({ what }) => what.startsWith("bytes of buffers"))!.value).toBe(0);
  });

  test("phase 2.1 makes no system call, phase 2 two for each block", async () => {
    expect(await figureOf("Phase 2.1 allocator", /^phase-2\.1: system calls/)).toBe(0);
    if (mapped.reason === undefined) expect(await figureOf("Phase 2.1 allocator", /^phase-2: system calls/)).toBe(2);
  });

  test("all scenarios come again for their seed", async () => {
    const figures = await measurePart("consciousness scenarios", true);
    const [count, , again] = figures.map(({ value }) => value);
    expect([count, again]).toEqual([5, 5]);
  });
});

test("steps and commands are counted in a text", () => {
  const text = `# Guide
## Step 1: measure
\`npx --yes pnpm@12 bench story\` and \`pnpm bench story\`, or
\`\`\`sh
pnpm bench ariax --scenario real-time
\`\`\`
<!-- claims:begin -->
\`pnpm bench ariax --subject slab\`
<!-- claims:end -->
## When not
### 2. Another
pnpm bench ariax --scenario tick,states --seconds 3
`;
  expect(countIn(text)).toEqual({ steps: 2, commands: 3 });
  expect(countIn("")).toEqual({ steps: 0, commands: 0 });
});
