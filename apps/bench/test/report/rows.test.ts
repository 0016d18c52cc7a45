import { describe, expect, test } from "vitest";
import { stabilityRows } from "../../src/workloads/real-time/stability.ts";
import { inBrowser, inRealTime, realTime, reportOf, without } from "./ariax-fixture.ts";

const { rows, parts, unavailable, subjects, stability } = reportOf();
const row = (subject: string, scenario = "states") =>
  rows.find((one) => one.subject === subject && one.scenario === scenario)!;

describe("rows", () => {
  test("are the medians of the processes, with their spread; of the worst the most", () => {
    expect(row("ariax")).toMatchObject({ status: "ok", count: 3, ms: 100, low: 90, high: 110, perEvent: 1e5 });
    expect(row("ariax").step).toEqual({ p50: 0.5, p99: 2, p999: 6, max: 11 });
    expect(row("gc")).toMatchObject({ pauses: { count: 9, total: 30, p99: 5, max: 6 }, cpu: 500, heapGrowth: 2048 });
  });

  test("say how far a stopped one came, and give a bound: its time by all events", () => {
    expect(row("phase-2")).toMatchObject({
      ...{ status: "stopped", note: "25 % done at 4,000,000 ns an event", ms: 1000, perEvent: 1e6, systemCalls: 500 },
    });
  });

  test("say that there was no room, and for what", () => {
    expect(row("phase-1", "serving")).toMatchObject({
      status: "out of memory",
      note: "25 % done at 80,000 ns an event; out of memory: no room for 64 bytes aligned to 8 in a capacity of 99 bytes",
    });
  });

  test("of a subject that read other values have no time; the loop may read anything", () => {
    expect(row("npm-malloc")).toEqual({
      ...{
        scenario: "states",
        subject: "npm-malloc",
        status: "wrong",
        count: 1,
        note: "it read back 78, the others 77",
      },
    });
    expect(row("nothing")).toMatchObject({ status: "ok", ms: 20 });
  });

  test("tell apart what failed, what is not here, and what was not reached", () => {
    expect(row("thi.ng")).toMatchObject({ status: "error", note: "the worker ended with SIGKILL" });
    expect(row("native")).toMatchObject({ status: "unavailable" });
    expect(row("wasm")).toMatchObject({ status: "missing", note: "not measured", count: 0 });
    expect(unavailable).toEqual(["native: unavailable, there is no addon <here>"]);
  });

  test("are of the subjects that were asked", () => {
    expect(subjects.map(({ name }) => name)).not.toContain("assemblyscript");
  });

  test("of parts have figures, or why there are none", () => {
    expect(parts.map(({ name, figures, note }) => [name, figures.length, note])).toEqual([
      ["BitSet", 1, undefined],
      ["optimisation guide", 0, "no such file"],
    ]);
  });
});

describe("stability", () => {
  test("is one less the deviation by the other's, negative where it is more", () => {
    const [at60] = stability;
    expect(at60!.stability!.p99).toBeCloseTo(0.17, 12);
    expect(at60!.stability!.mean).toBeCloseTo(0.5, 12);
    expect(at60!.stability!.max).toBeCloseTo(-0.1, 12);
    expect(at60!.work).toEqual({ mean: 0, p99: 0, max: 0 });
  });

  test("is none without both arms, and says why", () => {
    expect(stability[1]).toMatchObject({ frequency: 144, note: "gc: hangs: no answer in 70 s" });
    expect(stability[1]).not.toHaveProperty("stability");
  });

  test("is none of what does not deviate at all", () => {
    const rows = stabilityRows([
      inRealTime(1, "ariax", realTime(1, 0, 0, 1)),
      inRealTime(1, "gc", realTime(1, 0, 0, 2)),
    ]);
    expect(rows[0]!.stability).toEqual({ max: 0.5 });
  });
});

test("a browser that is not there, or fails, is one line", () => {
  const others = without("browser");
  const linesOf = (...answers: Parameters<typeof inBrowser>[0][]) =>
    reportOf([...others, ...answers.map(inBrowser)]).unavailable;
  // Each of the arms says so.
  const away = { unavailable: "no Chromium (looked for it)" };
  expect(linesOf(away, away)).toContain("browser rows not measured: no Chromium (looked for it)");
  expect(linesOf({ error: "it crashed" })).toContain("browser rows not measured: it crashed");
});
