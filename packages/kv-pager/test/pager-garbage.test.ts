import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isQuiet, outputOf, type Round } from "../../../scripts/lib/garbage.ts";

test("200,000 verbs of tokens and blocks make no garbage", () => {
  const script = fileURLToPath(new URL("pager-garbage.ts", import.meta.url));
  const output = outputOf(script);
  const rounds: Round[] = JSON.parse(output);
  expect(rounds.some(isQuiet), output).toBe(true);
});
