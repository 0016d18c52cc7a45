import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildExample } from "../scripts/example.ts";

test("built again, the example is the same byte for byte", async () => {
  const committed = readFileSync(new URL("../examples/words/words.wasm", import.meta.url));
  expect(Buffer.from(await buildExample()).equals(committed)).toBe(true);
});
