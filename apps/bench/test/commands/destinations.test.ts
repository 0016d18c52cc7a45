/** Where results go is looked at before anything is measured; and what fails all the same costs no table. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Answer } from "../../src/worker/protocol.ts";
import { call } from "./call.ts";
import { scratch } from "./scratch.ts";

const finished = { stopped: false, best: 5, turns: [5], first: 5, replaysPerWindow: 1, warmReplays: 1, collections: 0 };
const split = { allocate: 1, free: 1 };
/** Something of each kind. */
const answer = (): Answer => ({
  ...{ time: finished, operations: 9, used: 0.9, figures: [], facts: [] },
  ...{ first: split, steady: split, systemCalls: split, runs: 9 },
});
const COMMANDS = [["--quick", "--subject", "slab", "--workload", "pairs"], ["story"], ["ariax", "--scenario", "parts"]];
const hintOf = ([word]: readonly string[]): string =>
  `\n  pnpm bench ${/^-/.test(word!) ? "" : `${word} `}--help says what is possible\n`;

describe.each(COMMANDS.map((args) => [args.join(" "), args] as const))("pnpm bench %s", (_, args) => {
  const refused = (...more: string[]) => call([...args, ...more]);
  const error = (message: string) => ({ code: 2, out: "", err: message + hintOf(args) });

  test("refuses what can't be written, before it measures", async () => {
    const folder = scratch();
    const file = join(folder, "a-file");
    writeFileSync(file, "kept");
    for (const option of ["--json", "--html"]) {
      expect(await refused(option, folder)).toEqual(error(`${option}: ${folder} is a folder`));
      expect(await refused(option, "")).toEqual(error(`${option}: it names no file`));
      expect(await refused(option, join(folder, "none/out"))).toEqual(
        error(`${option}: there is no folder ${join(folder, "none")}`),
      );
      expect(await refused(option, join(file, "out"))).toEqual(error(`${option}: there is no folder ${file}`));
      expect(await refused(option, `${folder}/new/`)).toEqual(error(`${option}: ${folder}/new/ names a folder`));
      const long = join(folder, "x".repeat(300));
      expect(await refused(option, long)).toEqual(error(`${option}: ${long} can't be written (ENAMETOOLONG)`));
      const name = "a\0b";
      expect(await refused(option, name)).toMatchObject({ code: 2, out: "" });
    }
    expect(await refused("--html", "-")).toEqual(error("--html: the standard output is for tables and --json"));
    expect(await refused("--json", file, "--html", file)).toEqual(error(`--json: ${file} is --html's too`));
    expect(readFileSync(file, "utf8")).toBe("kept");
    expect(existsSync(join(folder, "none"))).toBe(false);
  });

  test("leaves nothing behind of having looked", async () => {
    const folder = scratch();
    const [first, link] = [join(folder, "first"), join(folder, `link-${args.length}`)];
    symlinkSync(join(folder, "not-yet"), link);
    expect((await refused("--json", first, "--html", folder)).code).toBe(2);
    expect((await refused("--json", link, "--html", folder)).code).toBe(2);
    expect([existsSync(first), existsSync(join(folder, "not-yet"))]).toEqual([false, false]);
  });

  test.skipIf(!existsSync("/dev/full"))("prints its tables though a file can't be written in the end", async () => {
    const { code, out, err } = await call([...args, "--json", "/dev/full"], answer);
    expect({ code, err }).toEqual({ code: 1, err: "--json: /dev/full was not written (ENOSPC)\n" });
    expect(out).toContain("┌");
    expect(out).not.toContain("has charts");
  });
});

describe("the folder of results", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });
  async function callIn(results: string, ...args: string[]) {
    vi.stubEnv("ARIAX_BENCH_RESULTS", results);
    vi.resetModules();
    return (await import("./call.ts")).call(args, answer);
  }
  const HINT = "\n  pnpm bench story --help says what is possible\n";

  test("that can't be made, or has a folder where a file should be, is refused", async () => {
    const file = join(scratch(), "no-folder");
    writeFileSync(file, "");
    const inside = join(file, "results");
    const refused = (why: string) => ({ code: 2, out: "", err: `ARIAX_BENCH_RESULTS: ${why}${HINT}` });
    expect(await callIn(inside, "story")).toEqual(refused(`${inside} can't be made (EEXIST)`));
    if (existsSync("/proc/self")) {
      expect(await callIn("/proc/none/x", "story")).toEqual(refused("/proc/none/x can't be made (ENOENT)"));
    }
    expect(await callIn(file, "story")).toEqual(refused(`${file} can't be made (EEXIST)`));
    const taken = join(scratch(), "taken");
    mkdirSync(join(taken, "story.html"), { recursive: true });
    expect(await callIn(taken, "story")).toEqual(refused(`${join(taken, "story.html")} is a folder`));
  });

  test("is made where it is not there", async () => {
    const results = join(scratch(), "deep/er");
    expect((await callIn(results, "story", "--processes", "1")).code).toBe(0);
    expect(existsSync(join(results, "story.json"))).toBe(true);
  });

  test("has another file than what the user names for the other content", async () => {
    const results = join(scratch(), "both");
    const page = join(results, "story.html");
    expect(await callIn(results, "story", "--json", page)).toMatchObject({
      code: 2,
      err: `--json: ${page} is ARIAX_BENCH_RESULTS's too${HINT}`,
    });
    expect((await callIn(results, "story", "--json", join(results, "story.json"))).code).toBe(0);
  });
});
