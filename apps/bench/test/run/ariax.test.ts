import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize } from "node:v8";
import type { Scenario } from "@ariax/trace";
import { describe, expect, test } from "vitest";
import { ariaxPlan, type Chosen, choose, MODES } from "../../src/run/plans/ariax.ts";
import { ask } from "../../src/run/processes.ts";
import { type RunOptions, run } from "../../src/run/run.ts";
import { SCENARIO_SUBJECTS } from "../../src/subjects/programs/subjects.ts";
import { type Answer, isFound, type Task } from "../../src/worker/protocol.ts";
import { PARTS } from "../../src/workloads/parts/parts.ts";
import type { MakeRequest, ScenarioRequest } from "../../src/workloads/scenarios/observe.ts";
import { SCENARIOS } from "../../src/workloads/scenarios/scenarios.ts";
import { scratch } from "../commands/scratch.ts";
import { observation, stopped } from "../report/ariax-fixture.ts";

const named = <T extends { name: string }>(all: readonly T[], ...names: string[]): T[] =>
  all.filter(({ name }) => names.includes(name));
const names = ({ pairs }: Chosen) => pairs.map(({ workload, subject }) => `${workload.name} ${subject.name}`);

describe("the plan", () => {
  test("of a run of everything has all that there is; variants of a scenario for fewer subjects", () => {
    const plan = choose(MODES.default, 10);
    expect(plan.sections).toEqual(["real-time", "parts", "browser"]);
    expect(new Set(plan.pairs.map(({ workload }) => workload.name)).size).toBe(9);
    expect(names(plan)).toEqual(expect.arrayContaining(["tick thi.ng", "tick-60 gc", "game-frame phase-1"]));
    expect(names(plan)).not.toContain("tick-60 thi.ng");
  });

  test("of a quick run is smaller, and has no real time and no browser", () => {
    const plan = choose(MODES.quick, 10);
    expect(plan.sections).toEqual(["parts"]);
    expect(names(plan)).not.toContain("tick-60 gc");
    expect(names(plan)).not.toContain("states npm-malloc");
    expect(plan.pairs.length).toBeLessThan(40);
  });

  test("is what was named, and the loop, which is taken off", () => {
    const plan = choose(MODES.quick, 10, {
      scenarios: named(SCENARIOS, "tick-144"),
      sections: [],
      subjects: named(SCENARIO_SUBJECTS, "npm-malloc"),
    });
    expect(names(plan)).toEqual(["tick-144 npm-malloc", "tick-144 nothing"]);
    expect(plan.sections).toEqual([]);
  });

  test("begins each scenario with another subject, and each round too; later ones are of few subjects", () => {
    const scenarios = named(SCENARIOS, "states", "serving");
    const chosen = choose(MODES.default, 10, { scenarios, sections: [] });
    const [[making, ...first], ...later] = ariaxPlan(chosen, "").rounds as [unknown[], ...unknown[][]] as never as [
      [{ workload: string }, ...{ workload: string; subject: string }[]],
      ...{ workload: string; subject: string }[][],
    ];
    const firsts = (round: readonly { workload: string; subject: string }[]) =>
      ["states", "serving"].map((name) => round.find(({ workload }) => workload === name)!.subject);
    expect(making.workload).toBe("making the scenarios");
    expect([firsts(first), firsts(later[0]!)]).toEqual([
      ["ariax", "gc"],
      ["gc", "phase-2.1"],
    ]);
    expect([first.length, later.length]).toEqual([chosen.pairs.length, 2]);
    expect(later[0]!.map(({ subject }) => subject).sort()).toEqual([
      "ariax",
      "ariax",
      "gc",
      "gc",
      "phase-2.1",
      "phase-2.1",
    ]);
  });
});

async function runWith(
  answer: (request: ScenarioRequest) => Answer | undefined,
  chosen: Partial<Chosen> = {},
  options: Partial<RunOptions> = {},
) {
  const tasks: (Task & { request: ScenarioRequest })[] = [];
  const all: Chosen = {
    ...choose(MODES.default, 3, {
      ...{ scenarios: named(SCENARIOS, "states", "serving"), sections: ["parts", "real-time"] },
      subjects: named(SCENARIO_SUBJECTS, "ariax", "gc", "native"),
    }),
    ...chosen,
  };
  const observed = await run(ariaxPlan(all, "folder"), {
    signal: new AbortController().signal,
    ask: async (task) => {
      tasks.push(task as (typeof tasks)[0]);
      const { kind } = task.request;
      const usual = kind === "scenarios" && !("names" in task.request) ? observation(10) : { kind };
      return answer(task.request as ScenarioRequest) ?? usual;
    },
    ...options,
  });
  const of = (kind: string) => observed.filter((one) => one.kind === kind && one.subject !== "");
  return { observed, of, tasks, requests: tasks.map(({ request }) => request) };
}

describe("a run", () => {
  test("makes the scenarios once, then goes on from what is asked for to more of the same", async () => {
    const { of, requests } = await runWith(() => undefined);
    const kinds = requests.map((one) => ("names" in one ? "making" : one.kind));
    expect(kinds.filter((kind, i) => kind !== kinds[i - 1])).toEqual([
      ...["making", "scenarios", "real-time", "parts", "scenarios"],
    ]);
    expect(of("real-time").map(({ workload, subject }) => `${subject} ${workload}`)).toEqual([
      ...["ariax 3.14159 Hz", "gc 3.14159 Hz", "ariax 60 Hz", "gc 60 Hz"],
      ...["ariax 144 Hz", "gc 144 Hz", "ariax 1000 Hz", "gc 1000 Hz"],
    ]);
    expect(of("parts").map(({ subject }) => subject)).toEqual(PARTS.map(({ name }) => name));
    const rounds = of("scenarios").flatMap(({ subject, round }) => (subject === "ariax" ? [round] : []));
    expect(rounds).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test("tells each worker where the scenario is, and its limits", async () => {
    const { tasks, requests } = await runWith(() => undefined);
    const [making, scenario] = requests as never as [MakeRequest, ScenarioRequest];
    expect(making).toMatchObject({ names: ["states", "serving"], scale: 1, folder: "folder" });
    expect(scenario).toMatchObject({ limit: 1200, warm: 100, scale: 1, file: join("folder", "states") });
    const timed = tasks.find(({ request }) => request.kind === "real-time")!;
    expect([timed.patience, timed.request]).toMatchObject([63_000, { seconds: 3, frequency: 3.14159 }]);
    expect(requests.find(({ kind }) => kind === "parts")).toMatchObject({ quick: false });
    for (const { flags } of tasks) expect(flags).toEqual(["--expose-gc"]);
  });

  test("asks one that is not here once, and one that did not come to its end not again", async () => {
    const { requests } = await runWith(({ kind, subject, workload }) => {
      if (kind === "scenarios" && subject === "native") return { unavailable: "no addon" };
      return subject === "ariax" && workload === "serving" ? stopped(9) : undefined;
    });
    const asked = requests.flatMap(({ kind, subject, workload }) =>
      kind === "scenarios" ? [`${subject} ${workload}`] : [],
    );
    expect(asked.filter((one) => one.startsWith("native"))).toEqual(["native states"]);
    expect(asked.filter((one) => one === "ariax serving")).toHaveLength(1);
    expect(asked.filter((one) => one === "ariax states")).toHaveLength(3);
  });

  test("goes on with the arms where there is no browser for them", async () => {
    const { of } = await runWith(({ kind }) => (kind === "browser" ? { unavailable: "no Chromium" } : undefined), {
      sections: ["browser"],
    });
    expect(of("browser").map(({ subject }) => subject)).toEqual(["ariax", "gc"]);
    expect(of("scenarios").filter(({ subject }) => subject === "gc")).toHaveLength(6);
  });

  test("begins no later round once the time is up, but does all of the first", async () => {
    const { of } = await runWith(() => undefined, { mode: { ...MODES.default, deadline: 0 } });
    expect(of("scenarios").map(({ round }) => round)).toEqual(Array(8).fill(0));
    expect(of("real-time")).toHaveLength(8);
  });

  test("lets scenarios take a quarter of their limit where all takes too long", async () => {
    const { requests } = await runWith(() => undefined, { mode: { ...MODES.default, hurry: 0, deadline: 0 } });
    const limits = requests.flatMap((one) => (one.kind === "scenarios" && one.subject !== "" ? [one.limit] : []));
    expect(new Set(limits)).toEqual(new Set([300]));
  });

  test("ends when it is aborted, wherever it is, without what was cut off", async () => {
    for (const at of [1, 2, 9, 12, 20, 26]) {
      const abort = new AbortController();
      let count = 0;
      const { observed, requests } = await runWith(
        () => {
          if (++count === at) abort.abort();
          return undefined;
        },
        {},
        { signal: abort.signal },
      );
      expect([observed.length, requests.length]).toEqual([at - 1, at]);
    }
  });

  test("goes on where a worker fails, and throws where there are no scenarios", async () => {
    const { of } = await runWith((request) => ("names" in request ? undefined : { error: "it crashed" }));
    expect(of("parts")[0]!.observation).toEqual({ error: "it crashed" });
    await expect(runWith(() => ({ error: "no disk" }))).rejects.toThrow(/^no disk$/);
  });
});

describe("a worker", () => {
  const of = (more: object, kind = "scenarios", subject = "", workload = ""): Task => ({
    ...{ request: { kind, subject, workload, ...more }, patience: 600_000, flags: ["--expose-gc"] },
  });

  test("keeps scenarios in files, and another one does them from there", async () => {
    const made = await ask(of({ names: ["serving"], scale: 0.02, folder: scratch() }));
    const scenario = SCENARIOS.find(({ name }) => name === "serving")!.make(0.02);
    const { events, peakBytes } = scenario.trace;
    const facts = { name: "serving", events, steps: 100, peakBytes, utilisation: expect.closeTo(0.96, 1) };
    expect(made).toEqual({ facts: [facts] });
    const file = join(scratch(), "serving");
    expect(existsSync(file)).toBe(true);
    expect(deserialize(readFileSync(file))).toEqual(scenario satisfies Scenario);
    const answer = await ask(of({ file, scale: 0.02, limit: 600_000, warm: 0 }, "scenarios", "gc", "serving"));
    expect(answer).toMatchObject({ done: events, events, stopped: false, checksum: expect.any(Number) });
  });

  test("that is stopped says how far it came, and has no sum", async () => {
    const answer = await ask(of({ scale: 0.02, limit: 0, warm: 0 }, "scenarios", "slab", "states"));
    expect(answer).toMatchObject({ stopped: true, done: 10_000, events: 50_000 });
    expect(isFound(answer) && "checksum" in answer).toBe(false);
  });

  test("that fails answers in one line", async () => {
    expect(await ask(of({ quick: true }, "parts", "flux capacitor", "parts"))).toEqual({
      error: "there is no part flux capacitor",
    });
    expect(await ask(of({}, "no-such-kind"))).toMatchObject({ unavailable: expect.stringMatching(/^Cannot find mod/) });
  });
});
