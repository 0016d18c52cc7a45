/** The protocol of frees between lanes in all orders of steps: lanes.pml, by Spin. And that it finds what is wrong in each wrong version. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { LONG } from "../../../../scripts/lib/long.ts";

const MODEL = fileURLToPath(new URL("lanes.pml", import.meta.url));
const COMPILER = process.env.CC || "cc";

const runs = (command: string, option: string) => {
  try {
    return execFileSync(command, [option], { stdio: "pipe" }).length > 0;
  } catch {
    return false;
  }
};
const none = !runs("spin", "-V") ? "there is no spin" : !runs(COMPILER, "--version") ? "there is no C compiler" : "";

const folder = mkdtempSync(join(tmpdir(), "ariax-spin-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the explorer says of a version; 0 is the right one. */
function explored(
  wrong: number,
  ...defines: string[]
): { errors: number; violated: string | undefined; states: number; all: boolean } {
  const cwd = mkdtempSync(join(folder, "version-"));
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd, encoding: "utf8", stdio: "pipe" });
  run("spin", "-a", `-DWRONG=${wrong}`, ...defines, MODEL);
  run(COMPILER, "-w", wrong === 0 ? "-O2" : "-O0", "-DSAFETY", "-o", "pan", "pan.c");
  const said = run("./pan", "-m3000000");
  return {
    errors: Number(/errors: (\d+)/.exec(said)?.[1]),
    violated: /assertion violated (.*) \(at depth/.exec(said)?.[1],
    states: Number(/(\d+) states, stored/.exec(said)?.[1]),
    all: !/search not completed|search depth too small|out of memory/i.test(said),
  };
}

describe.skipIf(none !== "")(`every order of steps${none && ` (skipped: ${none})`}`, () => {
  test("breaks no law", () => {
    const { states, ...found } = LONG ? explored(0, "-DTWICE") : explored(0);
    expect(found).toEqual({ errors: 0, violated: undefined, all: true });
    expect(states).toBeGreaterThan(1_000_000);
  });

  // Twenty seconds: in the ordinary tests what is wrong in it, below, is found.
  test.runIf(LONG)("breaks no law where lanes are parked, and stripped", () => {
    const { states, ...found } = explored(0, "-DSTRIP");
    expect(found).toEqual({ errors: 0, violated: undefined, all: true });
    expect(states).toBeGreaterThan(1_000_000);
  });

  test.for([
    [1, "announced", "a free is announced before its bit is set"],
    [2, "announced", "who repairs does not announce what was freed last"],
    [3, "announced", "OP is written after the bit is set"],
    [4, "announced", "who repairs leaves the mail as it is"],
    [5, "kept", "remote bits are taken away before the owner's are set"],
    [6, "announced", "an inbox is cleared after the remote word is read"],
    [7, "announced", "remote bits are taken away, and the word is not made 0"],
    [8, "kept", "what is announced is collected whosever it is"],
    [9, "announced", "a claim does not announce again"],
    [10, "( !(held[1])&& !(held[2]))", "a claim by a plain store"],
    [11, "announced", "who repairs announces nothing where the inbox has its bit"],
    [12, "announced", "a territory is given back with a bit in the remote word"],
  ] as const)("%i breaks %s: %s", ([wrong, violated]) => {
    expect(explored(wrong)).toMatchObject({ errors: 1, violated });
  });

  test.for([
    [13, "( !(held[1])&& !(held[2]))", "who comes back leaves the marks"],
    [14, "( !(held[1])&& !(held[2]))", "who strips does not ask whether the lane is held again"],
    [15, "((bits|remote)==1)", "who strips looks at no block"],
    [16, "announced", "what others freed stays in the remote word"],
  ] as const)("%i breaks %s: %s", ([wrong, violated]) => {
    expect(explored(wrong, "-DSTRIP")).toMatchObject({ errors: 1, violated });
  });
});
