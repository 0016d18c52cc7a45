import { describe, expect, test } from "vitest";
import { selectSubjects, selectWorkloads } from "../../src/commands/select.ts";
import { againstC } from "../../src/report/latest/against-c.ts";
import { ratiosIn } from "../../src/report/latest/ratios.ts";
import { targetsOf } from "../../src/report/latest/targets.ts";
import { pairsOf } from "../../src/run/plans/latest.ts";
import type { Row } from "../../src/workloads/rows.ts";

/** Rows and ratios of net times, in so many matches; each loop takes 2. */
function measured(nets: Record<string, [number, number]>, matches = 1) {
  const all = Object.entries({ ...nets, nothing: [0, 0], "nothing-c": [0, 0] });
  const each = all.flatMap(([subject, [git, jq]]) =>
    [git!, jq!].map((net, i) => ({ subject, workload: ["git", "jq"][i]!, net })),
  );
  const rows = each.map(({ net, ...at }): Row => ({ ...at, status: "ok", count: 1, gross: net + 2, net }));
  const observed = each.flatMap(({ net, ...at }) =>
    Array.from({ length: matches }, (_, round) => {
      const best = net + 2;
      const time = { stopped: false, best, turns: [best], first: best };
      return { kind: "heap", ...at, round, observation: { time } };
    }),
  );
  return { rows, ratios: ratiosIn(observed) };
}
const TRACES = ["git", "jq"];
const against = (nets: Record<string, [number, number]>, matches?: number) => {
  const { rows, ratios } = measured(nets, matches);
  return againstC(rows, ratios, TRACES);
};

describe("TypeScript against C", () => {
  test("is net time by trace, its geometric mean, and one by the other", () => {
    expect(against({ slab: [4, 9], glibc: [8, 2], mimalloc: [2, 3] })).toEqual({
      traces: ["git", "jq"],
      times: [
        { name: "slab", values: [4, 9], mean: 6 },
        { name: "mimalloc", values: [2, 3], mean: expect.closeTo(Math.sqrt(6)) },
        { name: "glibc", values: [8, 2], mean: 4 },
      ],
      ratios: [
        {
          ...{ name: "slab ÷ mimalloc", values: [2, 3], mean: expect.closeTo(Math.sqrt(6)) },
          intervals: [null, null, null],
        },
      ],
    });
  });

  test("has no value and no mean where only noise is left", () => {
    const { times, ratios } = against({ slab: [4, 9], mimalloc: [2, -0.1] })!;
    expect(times[1]).toEqual({ name: "mimalloc", values: [2, null], mean: null });
    expect(ratios).toMatchObject([{ name: "slab ÷ mimalloc", values: [2, null], mean: null }]);
  });

  test("is absent where there is nothing to compare with", () => {
    expect(against({ slab: [4, 9] })).toBeUndefined();
  });

  test("has targets: the mean by mimalloc, and the worst trace by glibc", () => {
    const found = measured({ "engine-c": [2, 4], mimalloc: [2, 2], glibc: [3, 3] }, 2);
    expect(targetsOf({ ...found, traces: TRACES, untuned: [], replacements: [] })).toEqual([
      {
        what: "engine-c ÷ mimalloc, both called from C, net, geometric mean over 2 traces",
        value: "1.41×",
        interval: "1.41–1.41",
        wanted: "≤ 0.85×",
        ok: false,
      },
      {
        what: "engine-c vs glibc, both called from C, net, the worst of 2 traces",
        value: "0.750×",
        interval: "0.750–0.750",
        wanted: "≥ 1×",
        ok: false,
      },
    ]);
  });
});

test("the table has the slab's best way of being called and its worst, by their means", () => {
  const nets = { "slab-field": [9, 4], slab: [6, 4], "slab-method": [3, 16], mimalloc: [2, 2] } as const;
  const { ratios } = against(nets as never)!;
  expect(ratios.map(({ name, values }) => [name, values])).toEqual([
    ["slab ÷ mimalloc, best way (slab)", [3, 2]],
    ["slab ÷ mimalloc, worst way (slab-method)", [1.5, 8]],
    ["slab ÷ mimalloc", [3, 2]],
  ]);
});

test("bulk calls are measured of those that have them, whoever is asked for", () => {
  const pairs = pairsOf(selectSubjects(["slab", "thi.ng", "c"], "full"), selectWorkloads(["bulk"], "full"));
  expect(pairs.map(({ subject }) => subject.name)).toEqual(["nothing", "slab"]);
});
