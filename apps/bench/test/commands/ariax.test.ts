import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { RESULTS } from "../../src/base/results.ts";
import type { AriaxReport } from "../../src/report/ariax/report.ts";
import { showAriax } from "../../src/report/ariax/sections.ts";
import { renderPage } from "../../src/report/html/page.ts";
import { renderText } from "../../src/report/text.ts";
import type { Answer, Request } from "../../src/worker/protocol.ts";
import { observation, realTime } from "../report/ariax-fixture.ts";
import { call, interrupt } from "./call.ts";
import { scratch } from "./scratch.ts";

/** What each kind of process would say. */
const answer = (request: Request): Answer => {
  if ("names" in request) {
    return { facts: (request.names as string[]).map((name) => ({ name, events: 1000, steps: 10, peakBytes: 9 })) };
  }
  if (request.kind === "scenarios") return observation(10);
  if (request.kind === "real-time") return realTime((request as never as { frequency: number }).frequency, 1, 1, 1);
  return request.kind === "parts" ? { figures: [] } : { unavailable: "no Chromium (looked for it)" };
};
const reportOf = async (...args: string[]): Promise<{ code: number; err: string; report: AriaxReport }> => {
  const { code, out, err } = await call(["ariax", ...args, "--json", "-"], answer);
  return { code, err, report: JSON.parse(out) as AriaxReport };
};
const own = (name: string): string => readFileSync(join(RESULTS, name), "utf8");

const HINT = "\n  pnpm bench ariax --help says what is possible\n";

describe("pnpm bench ariax", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("measures what is named, and writes what it shows", async () => {
    const [json, html] = [join(scratch(), "out.json"), join(scratch(), "out.html")];
    const named = ["--scenario", "states,tick", "--subject", "ariax,gc,phase-2.1"];
    const args = ["ariax", "--quick", ...named, "--json", json, "--html", html];
    const { code, out, err } = await call(args, answer);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const text = readFileSync(json, "utf8");
    const report = JSON.parse(text) as AriaxReport;
    expect(out.startsWith(renderText(showAriax(report)))).toBe(true);
    expect(out.endsWith("/ariax.html has charts, ariax.json every observation.\n")).toBe(true);
    const page = renderPage(showAriax(report), `pnpm bench ${args.join(" ")}`);
    expect([readFileSync(html, "utf8"), own("ariax.json"), own("ariax.html")]).toEqual([page, text, page]);
    expect(report).toMatchObject({ schema: 2, partial: false, mode: "quick", scale: 0.02, unavailable: [] });
    expect(report.rows.map(({ scenario, subject, status }) => `${scenario} ${subject} ${status}`)).toEqual(
      ["states", "tick"].flatMap((name) => ["ariax", "gc", "phase-2.1", "nothing"].map((one) => `${name} ${one} ok`)),
    );
  });

  test("real time can be named too, and one arm of it; JSON alone where that is asked for", async () => {
    const { report } = await reportOf("--scenario", "real-time", "--seconds", "0.15", "--subject", "ariax");
    expect(report).toMatchObject({ rows: [], parts: [], realTimeSeconds: 0.15 });
    expect(report.stability.map(({ frequency }) => frequency)).toEqual([3.14159, 60, 144, 1000]);
    for (const { ariax, gc } of report.stability) expect([ariax!.report.beats, gc]).toEqual([600, undefined]);
  });

  test("says in one line that there is no browser", async () => {
    const { out, code } = await call(["ariax", "--scenario", "browser"], answer);
    expect(code).toBe(0);
    expect(out).toContain("\nbrowser rows not measured: no Chromium (looked for it)\n");
  });

  test("says what of the named is not measured, and refuses where that is all", async () => {
    const idle = async (...args: string[]) => (await reportOf(...args)).err;
    expect(await idle("--scenario", "states,real-time", "--subject", "slab")).toBe(
      "not measured: real-time, by none of the subjects chosen\n",
    );
    expect(await idle("--scenario", "parts", "--subject", "slab")).toBe(
      "not measured: slab, on none of the scenarios chosen\n",
    );
    expect(await idle("--scenario", "browser", "--subject", "ariax,slab")).toBe(
      "not measured: slab, on none of the scenarios chosen\n",
    );
    expect(await call(["ariax", "--scenario", "real-time", "--subject", "slab"])).toEqual({
      code: 2,
      out: "",
      err: `none of the subjects (slab) has anything to do in real-time${HINT}`,
    });
  });

  test("leaves nothing behind, and says where no scenario can be kept", async () => {
    const folder = mkdtempSync(join(scratch(), "tmp-"));
    vi.stubEnv("TMPDIR", join(folder, "none"));
    expect(await call(["ariax", "--scenario", "states"])).toEqual({
      code: 2,
      out: "",
      err: expect.stringMatching(/^no folder for temporary files: ENOENT: [^\n]+\n {2}pnpm bench ariax --help .*\n$/),
    });
  });

  test("ends in one line where the scenarios can't be made", async () => {
    const { code, out, err } = await call(["ariax", "--scenario", "states"], () => ({ error: "no disk" }));
    expect({ code, out, err }).toEqual({ code: 1, out: "", err: "no disk\n" });
  });

  test("stopped by Ctrl-C shows what was measured until then, and ends with 130", async () => {
    let asked = 0;
    const args = ["ariax", "--scenario", "states,serving,game-frame", "--json", "-"];
    const { code, out } = await call(args, (request) => {
      if (++asked === 6) interrupt();
      return answer(request);
    });
    expect(code).toBe(130);
    const report = JSON.parse(out) as AriaxReport;
    expect(report.partial).toBe(true);
    expect(report.rows.filter(({ status }) => status === "ok")).toHaveLength(4);
    expect(report.rows.some(({ status }) => status === "missing")).toBe(true);
    expect(JSON.parse(own("ariax.json"))).toMatchObject({ partial: true });
  });

  test.each([
    [["ariax", "--seconds", "0"], "option '--seconds <n>' argument '0' is invalid. It is a number from 0.05 to 600."],
    [["ariax", "--seconds", ""], "option '--seconds <n>' argument '' is invalid. It is a number from 0.05 to 600."],
    [["ariax", "--scenario", ""], "option '--scenario <name...>' argument '' is invalid. It has an empty name."],
    [
      ["ariax", "--scenario", "tick,"],
      "option '--scenario <name...>' argument 'tick,' is invalid. It has an empty name.",
    ],
    [["ariax", "--subject", ","], "option '--subject <name...>' argument ',' is invalid. It has an empty name."],
    [["ariax", "--quik"], "unknown option '--quik'\n(Did you mean --quick?)"],
    [["--quick", "ariax"], "ariax has no option --quick"],
    [["ariax", "states"], "too many arguments for 'ariax'. Expected 0 arguments but got 1: states."],
    [
      ["ariax", "--scenario", "stats"],
      'unknown scenario "stats"; did you mean "states"?\n  possible: states, tick, tick-60, tick-144, tick-1000, components, serving, serving-pool, game-frame, real-time, parts, browser; or a glob like "s*"',
    ],
    [
      ["ariax", "--subject", "slob"],
      'unknown subject "slob"; did you mean "slab"?\n  possible: ariax, gc, slab, native, wasm, phase-2.1, phase-1, phase-2, thi.ng, npm-malloc, assemblyscript, nothing, ours, collector, phase, rivals, loop; or a glob like "a*"',
    ],
  ])("%j ends with 2", async (args, message) => {
    expect(await call(args)).toEqual({ code: 2, out: "", err: message + HINT });
  });
});
