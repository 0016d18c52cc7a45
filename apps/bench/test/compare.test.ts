import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { compare, overall } from "../src/compare/compare.ts";
import { renderComparison } from "../src/compare/table.ts";
import { cellsOf } from "../src/plan.ts";
import type { Observation } from "../src/protocol.ts";
import { selectSubjects, selectWorkloads } from "../src/select.ts";

const cells = cellsOf(selectSubjects(["malloc"], "full"), selectWorkloads(["git", "jq"], "full")).filter(
  ({ subject }) => subject.origin !== "loop",
);
const finished = (best: number): Observation => ({
  time: { stopped: false, best, windows: [best], replaysPerWindow: 1, warmReplays: 1, collections: 0 },
});

function compareWith(answer: (side: "base" | "head", workload: string, n: number) => Observation, rounds = 6) {
  const order: string[] = [];
  const changes = compare(cells, "base-worker", {
    rounds,
    budget: 1,
    limit: 1,
    signal: new AbortController().signal,
    say() {},
    observe: async ({ workload }, worker) => {
      const side = worker === "base-worker" ? "base" : "head";
      order.push(side);
      return answer(side, workload, order.length);
    },
  });
  return { changes, order };
}

describe("compare", () => {
  test("alternates who goes first", async () => {
    const { changes, order } = compareWith(() => finished(1), 2);
    await changes;
    expect(order.join(" ")).toBe("base head head base head base base head");
  });

  test("sees a change that is in every pair, though the machine's pace moves more", async () => {
    const { changes } = compareWith((side, _, n) =>
      finished((side === "head" ? 1.1 : 1) * (10 + Math.floor((n - 1) / 2))),
    );
    const [git] = await changes;
    expect(Math.exp(git!.logRatio!.estimate)).toBeCloseTo(1.1, 9);
    expect(git!.logRatio!.low).toBeGreaterThan(0);
    const text = renderComparison(await changes, "0123456789abcdef", false).replace(/ +/g, " ");
    expect(text).toContain("base 0123456789 against the working tree\n");
    expect(text).toMatch(/malloc on git │ [\d.]+ │ [\d.]+ │ \+10\.0 % │ \+10\.0 % … \+10\.0 % │ slower/);
    expect(text).toMatch(/all │ │ │ \+10\.0 %/);
  });

  test("sees none in noise", async () => {
    const { changes } = compareWith((_, __, n) => finished([10, 11, 12, 9][n % 4]!));
    expect(renderComparison(await changes, "0123456789", false)).toContain("no difference seen");
  });

  test("names what has no time, and leaves it out of the sum", async () => {
    const { changes } = compareWith((side, workload) =>
      workload === "jq" && side === "base" ? { error: "no such export" } : finished(3),
    );
    const [git, jq] = await changes;
    expect(jq).toMatchObject({ note: "no such export", logRatios: [] });
    expect(overall([git!, jq!])).toEqual({ estimate: 0, low: 0, high: 0 });
  });
});

describe("the command", () => {
  const command = (...args: string[]) => {
    const main = fileURLToPath(new URL("../src/compare/main.ts", import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
    return { status, stderr };
  };

  test.each([
    [["--base", "no-such-revision"], '--base: "no-such-revision" is no commit of this repository\n'],
    [[], "required option '--base <revision>' not specified\n"],
    [
      ["--base", "HEAD", "--rounds", "1"],
      "option '--rounds <n>' argument '1' is invalid. It is a whole number from 2 to 1000.\n",
    ],
  ])("%j ends with 2", (args, stderr) => expect(command(...args)).toEqual({ status: 2, stderr }));
});
