import { expect, test } from "vitest";
import { soakSlab } from "./soak.ts";

test("20,000 operations of soak.ts", () => {
  const lines: string[] = [];
  expect(soakSlab(20_000, 77, (line) => lines.push(line))).toBe(20_000);
  expect(lines).toHaveLength(4);
});
