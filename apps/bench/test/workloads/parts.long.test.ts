/** What V8's engineers say of pools, measured three ways. */
import { describe, expect, test } from "vitest";
import { PARTS } from "../../src/workloads/parts/parts.ts";
import { hasFigures, measurePart } from "./measured-parts.ts";

const ways = PARTS.filter(({ name }) => name.startsWith("V8's advice"));

describe("the ways to have a record", () => {
  test.each(ways)("$name has figures", hasFigures);

  test("have the same figures, to stand beside each other", async () => {
    const all = await Promise.all(ways.map(({ name }) => measurePart(name)));
    const [first] = all.map((figures) => figures.map(({ what }) => what));
    for (const figures of all) expect(figures.map(({ what }) => what)).toEqual(first);
  });
});
