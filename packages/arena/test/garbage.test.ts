import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isQuiet, outputOf, type Round } from "../../../scripts/lib/garbage.ts";

test.each(["ticks", "run"])("500,000 beats make no garbage but the timer's: %s", (what) => {
  const script = fileURLToPath(new URL("garbage.ts", import.meta.url));
  const output = outputOf(script, what);
  const rounds: Round[] = JSON.parse(output);
  expect(rounds.some(isQuiet), output).toBe(true);
});
