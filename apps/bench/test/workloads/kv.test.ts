/** All books do the same: so that a row compares what is alike. */
import { describe, expect, test } from "vitest";
import { BlockKeys } from "../../src/subjects/kv/keys.ts";
import { BOOKS } from "../../src/subjects/kv/subjects.ts";
import { turnsAlone } from "../../src/worker/turns.ts";
import { CALLS } from "../../src/workloads/kv/calls.ts";
import { observe } from "../../src/workloads/kv/observe.ts";
import { OPERATIONS } from "../../src/workloads/kv/operations.ts";
import { serve, TRACES } from "../../src/workloads/kv/traces.ts";

const REAL = BOOKS.filter(({ origin }) => origin !== "loop");
const budget = { warm: 1, turns: 1 };

describe.each(OPERATIONS)("$name", ({ name, expected, keys, prepare }) => {
  test.each(REAL)("$name returns what it must, batch after batch", async ({ load }) => {
    const blocks = 1000;
    const run = prepare((await load())(blocks, new BlockKeys(keys(blocks))), blocks);
    for (let i = 0; i < 50; i++) expect(run()).toBe(expected);
  });

  test("is observed, the loop too", async () => {
    for (const subject of ["pool", "nothing"]) {
      const request = { kind: "kv", subject, workload: name, blocks: 1000, budget };
      using turns = turnsAlone(1);
      expect((await observe(request, turns)).time).toMatchObject({ stopped: false });
    }
  });
});

test.each(CALLS)(
  "$name, $subject: the same batch after batch, and observed",
  async ({ name, subject, units, prepare }) => {
    const run = prepare();
    const first = run();
    for (let i = 0; i < 20; i++) expect(run()).toBe(first);
    if (subject === "KvPager") expect(first).toBe(units);
    using turns = turnsAlone(1);
    const { time } = await observe({ kind: "kv", subject, workload: name, blocks: 9, budget }, turns);
    expect(time).toMatchObject({ stopped: false });
  },
);

test.each(TRACES.filter(({ missing }) => missing() === undefined))(
  "$name: the hits that are expected",
  async ({ load, hits }) => {
    const trace = load();
    const [{ load: books }] = REAL as [(typeof REAL)[0]];
    expect(serve((await books())(10_000, new BlockKeys(trace.different)), trace)).toBe(hits);
  },
);

test("all books find the same blocks of a trace, whatever there is room for", async () => {
  const trace = TRACES[0]!.load();
  const starts = trace.starts.subarray(0, 600);
  const keys = new BlockKeys(trace.different);
  for (const blocks of [250, 400, 1000, 5000]) {
    const found = await Promise.all(
      REAL.map(async ({ load }) => serve((await load())(blocks, keys), { ...trace, starts })),
    );
    expect(new Set(found).size).toBe(1);
    expect(found[0]).toBeGreaterThan(0);
  }
});

test.each([
  ["map", "there are no books maps"],
  ["find", "there is no operation find"],
])("what there is not is said: %s", async (_, message) => {
  const isSubject = message.includes("books");
  const request = {
    kind: "kv",
    subject: isSubject ? "maps" : "map",
    workload: isSubject ? "find, hit" : "find",
    blocks: 9,
    budget,
  };
  using turns = turnsAlone(1);
  await expect(observe(request, turns)).rejects.toThrow(message);
});

test("books that have no room say so", async () => {
  for (const { load } of REAL) {
    const books = (await load())(2, new BlockKeys(2));
    const ids = new Int32Array(3);
    expect(() => books.allocate(3, ids, 0)).toThrow(/\b3\b.*\b2\b/);
    books.allocate(2, ids, 0);
    expect(() => books.allocate(1, ids, 0)).toThrow(/\b0\b/);
  }
});
