import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isQuiet, outputOf, type Round } from "../../../scripts/lib/garbage.ts";

test.each(["offset", "table"])("1,000,000 operations make no garbage; handles: %s", (handles) => {
  const script = fileURLToPath(new URL("garbage.ts", import.meta.url));
  const output = outputOf(script, handles);
  const rounds: Round[] = JSON.parse(output);
  expect(rounds.some(isQuiet), output).toBe(true);
});
