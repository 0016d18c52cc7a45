import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CONSTANTS, constants } from "../scripts/constants.ts";

test("src/constants.h is what scripts/constants.ts writes", () => {
  expect(readFileSync(CONSTANTS, "utf8")).toBe(constants());
});

test("no constant of the layout is left out", () => {
  const layout = readFileSync(new URL("../../slab/src/layout.ts", import.meta.url), "utf8");
  const names = [...layout.matchAll(/^(?:export )?const ([A-Z_]+)/gm)].map(([, name]) => `#define AX_${name} `);
  expect(names.length).toBeGreaterThan(40);
  expect(names.filter((line) => !constants().includes(line))).toEqual([]);
});
