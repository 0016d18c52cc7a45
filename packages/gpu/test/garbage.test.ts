import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isQuiet, type Round } from "../../../scripts/lib/garbage.ts";

test.each(["offset", "table"])("1,000,000 operations make no garbage; handles: %s", (handles) => {
  const script = fileURLToPath(new URL("garbage.ts", import.meta.url));
  const output = execFileSync(process.execPath, ["--expose-gc", script, handles], { encoding: "utf8" });
  const rounds: Round[] = JSON.parse(output);
  expect(rounds.some(isQuiet), output).toBe(true);
});
