/** The modules that are committed, built again from their C sources by the pinned compiler: the same, byte for byte. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { build } from "../scripts/heap.ts";
import { buildLanes } from "../scripts/lanes.ts";
import { lanesText, moduleText } from "../scripts/text.ts";

const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url));

test("the module", async () => {
  const built = await build();
  expect(moduleText(built)).toBe(file("src/module.ts").toString());
  expect(Buffer.from(built.bytes).equals(file("heap.wasm"))).toBe(true);
});

test("the module with lanes", async () => {
  const built = await buildLanes();
  expect(lanesText(built)).toBe(file("src/lanes-module.ts").toString());
  expect(Buffer.from(built.bytes).equals(file("heap-lanes.wasm"))).toBe(true);
});
