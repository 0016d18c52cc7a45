import { describe, expect, test } from "vitest";
import { againstC } from "../src/against-c.ts";
import { probe } from "../src/observe.ts";
import { cellsOf } from "../src/plan.ts";
import type { Row } from "../src/row.ts";
import { selectSubjects, selectWorkloads } from "../src/select.ts";
import type { HeapSubject } from "../src/subjects.ts";
import { targetsOf } from "../src/targets.ts";

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
    const cells = cellsOf(selectSubjects(["c"], "default"), selectWorkloads(["git", "jq"], "default"));
    expect(targetsOf(rows, cells)).toEqual([
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

describe("a subject that may not be here", () => {
  const failing = (error: Error): HeapSubject => ({
    kind: "heap",
    handles: "offsets",
    name: "some",
    what: "",
    origin: "ours",
    optional: true,
    create: () => {
      throw error;
    },
  });
  const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code });

  test("says why, in one line", async () => {
    const error = coded("no prebuilt addon\n  and more", "ERR_NATIVE_UNAVAILABLE");
    expect(await probe(failing(error))).toEqual({ unavailable: "no prebuilt addon" });
  });

  test("is measured, and fails in its row, where it is here and broken", async () => {
    expect(await probe(failing(coded("no room", "ERR_OUT_OF_MEMORY")))).toEqual({});
    expect(await probe(failing(new TypeError("x is not a function")))).toEqual({});
  });
});

test("bulk calls are measured of those that have them, whoever is asked for", () => {
  const cells = cellsOf(selectSubjects(["slab", "thi.ng", "c"], "full"), selectWorkloads(["bulk"], "full"));
  expect(cells.map(({ subject }) => subject.name)).toEqual(["nothing", "slab"]);
});
