/** The recorder in C: compiled, and loaded into a program whose allocations are known. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALLOCATE, decodeTrace, FREE, type Trace } from "../src/index.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A guard against what hangs, in ms, and no measure. */
const HANGS = 600_000;

/** Why it can't be tested here, or nothing. */
function lack(): string | undefined {
  if (process.platform !== "linux") return "not Linux";
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  if (header.glibcVersionRuntime === undefined) return "no glibc";
  try {
    execFileSync("cc", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "no C compiler (cc)";
  }
}
const missing = lack();

describe.skipIf(missing !== undefined)(`the recorder${missing === undefined ? "" : ` (${missing})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "ariax-record-"));
  const library = join(folder, "record.so");
  const program = join(folder, "program");
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(() => {
    const warnings = ["-O2", "-Wall", "-Wextra", "-Werror"];
    execFileSync("cc", [...warnings, "-shared", "-fPIC", "-pthread", "-o", library, at("../recorder/record.c")]);
    execFileSync("cc", ["-w", "-O0", "-fno-builtin", "-pthread", "-o", program, at("recorder.c")]);
  });

  /** What the program said, which is nothing but what the recorder says. */
  function run(what: string, file: string, more: Record<string, string> = {}): string {
    const env = { LD_PRELOAD: library, ARIAX_TRACE: join(folder, file), ...more };
    const { status, stderr } = spawnSync(program, [what], { encoding: "utf8", env, timeout: HANGS });
    expect(status).toBe(0);
    return stderr;
  }
  const recorded = (file: string): Trace => decodeTrace(readFileSync(join(folder, file)));
  /** "+" size, "-" size, "size→size" of the blocks of more than 100,000 bytes, as they come. */
  function large(trace: Trace): string[] {
    const { op, slot, size, events, slots } = trace;
    const held = new Float64Array(slots);
    const told: string[] = [];
    for (let e = 0; e < events; e++) {
      const before = held[slot[e]];
      held[slot[e]] = size[e];
      if (op[e] === FREE) before > 100_000 && told.push(`-${before}`);
      else if (size[e] > 100_000) told.push(op[e] === ALLOCATE ? `+${size[e]}` : `${before}→${size[e]}`);
    }
    return told;
  }

  test("every call, and what failed or was nothing is left out", () => {
    expect(run("calls", "calls.trace")).toBe("");
    expect(large(recorded("calls.trace"))).toEqual([
      ...["+100001", "+120003", "+100003", "+100096", "+100005", "100001→300001", "120003→200014"],
      ...["+100009", "-100003", "-100009", "-300001", "-100005", "+100011"],
    ]);
  });

  test("a block that ended without a call is freed when its place is another's", () => {
    run("unseen", "unseen.trace");
    expect(large(recorded("unseen.trace"))).toEqual([
      ...["+100001", "-100001", "+100002", "-100002", "8→100003", "-100003"],
    ]);
  });

  test("threads that free each other's blocks", () => {
    run("threads", "threads.trace");
    // The decoder refuses what can't have been.
    const trace = recorded("threads.trace");
    expect(trace.allocations).toBeGreaterThan(30_000);
    expect(trace.reallocations).toBeGreaterThan(30_000);
    expect(trace.allocations - trace.frees).toBeLessThan(50);
  });

  test("children are not recorded, nor do they disturb", () => {
    run("children", "family.trace");
    expect(large(recorded("family.trace"))).toEqual(["+100001", "-100001", "+100003", "-100003"]);
  });

  test("with %p, each program has a file", () => {
    run("children", "each-%p.trace");
    const files = readdirSync(folder).filter((name) => name.startsWith("each-"));
    expect(files.map((name) => large(recorded(name)).join()).sort()).toEqual([
      "+100001,-100001,+100003,-100003",
      "+100004,-100004", // which left by _exit
    ]);
  });

  test("a program that closes all files, and uses their numbers", () => {
    expect(run("closing", "closing.trace")).toBe("");
    expect(large(recorded("closing.trace"))).toEqual(["+100005", "-100005"]);
  });

  test("no more events than are wanted, and more blocks than the table began with", () => {
    run("many", "many.trace");
    expect(large(recorded("many.trace"))).toHaveLength(100_000);
    run("many", "some.trace", { ARIAX_TRACE_EVENTS: "1234" });
    expect(recorded("some.trace").events).toBe(1234);
  });

  test("what can't be is told, and the program runs", () => {
    expect(run("calls", "none/there.trace")).toMatch(/^record: can't open .*none\/there\.trace: No such file/);
    expect(run("calls", "zero.trace", { ARIAX_TRACE_EVENTS: "0" })).toBe(
      "record: ARIAX_TRACE_EVENTS is no number above 0\n",
    );
    expect(run("calls", "", { ARIAX_TRACE: "" })).toBe("record: ARIAX_TRACE is no file's name\n");
    expect(run("calls", "", { ARIAX_TRACE: "/dev/full" })).toBe(
      "record: can't write the trace: No space left on device\n",
    );
    expect(existsSync(join(folder, "zero.trace"))).toBe(false);
  });
});
