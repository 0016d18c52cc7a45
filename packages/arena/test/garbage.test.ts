import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isQuiet, type Round } from "../../../scripts/lib/garbage.ts";

test.each(["ticks", "run"])("500,000 beats make no garbage but the timer's: %s", (what) => {
  const script = fileURLToPath(new URL("garbage.ts", import.meta.url));
  const output = execFileSync(process.execPath, ["--expose-gc", script, what], { encoding: "utf8" });
  const rounds: Round[] = JSON.parse(output);
  expect(rounds.some(isQuiet), output).toBe(true);
});
