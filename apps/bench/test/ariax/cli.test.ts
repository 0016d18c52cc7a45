import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { AriaxReport } from "../../src/ariax/report.ts";
import { renderAriax } from "../../src/ariax/table.ts";
import { main } from "../../src/cli.ts";
import { renderAriaxPage } from "../../src/html/ariax-page.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

describe("pnpm bench ariax", { timeout: 60_000 }, () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ariax-bench-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const call = (args: readonly string[], env: NodeJS.ProcessEnv = process.env) => {
    const all = { ...env, ARIAX_BENCH_RESULTS: folder };
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8", env: all });
    return { status, stdout, stderr };
  };

  test("measures what is named, and writes what it shows", () => {
    const [json, page] = [join(folder, "out.json"), join(folder, "out.html")];
    const args = [
      "--quick",
      "--scenario",
      "states,tick",
      "--subject",
      "ariax,gc,phase-2.1",
      "--json",
      json,
      "--html",
      page,
    ];
    const { status, stdout, stderr } = call(["ariax", ...args]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^(\d+ of at most \d+ .*\n)*$/) });
    const text = readFileSync(json, "utf8");
    const report = JSON.parse(text) as AriaxReport;
    const where = `${folder}/ariax.html has charts, ariax.json every observation.\n`;
    expect(stdout).toBe(`${renderAriax(report)}\n${where}`);
    expect(readFileSync(page, "utf8")).toBe(renderAriaxPage(report));
    expect(readFileSync(join(folder, "ariax.json"), "utf8")).toBe(text);
    expect(readFileSync(join(folder, "ariax.html"), "utf8")).toBe(renderAriaxPage(report));

    expect(report).toMatchObject({ schema: 1, partial: false, mode: "quick", scale: 0.02, unavailable: [] });
    expect(report.rows.map(({ scenario, subject, status }) => `${scenario} ${subject} ${status}`)).toEqual(
      ["states", "tick"].flatMap((name) => ["ariax", "gc", "phase-2.1", "nothing"].map((one) => `${name} ${one} ok`)),
    );
    const sums = report.observations.scenarios.flatMap(({ scenario, subject, answer }) =>
      subject !== "nothing" && "scenario" in answer ? [`${scenario} ${answer.scenario.checksum}`] : [],
    );
    expect([sums.length, new Set(sums).size]).toEqual([6, 2]);
    for (const { ms, step, cpu, clock } of report.rows) {
      expect(Math.min(ms!, step!.p50, step!.max, cpu!, clock!)).toBeGreaterThan(0);
    }
  });

  test("real time can be named too, and one arm of it; JSON alone where that is asked for", () => {
    const args = ["--scenario", "real-time", "--seconds", "0.15", "--subject", "ariax", "--json", "-"];
    const { status, stdout } = call(["ariax", ...args]);
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as AriaxReport;
    expect(report).toMatchObject({ rows: [], parts: [], realTimeSeconds: 0.15 });
    expect(report.stability.map(({ frequency }) => frequency)).toEqual([3.14159, 60, 144, 1000]);
    for (const { ariax, gc } of report.stability) expect([ariax!.report.beats > 0, gc]).toEqual([true, undefined]);
  });

  test("goes without phase 2 where there is no compiler, and says so once", () => {
    const env = { ...process.env, PATH: folder, CC: "" };
    const { status, stdout } = call(["ariax", "--quick", "--scenario", "serving,states", "--subject", "phase-2*"], env);
    expect(status).toBe(0);
    const lines = stdout.split("\n");
    expect(lines.filter((line) => line.includes("unavailable"))).toEqual([
      "phase-2: unavailable, it needs a C compiler: install gcc or clang, or name one in $CC",
    ]);
    expect(lines.filter((line) => line.startsWith("│ phase-2 "))).toEqual([]);
    expect(lines.filter((line) => line.startsWith("│ phase-2.1 "))).toHaveLength(2);
  });

  test("says in one line that there is no browser", () => {
    const env = { ...process.env, ARIAX_CHROMIUM: "/no/such/browser" };
    const { status, stdout } = call(["ariax", "--scenario", "browser"], env);
    expect(status).toBe(0);
    expect(stdout).toContain(
      "\nbrowser rows not measured: no Chromium ($ARIAX_CHROMIUM names /no/such/browser, which is not there)\n",
    );
  });

  test("stopped by Ctrl-C shows what was measured until then, and ends with 130", async () => {
    vi.stubEnv("ARIAX_BENCH_RESULTS", folder);
    vi.resetModules();
    const { main: afresh } = await import("../../src/cli.ts");
    let out = "";
    const stream = { write: (text: string) => (out += text), isTTY: false } as unknown as NodeJS.WriteStream;
    const args = ["ariax", "--scenario", "states,serving,game-frame", "--json", "-"];
    const code = afresh(args, { out: stream, err: stream });
    await setTimeout(1200);
    // As if the signal had come: its newest listener is the command's.
    process.listeners("SIGINT").at(-1)!("SIGINT");
    expect(await code).toBe(130);
    vi.unstubAllEnvs();
    const report = JSON.parse(out) as AriaxReport;
    expect(report.partial).toBe(true);
    expect(report.rows.some(({ status }) => status === "missing")).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, "ariax.json"), "utf8"))).toMatchObject({ partial: true });
  });

  const HINT = "\n  pnpm bench ariax --help says what is possible\n";
  test.each([
    [["ariax", "--seconds", "0"], "option '--seconds <n>' argument '0' is invalid. It is a number from 0.05 to 600."],
    [["ariax", "--quik"], "unknown option '--quik'\n(Did you mean --quick?)"],
    [["--quick", "ariax"], "ariax has no option --quick"],
    [["ariax", "states"], "too many arguments for 'ariax'. Expected 0 arguments but got 1: states."],
    [
      ["ariax", "--scenario", "stats"],
      'unknown scenario "stats"; did you mean "states"?\n  possible: states, tick, tick-60, tick-144, tick-1000, components, serving, game-frame, real-time, parts, browser; or a glob like "s*"',
    ],
    [
      ["ariax", "--subject", "slob"],
      'unknown subject "slob"; did you mean "slab"?\n  possible: ariax, gc, slab, native, wasm, phase-2.1, phase-1, phase-2, thi.ng, malloc, assemblyscript, nothing, ours, collector, phase, rivals, loop; or a glob like "a*"',
    ],
  ])("%j ends with 2", async (args, message) => {
    let [out, err] = ["", ""];
    const stream = (write: (text: string) => void) => ({ write, isTTY: false }) as unknown as NodeJS.WriteStream;
    const code = await main(args, { out: stream((text) => (out += text)), err: stream((text) => (err += text)) });
    expect({ code, out, err }).toEqual({ code: 2, out: "", err: message + HINT });
  });
});
