/** Each of AriaX's parts has a row with figures; what in them is no time is the same on every machine. */
import { describe, expect, test } from "vitest";
import { countIn } from "../../src/workloads/parts/guide.ts";
import { PARTS } from "../../src/workloads/parts/parts.ts";
import { mapped } from "../mapped.ts";
import { hasFigures, measurePart } from "./measured-parts.ts";

describe("AriaX's parts", () => {
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

  test.each(PARTS.filter(({ name }) => !name.startsWith("V8's advice")))("$name has figures", hasFigures);

  const figureOf = async (part: string, what: RegExp): Promise<number> =>
    (await measurePart(part)).find((one) => what.test(one.what))!.value;

  test("the metadata pool acquires no buffer after its own", async () => {
    const figures = await measurePart("metadata pool");
    expect(figures.find(({ what }) => what.startsWith("bytes of the one"))!.value).toBeGreaterThan(160_000);
    expect(figures.find(({ what }) => what.startsWith("bytes of buffers"))!.value).toBe(0);
  });

  test("phase 2.1 makes no system call, phase 2 two for each block", async () => {
    expect(await figureOf("Phase 2.1 allocator", /^phase-2\.1: system calls/)).toBe(0);
    if (mapped.reason === undefined) expect(await figureOf("Phase 2.1 allocator", /^phase-2: system calls/)).toBe(2);
  });

  test("all scenarios come again for their seed", async () => {
    const figures = await measurePart("consciousness scenarios");
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
