import { expect, test } from "vitest";
import { featureTable } from "../lib/features.ts";
import { between } from "../lib/markers.ts";
import { resultTables } from "../lib/results.ts";
import { readText } from "../lib/workspace.ts";

test("the README's feature table is that of the traits (else: pnpm readme)", () => {
  const readme = readText("README.md");
  expect(between(readme, "features", featureTable())).toBe(readme);
});

test("between replaces what stands between the markers, and nothing else", () => {
  const text = "a\n<!-- x:begin, by hand -->\nold\n<!-- x:end -->\nb\n";
  expect(between(text, "x", "$1\n")).toBe("a\n<!-- x:begin, by hand -->\n$1\n<!-- x:end -->\nb\n");
  expect(() => between(text, "y", "")).toThrow('no markers "y:begin" and "y:end"');
});

test("a bench run becomes two tables", () => {
  const row = { workload: "git", subject: "slab", status: "ok", gross: 12.34 };
  const stopped = { workload: "redis", subject: "thi.ng", status: "stopped", gross: 2000.4 };
  const text = resultTables({
    date: "2026-01-02T03:04:05Z",
    machine: { cpu: "A CPU", cores: 2, node: "24.0.0", commit: "abc1234" },
    rows: [row, stopped],
    targets: [{ what: "speed", value: "1×", wanted: "≥ 2×", ok: false }],
  });
  expect(text).toContain("\n| slab | 12.3 |  |  |  |  |  |  |\n");
  expect(text).toContain("\n| thi.ng |  |  |  |  |  | > 2000 |  |\n");
  expect(text).toContain("\n| speed | 1× | ≥ 2× | missed |\n");
  expect(text).toContain("24.0.0, 2026-01-02, commit abc1234");
});
