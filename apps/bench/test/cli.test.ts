import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TraceBuilder, writeTrace } from "@ariax/trace";
import { describe, expect, test } from "vitest";
import { main } from "../src/cli.ts";

async function call(...args: string[]) {
  let [out, err] = ["", ""];
  const stream = (write: (text: string) => void) => ({ write, isTTY: false }) as unknown as NodeJS.WriteStream;
  const code = await main(args, { out: stream((text) => (out += text)), err: stream((text) => (err += text)) });
  return { code, out, err };
}
const HINT = "\n  pnpm bench --help says what is possible\n";

describe("wrong arguments end with 2 and say what is possible", () => {
  test.each([
    [["--verbose"], "unknown option '--verbose'"],
    [["--quik"], "unknown option '--quik'\n(Did you mean --quick?)"],
    [["--rounds", "0"], "option '--rounds <n>' argument '0' is invalid. It is a whole number from 1 to 1000."],
    [["--rounds", "2.5"], "option '--rounds <n>' argument '2.5' is invalid. It is a whole number from 1 to 1000."],
    [["--limit", "soon"], "option '--limit <seconds>' argument 'soon' is invalid. It is a number from 0.01 to 3600."],
    [["--quick", "--full"], "option '--quick' cannot be used with option '--full'"],
    [["--trace"], "option '--trace <file>' argument missing"],
    [["slab"], 'unknown command "slab"; subjects and workloads are named with --subject and --workload'],
  ])("%j", async (args, message) => {
    expect(await call(...args)).toEqual({ code: 2, out: "", err: message + HINT });
  });

  test("a subject that there is not", async () => {
    const { code, err } = await call("--subject", "slap");
    expect(code).toBe(2);
    expect(err).toMatch(
      /^unknown subject "slap"; did you mean "slab"\?\n {2}possible: slab, slab-shared, arena, .*thi\.ng, /,
    );
  });

  test("a workload that there is not", async () => {
    const { code, err } = await call("--workload", "redis,nginks");
    expect(code).toBe(2);
    expect(err).toMatch(/^unknown workload "nginks"; did you mean "nginx"\?\n {2}possible: git, jq,/);
  });

  test("subjects that fit none of the workloads", async () => {
    expect(await call("--subject", "bitset", "--workload", "git")).toEqual({
      code: 2,
      out: "",
      err: `none of the subjects (bitset) can be measured on any of the workloads (git)${HINT}`,
    });
  });

  test("a trace that is not there, or is none", async () => {
    expect((await call("--trace", "/no/such.trace")).err).toMatch(/^--trace: ENOENT: no such file/);
    const file = join(tmpdir(), "not-a-trace");
    writeFileSync(file, Uint8Array.of(1, 2, 3));
    const { code, err } = await call("--trace", file);
    expect(code).toBe(2);
    expect(err).toMatch(/^--trace: invalid trace: event 0 at byte 0: /);
  });

  test("a trace without an event", async () => {
    const file = join(tmpdir(), "empty.trace");
    writeFileSync(file, await writeTrace(new TraceBuilder().build()));
    const err = `--trace: there is nothing in it to replay${HINT}`;
    expect(await call("--trace", file)).toEqual({ code: 2, out: "", err });
  });
});

describe("what measures nothing", () => {
  test("--help", async () => {
    const { code, out } = await call("--help");
    expect(code).toBe(0);
    expect(out).toContain("--trace <file>");
    expect(out).toContain("Results go to apps/bench/results/latest.json and latest.html.");
  });

  test("--list names every subject and workload but the loops", async () => {
    const { code, out } = await call("--list");
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}slab {15}general-purpose heap, on an ArrayBuffer$/m);
    expect(out).toMatch(/^ {2}playcanvas .*\(on request\)$/m);
    expect(out).toMatch(/^ {2}redis {14}redis-benchmark over eight commands$/m);
    expect(out).not.toMatch(/^ {2}nothing/m);
  });
});
