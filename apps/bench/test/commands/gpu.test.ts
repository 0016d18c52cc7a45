import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RESULTS } from "../../src/base/results.ts";
import type { GpuReport } from "../../src/report/gpu/report.ts";
import { showGpu } from "../../src/report/gpu/sections.ts";
import { renderText } from "../../src/report/text.ts";
import type { Answer, Request } from "../../src/worker/protocol.ts";
import { call } from "./call.ts";

const answer = ({ subject }: Request): Answer => {
  if (subject === "nothing") return { time: { stopped: false, best: 2 }, room: { refused: 0, moved: 0 } };
  return { time: { stopped: false, best: 10 }, room: { refused: 3, moved: 0.5, peak: 1.02, largest: 0.3 } };
};

describe("pnpm bench gpu", () => {
  test("measures all, three times, and writes what it shows", async () => {
    const asked: string[] = [];
    const { code, out, err } = await call(["gpu"], (request) => {
      asked.push(`${request.workload} ${request.subject}`);
      return answer(request);
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const report = JSON.parse(readFileSync(join(RESULTS, "gpu.json"), "utf8")) as GpuReport;
    expect(out.startsWith(renderText(showGpu(report)))).toBe(true);
    expect(report).toMatchObject({ schema: 1, mode: "default", failures: [], unavailable: [] });
    expect(report.rows.find(({ subject }) => subject === "range-heap")).toEqual({
      ...{ workload: "small", subject: "range-heap", ns: 10, net: 8 },
      ...{ refused: 3, moved: 0.5, peak: 1.02, largest: 0.3 },
    });
    expect(asked.filter((one) => one === "tight first-fit").length).toBe(3);
    // A real buffer for each mesh only where there is memory enough.
    expect(new Set(asked.filter((one) => one.endsWith(" buffers")))).toEqual(new Set(["small buffers"]));
    expect(out).toContain("│ range-heap       │ 10.0 │ 8.00 │       3 │ 102.0 % │       30.0 % │ 0.50× │");
  });

  test.each([
    ["range-heap", 1],
    ["batched", 0],
  ])("where %s fails it shows the others, and ends with %d", async (subject, expected) => {
    const { code, out } = await call(["gpu", "--quick"], (request) =>
      request.subject === subject ? { error: "no luck" } : answer(request),
    );
    expect(code).toBe(expected);
    expect(out).toContain(`\n  ${subject} on small: error, no luck\n`);
    expect(out).toContain("│ first-fit        │    ok │    ok │    ok │\n");
    expect(out).toContain(`│ ${subject.padEnd(16)} │ error │ error │ error │\n`);
    // The times of so short a run mislead.
    expect(out).not.toMatch(/\bns\b|10\.0/);
  });

  test("names what is not here in one line", async () => {
    const { code, out } = await call(["gpu", "--quick"], (request) =>
      request.subject === "buffers" ? { unavailable: "Dawn finds no adapter" } : answer(request),
    );
    expect(code).toBe(0);
    expect(out.split("\n").filter((line) => line.includes("unavailable"))).toEqual([
      "  buffers: unavailable, Dawn finds no adapter",
    ]);
  });

  test("has no options of a run", async () => {
    const err = "gpu has no option --quick\n  pnpm bench gpu --help says what is possible\n";
    expect(await call(["--quick", "gpu"])).toEqual({ code: 2, out: "", err });
  });
});
