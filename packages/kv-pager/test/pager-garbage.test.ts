import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isQuiet, type Round } from "../../../scripts/lib/garbage.ts";

test("200,000 verbs of tokens and blocks make no garbage", () => {
  const script = fileURLToPath(new URL("pager-garbage.ts", import.meta.url));
  const output = execFileSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" });
  const rounds: Round[] = JSON.parse(output);
  expect(rounds.some(isQuiet), output).toBe(true);
});
