import { expect, test } from "vitest";
import { documents } from "./tables.ts";

test.each(documents())("the tables of $file are up to date: node packages/slab/test/tables.ts", ({ is, should }) => {
  expect(is).toBe(should);
});
