import { expect, test } from "vitest";
import { historyPage, MOST, type Point, pointOf, pointsIn, withPoint } from "../lib/history.ts";

const point = (day: number, ratio: number, commit = `c${day}`): Point => ({
  date: new Date(Date.UTC(2026, 0, day)).toISOString(),
  ...{ commit, node: "24.21.0", cpu: "a <cpu>" },
  ratios: { "traces: slab ÷ mimalloc": ratio },
});

test("a run's ratios, those that were not measured left out", () => {
  const net = (mean: number | null) => ({
    traces: [],
    times: [],
    ratios: [{ name: "slab ÷ mimalloc", values: [], mean }],
  });
  const run = { date: "2026-01-02T00:00:00Z", machine: { cpu: "c", cores: 2, node: "24", commit: "abc" } };
  expect(pointOf({ ...run, rows: [], targets: [], againstC: net(1.5), replacement: net(null) })).toEqual({
    ...{ date: run.date, commit: "abc", node: "24", cpu: "c" },
    ratios: { "traces: slab ÷ mimalloc": 1.5 },
  });
  expect(pointOf({ ...run, rows: [], targets: [] }).ratios).toEqual({});
});

test("points come in the order of their dates, a commit once, and no more than are kept", () => {
  const points = withPoint([point(1, 1), point(3, 3)], point(2, 2));
  expect(points.map(({ commit }) => commit)).toEqual(["c1", "c2", "c3"]);
  expect(withPoint(points, point(4, 9, "c2")).map(({ commit }) => commit)).toEqual(["c1", "c3", "c2"]);
  const many = Array.from({ length: MOST }, (_, i) => point(i + 1, 1));
  expect(withPoint(many, point(MOST + 1, 1))).toHaveLength(MOST);
});

test("what is no history is none", () => {
  for (const text of ["", "<html>", "{}", "[1, null, {}]"]) expect(pointsIn(text), text).toEqual([]);
  expect(pointsIn(JSON.stringify([point(1, 2), 7]))).toEqual([point(1, 2)]);
});

test("the page draws each ratio from its first run to its last, also of one run and of none", () => {
  const page = historyPage([point(1, 2), point(11, 0.5, "<script>")]);
  expect(page).toContain("<b>traces: slab ÷ mimalloc</b>: 0.50 in the last run");
  expect(page).toContain('points="0.0,14.5 900.0,123.6"');
  expect(page).toContain("0.50, 2026-01-11, &lt;script&gt;, Node 24.21.0");
  expect(page).not.toContain("<script>");
  expect(historyPage([point(1, 2)])).toContain('points="450.0,14.5"');
  expect(historyPage([])).toContain("0 runs");
});
