import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isQuiet, outputOf, type Round } from "../../../scripts/lib/garbage.ts";

test("300,000 rounds of the hot verbs make no garbage", () => {
  const script = fileURLToPath(new URL("garbage.ts", import.meta.url));
  const output = outputOf(script);
  const rounds: Round[] = JSON.parse(output);
  expect(rounds.some(isQuiet), output).toBe(true);
});
