import { describe, expect, test } from "vitest";
import { selectSubjects, selectWorkloads } from "../../src/commands/select.ts";
import { againstC } from "../../src/report/latest/against-c.ts";
import { targetsOf } from "../../src/report/latest/targets.ts";
import { pairsOf } from "../../src/run/plans/latest.ts";
import type { Row } from "../../src/workloads/rows.ts";

const rowsOf = (nets: Record<string, [number, number]>): Row[] =>
  Object.entries(nets).flatMap(([subject, [git, jq]]) =>
    [git, jq].map(
      (net, i): Row => ({ subject, workload: ["git", "jq"][i]!, status: "ok", count: 1, gross: net + 2, net }),
    ),
  );

describe("TypeScript against C", () => {
  test("is net time by trace, its geometric mean, and one by the other", () => {
    expect(againstC(rowsOf({ slab: [4, 9], glibc: [8, 2], mimalloc: [2, 3] }), ["git", "jq"])).toEqual({
      traces: ["git", "jq"],
      times: [
        { name: "slab", values: [4, 9], mean: 6 },
        { name: "mimalloc", values: [2, 3], mean: expect.closeTo(Math.sqrt(6)) },
        { name: "glibc", values: [8, 2], mean: 4 },
      ],
      ratios: [{ name: "slab by mimalloc", values: [2, 3], mean: expect.closeTo(Math.sqrt(6)) }],
    });
  });

  test("has no value and no mean where only noise is left", () => {
    const against = againstC(rowsOf({ slab: [4, 9], mimalloc: [2, -0.1] }), ["git", "jq"])!;
    expect(against.times[1]).toEqual({ name: "mimalloc", values: [2, null], mean: null });
    expect(against.ratios).toEqual([{ name: "slab by mimalloc", values: [2, null], mean: null }]);
  });

  test("is absent where there is nothing to compare with", () => {
    expect(againstC(rowsOf({ slab: [4, 9] }), ["git", "jq"])).toBeUndefined();
  });

  test("has targets: the mean by mimalloc, and the worst trace by glibc", () => {
    const rows = rowsOf({ "engine-c": [2, 4], mimalloc: [2, 2], glibc: [3, 3] });
    expect(targetsOf(rows, ["git", "jq"])).toEqual([
      {
        what: "engine-c by mimalloc, both called from C, net, geometric mean over 2 traces",
        value: "1.41×",
        wanted: "≤ 1.3×",
        ok: false,
      },
      {
        what: "engine-c vs glibc, both called from C, net, the worst of 2 traces",
        value: "0.750×",
        wanted: "≥ 1×",
        ok: false,
      },
    ]);
  });
});

test("bulk calls are measured of those that have them, whoever is asked for", () => {
  const pairs = pairsOf(selectSubjects(["slab", "thi.ng", "c"], "full"), selectWorkloads(["bulk"], "full"));
  expect(pairs.map(({ subject }) => subject.name)).toEqual(["nothing", "slab"]);
});
