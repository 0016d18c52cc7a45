import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { outputOf } from "../../../scripts/lib/garbage.ts";

test("1,000,000 operations on states and blocks make no garbage", () => {
  const script = fileURLToPath(new URL("garbage.ts", import.meta.url));
  const made: Record<string, number> = JSON.parse(outputOf(script));
  const bytes = Object.values(made).reduce((sum, n) => sum + n, 0);
  // Where V8 compiles something once more, it makes some objects. One number for every hundred operations would be 160,000 bytes.
  expect(bytes, JSON.stringify(made, null, 1)).toBeLessThan(40_000);
});
