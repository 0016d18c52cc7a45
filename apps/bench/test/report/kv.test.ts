import { describe, expect, test } from "vitest";
import { renderPage } from "../../src/report/html/page.ts";
import type { KvReport } from "../../src/report/kv/parts.ts";
import { makeKv } from "../../src/report/kv/report.ts";
import { showKv } from "../../src/report/kv/sections.ts";
import { renderText } from "../../src/report/text.ts";
import { KV_MODES } from "../../src/run/plans/kv.ts";
import type { Observed } from "../../src/worker/protocol.ts";

const AT = { date: new Date("2030-01-02T03:04:05Z"), seconds: 9, partial: false };
const MACHINE = {
  cpu: "A <CPU>",
  cores: 2,
  memoryGiB: 8,
  system: "Linux 6 x64",
  node: "24.0.0",
  v8: "13.6",
  commit: "abc",
};

/** Observations of each subject, ns gross, of as many rounds as there are numbers. */
function observed(workload: string, times: Readonly<Record<string, readonly number[]>>): Observed[] {
  return Object.entries(times).flatMap(([subject, all]) =>
    all.map((best, round) => ({
      ...{ kind: "kv", workload, subject, round },
      observation: { time: { stopped: false, best }, lookups: 288_500, requests: 12_031 },
    })),
  );
}
const reportOf = (...all: readonly Observed[][]): KvReport => ({
  ...makeKv(KV_MODES.default, all.flat(), AT),
  machine: MACHINE,
});
/** Its lines, with single spaces. */
const linesOf = (report: KvReport): string[] =>
  renderText(showKv(report))
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim());

const FIND = observed("find, hit: 24576", { pool: [24, 22, 23], objects: [62], map: [402], nothing: [3, 2] });
const FLAT = [
  ...observed("find, hit: 1000", { pool: [12], nothing: [2] }),
  ...observed("find, hit: 1000000", { pool: [27.001], nothing: [2] }),
];
const CALL = [
  ...observed("hash of a block of 16 tokens: 24576", { ChainKeys: [400, 330], "node:crypto": [900] }),
  ...observed("a decoded token, no new block: 24576", { KvPager: [12] }),
];
const TRACE = observed("conversation: 10000", { pool: [103], map: [503], nothing: [3] });

describe("the figures", () => {
  const report = reportOf(FIND, CALL, FLAT, TRACE);

  test("are the least of all rounds, less the loop's least", () => {
    expect(report.operations).toEqual([
      {
        ...{ name: "find, hit", what: "a key that is there; any of all", vllm: { low: 384, high: 384 } },
        times: [
          { subject: "pool", gross: 22, net: 20 },
          { subject: "objects", gross: 62, net: 60 },
          { subject: "map", gross: 402, net: 400 },
          { subject: "nothing", gross: 2, net: 2 },
        ],
      },
    ]);
    expect(report.scale).toEqual([
      {
        name: "find, hit",
        subject: "pool",
        points: [
          [1000, 10],
          [1_000_000, 25.001],
        ],
      },
    ]);
    expect(report.traces).toMatchObject([
      { name: "conversation", requests: 12_031, lookups: 288_500, hits: 61_046, vllm: { low: 1300, high: 2700 } },
    ]);
  });

  test("meet targets, or miss them, and are rounded to the worse side", () => {
    expect(report.targets).toEqual([
      { what: "find, hit, a block", value: "20.0 ns", wanted: "≤ 30 ns", ok: true },
      { what: "hash of a block of 16 tokens, ChainKeys", value: "330.0 ns", wanted: "≤ 320 ns", ok: false },
      { what: "a decoded token, no new block, KvPager", value: "12.0 ns", wanted: "≤ 15 ns", ok: true },
      { what: "conversation trace, 10,000 blocks", value: "28.9 ms", wanted: "≤ 40 ms", ok: true },
      { what: "find, hit: 1,000,000 blocks ÷ 1,000", value: "2.51×", wanted: "≤ 2×", ok: false },
      { what: "vLLM's manager in Python ÷ ours, the least of all rows", value: "13.0×", wanted: "≥ 10×", ok: true },
    ]);
  });

  test("are shown beside each other", () => {
    const lines = linesOf(report);
    expect(lines).toContain("│ find, hit │ 20.0 │ 60.0 │ 400 │ 2.00 │ 384 │ 3.0× │ 20× │ 19× │");
    expect(lines).toContain("│ conversation │ 100 │ │ 500 │ 3.00 │ 1,300–2,700 │ │ 5.0× │ 13× │");
    expect(lines).toContain("│ hash of a block of 16 tokens, ChainKeys │ 330 │ 1,122–1,699 │ 3.4× │");
    expect(lines).toContain("│ a decoded token, no new block, KvPager │ 12.0 │ 3,260 │ 271× │");
    expect(lines).toContain("│ find, hit, pool │ 10.0 │ 25.0 │ 2.50× │");
    expect(lines).toContain(
      "conversation: Mooncake's hour of chat (FAST'25), 12,031 requests; 61,046 hits of 288,500 lookups; pool 28.9 ms in all",
    );
  });

  test("have charts, without what can't be drawn", () => {
    const { charts } = showKv(reportOf(FIND, FLAT, TRACE, observed("find, miss: 24576", { pool: [1], nothing: [2] })));
    expect(charts.map(({ title }) => title)).toEqual([
      "Operations and whole traces",
      "find, hit, by the number of blocks",
    ]);
    expect(charts[0]!.series.map(({ label, values }) => [label, values])).toEqual([
      ["pool", [20, null, 100]],
      ["objects", [60, null, null]],
      ["map", [400, null, 500]],
      ["vLLM, in Python, as published", [384, null, 1300]],
    ]);
    expect(renderPage(showKv(report))).toContain("A &lt;CPU&gt;");
  });
});

test("without a loop, or without anything, it is shown all the same", () => {
  expect(reportOf(observed("find, hit: 24576", { pool: [22] })).operations[0]!.times).toEqual([
    { subject: "pool", gross: 22, net: 22 },
  ]);
  const nothing = reportOf([]);
  const { operations, calls, scale, traces, targets } = nothing;
  expect([operations, calls, scale, traces, targets]).toEqual([[], [], [], [], []]);
  expect(renderPage(showKv(nothing))).toContain("The books of a key/value cache");
});
