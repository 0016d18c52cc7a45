import { expect, test } from "vitest";
import type { TestModule } from "vitest/node";
import { skipped } from "../lib/skipped.ts";

/** As vitest has them: a test by its result, a suite by its mode. */
const done = (name: string, state: string, note?: string) => ({ type: "test", name, result: () => ({ state, note }) });
const suite = (name: string, mode: string, ...children: unknown[]) => ({
  type: "suite",
  name,
  options: { mode },
  children,
});

test("what was skipped has a line each, a suite that was skipped as a whole is one", () => {
  const module = suite(
    "a.test.ts",
    "run",
    done("passes", "passed"),
    suite("traced (skipped: there is no strace)", "skip", done("one", "skipped"), done("two", "skipped")),
    suite("inner", "run", done("fails", "failed"), done("bun", "skipped", "bun is not installed")),
    done("on Windows", "skipped"),
  ) as unknown as TestModule;
  expect(skipped(module, "@ariax/x")).toEqual([
    "@ariax/x > traced (skipped: there is no strace)",
    "@ariax/x > inner > bun (bun is not installed)",
    "@ariax/x > on Windows",
  ]);
});
