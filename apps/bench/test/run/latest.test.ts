import { describe, expect, test, vi } from "vitest";
import { selectSubjects, selectWorkloads } from "../../src/commands/select.ts";
import { rotate } from "../../src/run/plan.ts";
import { isInRound, latestPlan, MODES, type Mode, pairsOf, taskOf } from "../../src/run/plans/latest.ts";
import { type RunOptions, run } from "../../src/run/run.ts";
import { SUBJECTS } from "../../src/subjects/subjects.ts";
import type { Answer } from "../../src/worker/protocol.ts";
import type { HeapObservation, HeapRequest } from "../../src/workloads/heap/observe.ts";
import { type Pair, rowsOf } from "../../src/workloads/rows.ts";
import { ownClock } from "../own-clock.ts";

const pairs = pairsOf(
  selectSubjects(["npm-malloc", "uint8array", "bitset"], "default"),
  selectWorkloads(["git", "lifo", "find-last"], "default"),
);
const names = (list: readonly Pair[]) => list.map(({ subject, workload }) => `${subject.name} ${workload.name}`);
const finished = (best: number): HeapObservation => ({
  time: { stopped: false, best, turns: [best], first: best, replaysPerWindow: 1, warmReplays: 1, collections: 0 },
});

async function runWith(
  answer: (request: HeapRequest) => Answer,
  mode: Partial<Mode> = {},
  more: Partial<RunOptions> = {},
) {
  const requests: HeapRequest[] = [];
  const observed = await run(latestPlan(pairs, { ...MODES.default, rounds: 4, ...mode }), {
    signal: new AbortController().signal,
    ask: async ({ request }) => {
      requests.push(request as HeapRequest);
      return answer(request as HeapRequest);
    },
    ...more,
  });
  return { requests, observed };
}

describe("the plan", () => {
  test("has the loops that are taken off, and no subject where it does not fit", () => {
    expect(names(pairs)).toEqual([
      "nothing git",
      "nothing-objects git",
      "npm-malloc git",
      "uint8array git",
      "nothing lifo",
      "nothing-objects lifo",
      "npm-malloc lifo",
      "uint8array lifo",
      "nothing-bits find-last",
      "bitset find-last",
    ]);
  });

  test("leaves out who can't find without claiming", () => {
    const bits = pairsOf(selectSubjects(["bits"], "default"), selectWorkloads(["find-last"], "default"));
    expect(names(bits)).not.toContain("structurae-pool find-last");
    expect(names(bits)).toContain("roaring-wasm find-last");
  });

  test("turns the subjects of a workload by one each round", () => {
    expect(
      names(
        rotate(
          pairs,
          ({ workload }) => workload,
          () => 1,
        ),
      ).slice(0, 4),
    ).toEqual(["nothing-objects git", "npm-malloc git", "uint8array git", "nothing git"]);
  });

  test("has in a match who is compared: a workload's subjects, and workloads that belong together", () => {
    const matchesOf = (subjects: string[], workloads: string[], round = 0) => {
      const all = pairsOf(selectSubjects(subjects, "default"), selectWorkloads(workloads, "default"));
      const steps = latestPlan(all, MODES.default).rounds[round]!;
      return steps.flatMap((step) =>
        "turns" in step ? [step.cells.map(({ subject, workload }) => `${subject} ${workload}`).join(", ")] : [],
      );
    };
    expect(matchesOf(["native-c"], ["bulk", "one-by-one"])).toEqual([
      "nothing bulk, native-c bulk, nothing one-by-one, native-c one-by-one",
    ]);
    expect(matchesOf(["slab", "mimalloc"], ["git", "replace-256x64"])).toEqual([
      "nothing git, nothing-c git, slab git, mimalloc git",
      "nothing replace-256x64, nothing-c replace-256x64, slab replace-256x64, mimalloc replace-256x64",
    ]);
    expect(matchesOf(["slab", "npm-malloc"], ["git"], 1)).toEqual(["nothing git, slab git"]);
    expect(matchesOf(["slab"], ["batch-1k", "batch-1m"])).toEqual([
      "nothing batch-1k, slab batch-1k, nothing batch-1m, slab batch-1m",
    ]);
  });

  test("calls the slab in other ways on traces alone, and gives a start no turn", () => {
    const all = pairsOf(selectSubjects(["slab*"], "default"), selectWorkloads(["git", "first-1k"], "default"));
    expect(names(all)).toEqual([
      ...["nothing", "slab", "slab-argument", "slab-field", "slab-method", "slab-transferred", "slab-shared"].map(
        (name) => `${name} git`,
      ),
      "slab-lanes git",
      ...["nothing first-1k", "slab first-1k", "slab-shared first-1k", "slab-lanes first-1k"],
    ]);
    const { request } = taskOf(all.at(-1)!, ["time"], MODES.default);
    expect(request).toMatchObject({ takesTurns: true, budget: { warm: 0, turns: 0 } });
  });

  test("comes back to the traces each round, to others each third", () => {
    const rounds = (workload: string): number[] =>
      [0, 1, 2, 3].filter((round) => isInRound(pairs.find((pair) => pair.workload.name === workload)!, round));
    expect([rounds("git"), rounds("lifo")]).toEqual([
      [0, 1, 2, 3],
      [0, 3],
    ]);
    const often = (name: string): number[] =>
      [0, 1, 2, 3].filter((round) => {
        const subject = SUBJECTS.find((one) => one.name === name)!;
        return isInRound({ subject, workload: pairs[0]!.workload }, round);
      });
    // Who is asked for most, and the loops of those.
    for (const name of ["slab", "slab-method", "engine-c", "nothing-c"]) expect(often(name)).toEqual([0, 1, 2, 3]);
    for (const name of ["npm-malloc", "thi.ng", "nothing-objects"]) expect(often(name)).toEqual([0]);
  });
});

describe("run", () => {
  test("checks in the first round and times in all", async () => {
    const { requests } = await runWith(() => finished(5));
    const passes = (name: string) =>
      requests.flatMap((one) => (one.subject === name && one.workload === "git" ? [one.passes.join()] : []));
    expect(passes("nothing")).toEqual(["time,check,latency,touched", "time", "time", "time,touched"]);
    expect(passes("npm-malloc")).toEqual(["time,check,latency,touched"]);
    expect(requests.filter(({ workload }) => workload === "lifo")).toHaveLength(8);
  });

  test("asks no more where the first answer said all", async () => {
    const stopped: HeapObservation = { time: { stopped: true, atLeast: 9, soFar: 90, done: 1, events: 10 } };
    const answers: Record<string, Answer> = { "npm-malloc": stopped, uint8array: { error: "broken" } };
    const { requests } = await runWith(({ subject }) => answers[subject] ?? finished(1));
    const count = (name: string) => requests.filter((r) => r.subject === name && r.workload === "git").length;
    expect([count("npm-malloc"), count("uint8array"), count("nothing")]).toEqual([1, 1, 4]);
  });

  test("ends when the time is up, after the first round", async () => {
    const { observed } = await runWith(() => finished(1), { deadline: 0 });
    // One more for what fits in a heap of malloc.
    expect(observed).toHaveLength(pairs.length + 1);
  });

  test("ends when it is aborted, without the match that was cut off", async () => {
    const abort = new AbortController();
    let count = 0;
    const { observed } = await runWith(
      () => {
        if (++count === 7) abort.abort();
        return finished(1);
      },
      {},
      { signal: abort.signal },
    );
    // The filling and the match of git's trace; in the middle of the next it ended.
    expect(observed).toHaveLength(5);
    // As many as there are cores come to an end beside each other, of the four of that match.
    expect(count).toBeLessThanOrEqual(9);
  });

  test("warms up for less in the first round where the pace is too slow for its deadline", async () => {
    const traces = pairsOf(
      selectSubjects(["npm-malloc", "uint8array"], "default"),
      selectWorkloads(["traces"], "default"),
    );
    const warmedIn = async (deadline: number): Promise<number[]> => {
      const clock = ownClock();
      const warm: number[] = [];
      await run(latestPlan(traces, { ...MODES.default, rounds: 1, deadline }), {
        signal: new AbortController().signal,
        ask: async ({ request }) => {
          clock.pass(1000);
          if (request.kind === "heap") warm.push((request as HeapRequest).budget.warm);
          return finished(1);
        },
      });
      vi.restoreAllMocks();
      return warm;
    };
    const { warm } = MODES.default;
    // 7 matches of 4, and a filling. Of three matches the pace is known.
    expect(await warmedIn(27_000)).toEqual(Array(28).fill(warm));
    expect(await warmedIn(20_000)).toEqual([...Array(12).fill(warm), ...Array(16).fill(warm / 2)]);
  });
});

describe("rows", () => {
  test("take the loop's cost off, that of objects for objects", async () => {
    const best: Record<string, number> = { nothing: 3, "nothing-objects": 5, "npm-malloc": 30, uint8array: 50 };
    const { observed } = await runWith(({ subject }) => finished(best[subject] ?? 1));
    const rows = rowsOf(pairs, observed);
    const net = (subject: string) => rows.find((row) => row.subject === subject)!.net;
    expect(net("npm-malloc")).toBe(27);
    expect(net("uint8array")).toBe(45);
    expect(net("nothing")).toBeUndefined();
  });

  test("are the least of the processes, and how far they lie apart", async () => {
    let value = 9;
    const { observed } = await runWith(({ subject }) => finished(subject === "npm-malloc" ? --value : 1));
    const row = rowsOf(pairs, observed).find(
      ({ subject, workload }) => subject === "npm-malloc" && workload === "lifo",
    )!;
    expect(row.count).toBe(2);
    expect(row.high!).toBeGreaterThan(row.gross!);
  });

  test("that corrupt blocks have no time", async () => {
    const check = { corrupted: 2, failures: 0, refusedFrees: 1, events: 9 };
    const { observed } = await runWith(({ subject }) => ({
      ...finished(1),
      ...(subject === "npm-malloc" ? { check } : {}),
    }));
    const row = rowsOf(pairs, observed).find(({ subject }) => subject === "npm-malloc")!;
    expect(row).toMatchObject({ status: "corrupts", note: "2 blocks corrupted, 1 frees refused" });
    expect(row.gross).toBeUndefined();
  });

  test("that were not reached are missing", () => {
    expect(rowsOf(pairs, [])[0]).toMatchObject({ status: "missing", note: "not measured" });
  });
});
