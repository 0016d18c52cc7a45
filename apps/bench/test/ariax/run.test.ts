import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { deserialize } from "node:v8";
import type { Scenario } from "@ariax/trace";
import { describe, expect, test } from "vitest";
import { MODES, type Plan, planOf, roundOf, type Selection } from "../../src/ariax/plan.ts";
import type { Answer, Request } from "../../src/ariax/protocol.ts";
import { askWorker, type RunOptions, run } from "../../src/ariax/run.ts";
import { SCENARIOS } from "../../src/ariax/scenarios.ts";
import { SCENARIO_SUBJECTS } from "../../src/ariax/subjects.ts";
import { silent } from "../../src/progress.ts";
import { observation, realTime, stopped } from "./fixture.ts";

const NOTHING: Selection = { scenarios: undefined, sections: undefined, subjects: undefined };
const named = <T extends { name: string }>(all: readonly T[], ...names: string[]): T[] =>
  all.filter(({ name }) => names.includes(name));
const names = (plan: Plan) => plan.cells.map(({ scenario, subject }) => `${scenario.name} ${subject.name}`);

describe("the plan", () => {
  test("of a run of everything has all that there is; variants of a scenario for fewer subjects", () => {
    const plan = planOf(MODES.default, 10, NOTHING);
    expect(plan.sections).toEqual(["real-time", "parts", "browser"]);
    expect(new Set(plan.cells.map(({ scenario }) => scenario.name)).size).toBe(8);
    expect(names(plan)).toEqual(expect.arrayContaining(["tick thi.ng", "tick-60 gc", "game-frame phase-1"]));
    expect(names(plan)).not.toContain("tick-60 thi.ng");
  });

  test("of a quick run is smaller, and has no real time and no browser", () => {
    const plan = planOf(MODES.quick, 10, NOTHING);
    expect(plan.sections).toEqual(["parts"]);
    expect(names(plan)).not.toContain("tick-60 gc");
    expect(names(plan)).not.toContain("states malloc");
    expect(plan.cells.length).toBeLessThan(40);
  });

  test("is what was named, and the loop, which is taken off", () => {
    const plan = planOf(MODES.quick, 10, {
      scenarios: named(SCENARIOS, "tick-144"),
      sections: [],
      subjects: named(SCENARIO_SUBJECTS, "malloc"),
    });
    expect(names(plan)).toEqual(["tick-144 malloc", "tick-144 nothing"]);
    expect(plan.sections).toEqual([]);
  });

  test("begins each scenario with another subject, and each round too; later ones are of few subjects", () => {
    const { cells } = planOf(MODES.default, 10, { ...NOTHING, scenarios: named(SCENARIOS, "states", "serving") });
    const firsts = (round: number) =>
      ["states", "serving"].map(
        (name) => roundOf(cells, round).find(({ scenario }) => scenario.name === name)!.subject.name,
      );
    expect(firsts(0)).toEqual(["ariax", "gc"]);
    expect(firsts(1)).toEqual(["gc", "phase-2.1"]);
    expect(roundOf(cells, 0)).toHaveLength(cells.length);
    expect(
      roundOf(cells, 1)
        .map(({ subject }) => subject.name)
        .sort(),
    ).toEqual(["ariax", "ariax", "gc", "gc", "phase-2.1", "phase-2.1"]);
  });
});

const FACTS = (names: readonly string[]) => names.map((name) => ({ name, events: 1, steps: 1, peakBytes: 1 }));

async function runWith(
  answer: (request: Request) => Answer | undefined,
  plan: Partial<Plan> = {},
  options: Partial<RunOptions> = {},
) {
  const requests: Request[] = [];
  const all: Plan = {
    ...planOf(MODES.default, 3, {
      ...{ scenarios: named(SCENARIOS, "states", "serving"), sections: ["parts", "real-time"] },
      subjects: named(SCENARIO_SUBJECTS, "ariax", "gc", "native"),
    }),
    ...plan,
  };
  const found = await run(all, {
    ...{ progress: silent, signal: new AbortController().signal },
    ask: async (request) => {
      requests.push(request);
      const usual: Answer =
        request.kind === "make"
          ? { facts: FACTS(request.names) }
          : request.kind === "scenario"
            ? { scenario: observation(10) }
            : request.kind === "real-time"
              ? { realTime: realTime(request.frequency, 1, 1, 1) }
              : { figures: [] };
      return (answer(request) ?? usual) as never;
    },
    ...options,
  });
  return { found, requests };
}
const kinds = (requests: readonly Request[]): string[] =>
  requests.map((request) => request.kind).filter((kind, i, all) => kind !== all[i - 1]);

describe("a run", () => {
  test("makes the scenarios once, then goes on from what is asked for to more of the same", async () => {
    const { found, requests } = await runWith(() => undefined);
    expect(kinds(requests)).toEqual(["make", "scenario", "real-time", "part", "scenario"]);
    expect(found.realTime.map(({ frequency, arm }) => `${arm} ${frequency}`)).toEqual([
      ...["ariax 3.14159", "gc 3.14159", "ariax 60", "gc 60", "ariax 144", "gc 144", "ariax 1000", "gc 1000"],
    ]);
    expect(found.parts).toHaveLength(new Set(found.parts.map(({ part }) => part)).size);
    expect(
      found.scenarios
        .filter(({ subject }) => subject === "ariax")
        .map(({ round }) => round)
        .sort(),
    ).toEqual([...[0, 0, 1, 1, 2, 2]]);
    expect(found.facts.map(({ name }) => name)).toEqual(["states", "serving"]);
  });

  test("tells each worker where the scenario is, and its limits; and cleans up", async () => {
    const { requests } = await runWith(() => undefined);
    const make = requests.find((request) => request.kind === "make")!;
    const scenario = requests.find((request) => request.kind === "scenario")!;
    expect(scenario).toMatchObject({ limit: 1200, warm: 100, scale: 1 });
    expect(dirname(scenario.file!)).toBe(make.folder);
    expect(existsSync(make.folder)).toBe(false);
    expect(requests.find((request) => request.kind === "real-time")).toMatchObject({ seconds: 3 });
    expect(requests.find((request) => request.kind === "part")).toMatchObject({ quick: false });
  });

  test("asks one that is not here once, and one that did not come to its end not again", async () => {
    const { requests } = await runWith((request) => {
      if (request.kind !== "scenario") return undefined;
      if (request.subject === "native") return { unavailable: "no addon" };
      return request.subject === "ariax" && request.scenario === "serving" ? { scenario: stopped(9) } : undefined;
    });
    const asked = requests.flatMap((request) =>
      request.kind === "scenario" ? [`${request.subject} ${request.scenario}`] : [],
    );
    expect(asked.filter((one) => one.startsWith("native"))).toEqual(["native states"]);
    expect(asked.filter((one) => one === "ariax serving")).toHaveLength(1);
    expect(asked.filter((one) => one === "ariax states")).toHaveLength(3);
  });

  test("begins no later round once the time is up, but does all of the first", async () => {
    const { found } = await runWith(() => undefined, { mode: { ...MODES.default, deadline: 0 } });
    expect(found.scenarios.map(({ round }) => round)).toEqual(Array(8).fill(0));
    expect(found.realTime).toHaveLength(8);
  });

  test("lets scenarios take a quarter of their limit where all takes too long", async () => {
    const limitsOf = (requests: readonly Request[]) =>
      new Set(requests.flatMap((request) => (request.kind === "scenario" ? [request.limit] : [])));
    const slow = await runWith(() => undefined, { mode: { ...MODES.default, hurry: 0, deadline: 0 } });
    expect([...limitsOf(slow.requests)]).toEqual([300]);
  });

  test("ends when it is aborted, wherever it is, without what was cut off", async () => {
    for (const at of [1, 2, 9, 12, 20, 26]) {
      const abort = new AbortController();
      let count = 0;
      const { found, requests } = await runWith(
        () => {
          if (++count === at) abort.abort();
          return undefined;
        },
        {},
        { signal: abort.signal },
      );
      const all =
        found.scenarios.length + found.realTime.length + found.parts.length + (found.facts.length > 0 ? 1 : 0);
      expect([all, requests.length]).toEqual([at - 1, at]);
    }
  });

  test("goes on where a worker fails, and throws where there are no scenarios", async () => {
    const { found } = await runWith((request) => (request.kind === "make" ? undefined : { error: "it crashed" }));
    expect(found.parts[0]!.answer).toEqual({ error: "it crashed" });
    await expect(runWith((request) => (request.kind === "make" ? { error: "no disk" } : undefined))).rejects.toThrow(
      /^no disk$/,
    );
  });

  test("asks a browser after the parts, where there is to be one", async () => {
    let asked = 0;
    const browse = async () => {
      asked++;
      return { version: "1", observations: [] };
    };
    const { found } = await runWith(() => undefined, {}, { browse });
    expect([asked, found.browser]).toEqual([1, { version: "1", observations: [] }]);
    expect((await runWith(() => undefined)).found).not.toHaveProperty("browser");
  });
});

describe("a worker", { timeout: 30_000 }, () => {
  test("keeps scenarios in files, and another one does them from there", async () => {
    const { mkdtempSync, rmSync } = await import("node:fs");
    const { tmpdir } = await import("node:os");
    const { join } = await import("node:path");
    const folder = mkdtempSync(join(tmpdir(), "ariax-bench-"));
    const made = await askWorker({ kind: "make", names: ["serving"], scale: 0.02, folder });
    const scenario = SCENARIOS.find(({ name }) => name === "serving")!.make(0.02);
    expect(made).toEqual({
      facts: [
        {
          ...{ name: "serving", events: scenario.trace.events, steps: 100, peakBytes: scenario.trace.peakBytes },
          utilisation: expect.closeTo(0.96, 1),
        },
      ],
    });
    const file = join(folder, "serving");
    expect(deserialize(readFileSync(file))).toEqual(scenario satisfies Scenario);
    const limits = { scale: 0.02, limit: 1000, warm: 5 };
    const answer = await askWorker({ kind: "scenario", scenario: "serving", subject: "gc", file, ...limits });
    expect(answer).toMatchObject({
      scenario: {
        done: scenario.trace.events,
        events: scenario.trace.events,
        stopped: false,
        checksum: expect.any(Number),
      },
    });
    rmSync(folder, { recursive: true });
  });

  test("that is stopped says how far it came, and has no sum", async () => {
    const limits = { scale: 0.02, limit: 0, warm: 0 };
    const answer = await askWorker({ kind: "scenario", scenario: "states", subject: "slab", ...limits });
    expect(answer).toMatchObject({ scenario: { stopped: true, done: 10_000, events: 50_000 } });
    expect(answer).not.toHaveProperty(["scenario", "checksum"]);
  });

  test("that fails answers in one line", async () => {
    expect(await askWorker({ kind: "part", part: "flux capacitor", quick: true })).toEqual({
      error: "there is no part flux capacitor",
    });
  });
});
