import { describe, expect, test } from "vitest";
import { selectSubjects, selectWorkloads } from "../../src/commands/select.ts";
import { renderComparison } from "../../src/report/comparison.ts";
import { changesOf, comparePlan, overall } from "../../src/run/plans/compare.ts";
import { pairsOf } from "../../src/run/plans/latest.ts";
import { run } from "../../src/run/run.ts";
import type { Answer } from "../../src/worker/protocol.ts";
import { call } from "../commands/call.ts";

const pairs = pairsOf(selectSubjects(["npm-malloc"], "full"), selectWorkloads(["git", "jq"], "full")).filter(
  ({ subject }) => subject.origin !== "loop",
);
const finished = (best: number): Answer => ({
  time: { stopped: false, best, turns: [best], first: best, replaysPerWindow: 1, warmReplays: 1, collections: 0 },
});

async function compareWith(answer: (side: "base" | "head", workload: string, n: number) => Answer, rounds = 6) {
  const order: string[] = [];
  const observed = await run(comparePlan(pairs, rounds, 1, "base-worker"), {
    signal: new AbortController().signal,
    ask: async ({ worker, request: { workload, subject } }) => {
      const side = worker === "base-worker" ? "base" : "head";
      expect(subject).toBe("npm-malloc");
      order.push(side);
      return answer(side, workload, order.length);
    },
  });
  return { changes: changesOf(pairs, observed), order };
}

describe("compare", () => {
  test("alternates who goes first", async () => {
    const { order } = await compareWith(() => finished(1), 2);
    expect(order.join(" ")).toBe("base head head base head base base head");
  });

  test("sees a change that is in every pair, though the machine's pace moves more", async () => {
    const { changes } = await compareWith((side, _, n) =>
      finished((side === "head" ? 1.1 : 1) * (10 + Math.floor((n - 1) / 2))),
    );
    const [git] = changes;
    expect(Math.exp(git!.logRatio!.estimate)).toBeCloseTo(1.1, 9);
    expect(git!.logRatio!.low).toBeGreaterThan(0);
    const text = renderComparison(changes, "0123456789abcdef", false).replace(/ +/g, " ");
    expect(text).toContain("base 0123456789 against the working tree\n");
    expect(text).toMatch(/malloc on git │ [\d.]+ │ [\d.]+ │ \+10\.0 % │ \+10\.0 % … \+10\.0 % │ slower/);
    expect(text).toMatch(/all │ │ │ \+10\.0 %/);
  });

  test("sees none in noise", async () => {
    const { changes } = await compareWith((_, __, n) => finished([10, 11, 12, 9][n % 4]!));
    expect(renderComparison(changes, "0123456789", false)).toContain("no difference seen");
  });

  test("names what has no time, and leaves it out of the sum", async () => {
    const { changes } = await compareWith((side, workload) =>
      workload === "jq" && side === "base" ? { error: "no such export" } : finished(3),
    );
    const [git, jq] = changes;
    expect(jq).toMatchObject({ note: "no such export", logRatios: [] });
    expect(overall([git!, jq!])).toEqual({ estimate: 0, low: 0, high: 0 });
  });
});

describe("the command", () => {
  const HINT = "\n  pnpm bench compare --help says what is possible\n";

  test.each([
    [["--base", "no-such-revision"], '--base: "no-such-revision" is no commit of this repository'],
    [["--base", ""], '--base: "" is no commit of this repository'],
    [[], "required option '--base <revision>' not specified"],
    [["--base", "HEAD", "--subject", ""], "option '--subject <name...>' argument '' is invalid. It has an empty name."],
    [["--base", "HEAD", "--subject", "mimalloc"], "none of the subjects can be compared on any of the workloads"],
    [
      ["--base", "HEAD", "--rounds", "1"],
      "option '--rounds <n>' argument '1' is invalid. It is a whole number from 2 to 1000.",
    ],
  ])("%j ends with 2", async (args, message) => {
    expect(await call(["compare", ...args])).toEqual({ code: 2, out: "", err: message + HINT });
  });
});
