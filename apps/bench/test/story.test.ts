import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { renderStoryPage } from "../src/html/story-page.ts";
import { createPhase } from "../src/phases/phases.ts";
import { measure, type PhaseObservation } from "../src/story/measure.ts";
import { observePhase } from "../src/story/process.ts";
import { ALLOCATIONS, CAPACITY, sizes } from "../src/story/run.ts";
import { makeStory, type Observed, perBlock, type Story } from "../src/story/story.ts";
import { renderStory } from "../src/story/table.ts";
import { mapped } from "./mapped.ts";

const DATE = new Date("2030-01-02T03:04:05Z");

/** An observation of made-up times: of allocating, of freeing, and the calls of each. */
const observed = (
  phase: Observed["phase"],
  allocate: number,
  free: number,
  calls: readonly [number, number] = [0, 0],
) => ({
  phase,
  observation: {
    first: { allocate: 10 * allocate, free: 10 * free },
    steady: { allocate, free },
    systemCalls: { allocate: calls[0], free: calls[1] },
    runs: 9,
  },
});
const missing = (reason: string): Observed => {
  const none = { allocate: 0, free: 0 };
  return {
    phase: "phase-2",
    observation: { first: none, steady: none, systemCalls: none, runs: 0, unavailable: reason },
  };
};
const ONE = [observed("phase-1", 60, 40), observed("phase-1", 50, 40), observed("phase-1", 90, 110)];
const TWO = [observed("phase-2", 4000, 6000, [1, 1]), observed("phase-2", 4500, 5600, [1, 1])];
const TWO_ONE = [observed("phase-2.1", 9, 6), observed("phase-2.1", 11, 9), observed("phase-2.1", 10, 8)];
const WHY = "it needs a C compiler: install gcc or clang, or name one in $CC";

const MACHINE = {
  cpu: "A <CPU>",
  cores: 2,
  memoryGiB: 8,
  system: "Linux 6 x64",
  node: "24.0.0",
  v8: "13.6",
  commit: "abc",
};
const storyOf = (...all: readonly Observed[][]): Story => ({ ...makeStory(all.flat(), DATE), machine: MACHINE });
/** Its lines, with single spaces. */
const linesOf = (story: Story): string[] =>
  renderStory(story)
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim());

describe("a story's numbers", () => {
  const story = storyOf(ONE, TWO, TWO_ONE);
  const [one, two, twoOne] = story.chapters as [Story["chapters"][0], Story["chapters"][0], Story["chapters"][0]];

  test("are the medians of the processes, with their spread", () => {
    expect(one.allocate).toEqual({ median: 60, low: 50, high: 90, count: 3 });
    expect(one.pair).toEqual({ median: 100, low: 90, high: 200, count: 3 });
    expect(one.firstPair).toEqual({ median: 1000, low: 900, high: 2000, count: 3 });
    expect(two.pair).toEqual({ median: 10_050, low: 10_000, high: 10_100, count: 2 });
    expect(twoOne.pair!.median).toBe(18);
    expect(story).toMatchObject({ schema: 1, partial: false, allocations: 6685, processes: 3 });
  });

  test("have AriaX's own beside them", () => {
    expect(story.chapters.map(({ original, originalCalls }) => [original, originalCalls])).toEqual([
      [120, undefined],
      [6457, 6685],
      [50, 0],
    ]);
    expect(story.ratios.map(({ original }) => Number(original.toFixed(2)))).toEqual([53.81, 129.14, 2.4]);
  });

  test("compare the medians, of allocating alone and with the free", () => {
    expect(story.ratios.map(({ slow, fast, allocate, pair }) => [slow, fast, allocate, pair])).toEqual([
      ["phase-2", "phase-1", 4250 / 60, 100.5],
      ["phase-2", "phase-2.1", 425, 10_050 / 18],
      ["phase-1", "phase-2.1", 6, 100 / 18],
    ]);
  });

  test("count the most system calls that any process made", () => {
    expect([one.systemCalls, two.systemCalls]).toEqual([
      { allocate: 0, free: 0 },
      { allocate: 1, free: 1 },
    ]);
    const some = storyOf(TWO_ONE, [observed("phase-2.1", 9, 6, [0.001, 0])]);
    expect(some.chapters[2]!.systemCalls).toEqual({ allocate: 0.001, free: 0 });
  });

  test("of a phase that is not here, or was not reached, are none, and it is said why", () => {
    const without = storyOf(ONE, [missing(WHY), missing(WHY)]);
    expect(without.chapters[1]).toMatchObject({ phase: "phase-2", unavailable: WHY });
    expect(without.chapters[1]).not.toHaveProperty("pair");
    expect(without.chapters[2]).toMatchObject({ phase: "phase-2.1", unavailable: "not measured" });
    expect(without.ratios[1]).toEqual({ slow: "phase-2", fast: "phase-2.1", original: 6457 / 50 });
  });
});

describe("the targets", () => {
  const goals = (...all: readonly Observed[][]) =>
    storyOf(...all).goals.map(
      ({ what, value, wanted, met }) => `${what}: ${value}, ${wanted}, ${met ? "met" : "missed"}`,
    );
  const CALLS = "Phase 2.1, system calls per allocation in steady state";
  const FASTER = "Phase 2.1 faster than Phase 2, allocate + free";
  const TIME = "Phase 2.1, allocate + free, by AriaX's own target";

  test("are met", () => {
    expect(goals(ONE, TWO, TWO_ONE)).toEqual([
      `${CALLS}: 0, 0, met`,
      `${FASTER}: 558×, ≥ 500×, met`,
      `${TIME}: 18.0 ns, ≤ 50 ns, met`,
    ]);
  });

  test("are missed, by however little, and never look met", () => {
    const slow = [observed("phase-2.1", 30, 20.01, [0, 1 / 6685])];
    expect(goals(ONE, [observed("phase-2", 20_000, 4999, [1, 1])], slow)).toEqual([
      `${CALLS}: 0.00015, 0, missed`,
      `${FASTER}: 499×, ≥ 500×, missed`,
      `${TIME}: 50.1 ns, ≤ 50 ns, missed`,
    ]);
    expect(goals([observed("phase-2", 20_000, 4999, [1, 1])], [observed("phase-2.1", 30, 20)])[1]).toBe(
      `${FASTER}: 499×, ≥ 500×, missed`,
    );
  });

  test("that were not measured are absent, not met", () => {
    expect(goals(ONE, [missing(WHY)], TWO_ONE)).toEqual([`${CALLS}: 0, 0, met`, `${TIME}: 18.0 ns, ≤ 50 ns, met`]);
    expect(goals(ONE, TWO)).toEqual([]);
    expect(goals()).toEqual([]);
  });

  test("show few calls as what they come to for a block", () => {
    expect([0, 1, 2, 1 / 6685, 0.5, 13_370 / 6685].map(perBlock)).toEqual(["0", "1", "2", "0.00015", "0.5", "2"]);
  });
});

describe("the tables", () => {
  const lines = linesOf(storyOf(ONE, TWO, TWO_ONE));

  test("begin with the machine and the run", () => {
    expect(lines.slice(0, 2)).toEqual([
      "A <CPU>, 2 cores, Node 24.0.0, V8 13.6, commit abc",
      "2030-01-02, 6,685 allocations a run, 3 processes a phase, the median of theirs",
    ]);
    const alone = { ...makeStory([ONE[0]!], DATE, true), machine: MACHINE };
    expect(linesOf(alone)[1]).toBe("2030-01-02, 6,685 allocations a run, 1 process a phase, stopped before its end");
  });

  test("show AriaX's figures, ours, and the calls", () => {
    expect(lines).toContain("│ phase-1 │ 0.12 µs │ 60.0 │ 100 │ 90.0–200 │ 1,000 │ 0 + 0 │");
    expect(lines).toContain("│ phase-2 │ 6.457 µs │ 4,250 │ 10,050 │ 10,000–10,100 │ 100,500 │ 1 + 1 │");
    expect(lines).toContain("│ phase-2.1 │ 0.05 µs │ 10.0 │ 18.0 │ 15.0–20.0 │ 180 │ 0 + 0 │");
    expect(lines).toContain("│ phase-2 by phase-1 │ 54× │ 70× │ 100× │");
    expect(lines).toContain("│ phase-2 by phase-2.1 │ 129× │ 425× │ 558× │");
    expect(lines).toContain("│ phase-1 by phase-2.1 │ 2.4× │ 6.0× │ 5.6× │");
    expect(lines).toContain("│ Phase 2.1 faster than Phase 2, allocate + free │ 558× │ ≥ 500× │ met │");
  });

  test("name a phase that is not here, once, and leave its numbers empty", () => {
    const without = linesOf(storyOf(ONE, [missing(WHY), missing(WHY)], TWO_ONE));
    expect(without).toContain("│ phase-2 │ 6.457 µs │ │ │ │ │ │");
    expect(without.filter((line) => line.includes("unavailable"))).toEqual([`phase-2: unavailable, ${WHY}`]);
    expect(without).toContain("│ phase-2 by phase-2.1 │ 129× │ │ │");
    expect(without.join("\n")).not.toContain("faster than");
  });
});

describe("the page", () => {
  const story = storyOf(ONE, [missing("it needs <this>")], TWO_ONE);
  const page = renderStoryPage(story);

  test("fetches nothing", () => {
    expect(page).not.toMatch(/<(script|link|img|iframe)[^>]*(src|href)=/);
    expect(page).not.toMatch(/@import|url\(/);
  });

  test("has its scripts whole: the library, the data, the drawing", () => {
    const scripts = page.match(/<script[\s\S]*?<\/script>/g)!;
    expect(scripts).toHaveLength(3);
    expect(scripts[0]).toContain("Chart.js v4");
    const { chapters, ratios, allocations } = JSON.parse(JSON.stringify(story));
    const data = JSON.parse(scripts[1]!.replace(/^<script[^>]*>|<\/script>$/g, ""));
    expect(data).toEqual({ chapters, ratios, allocations });
    expect(scripts[2]).toContain("prefers-color-scheme");
  });

  test("shows text as text, and the numbers of the tables", () => {
    expect(page).not.toMatch(/<CPU>|<this>/);
    expect(page).toContain("A &lt;CPU&gt;, 2 cores");
    expect(page).toContain("<span>not measured: it needs &lt;this&gt;</span>");
    expect(page).toContain("<strong>18.0 ns</strong>");
    expect(page).toContain("<td>Phase 1</td><td>0.12 µs</td><td>60.0</td><td>100</td><td>90.0–200</td><td>1,000</td>");
    expect(page).toContain("<td>Phase 2 by Phase 2.1</td><td>129×</td><td></td><td></td>");
    expect(page).toContain("target ≤ 50 ns: ok");
  });
});

describe("a run", () => {
  test("is 6,685 blocks of 24 to 256 bytes, the same each time", () => {
    const all = sizes();
    expect([all.length, Math.min(...all), Math.max(...all)]).toEqual([ALLOCATIONS, 24, 256]);
    expect(sizes()).toEqual(all);
    expect(new Set(all).size).toBe(233);
  });

  test("frees all that it made, and is counted in runs", async () => {
    const phase = await createPhase("phase-2.1", CAPACITY);
    const { runs, systemCalls, first, steady } = measure(phase, 2);
    expect({ runs, systemCalls }).toEqual({ runs: 2, systemCalls: { allocate: 0, free: 0 } });
    for (const { allocate, free } of [first, steady]) expect(Math.min(allocate, free)).toBeGreaterThan(0);
    expect(phase.stats()).toMatchObject({ blocks: 0, live: 0 });
    expect(phase.stats().peakReserved).toBeLessThan(CAPACITY / 2);
  });

  test("counts the calls of each half apart", async () => {
    const phase = await createPhase("phase-1", CAPACITY);
    let calls = 0;
    const { allocate, free } = phase;
    const counting = Object.assign(phase, {
      allocate(size: number) {
        calls++;
        return allocate.call(phase, size);
      },
      free(offset: number) {
        calls += 3;
        free.call(phase, offset);
      },
      systemCalls: () => calls,
    });
    expect(measure(counting, 2).systemCalls).toEqual({ allocate: 1, free: 3 });
  });

  test("whose process fails is an error of one line", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ariax-story-"));
    const worker = join(folder, "worker.mjs");
    writeFileSync(worker, "process.stderr.write('no luck\\n'); process.exit(3);");
    await expect(observePhase("phase-1", worker)).rejects.toThrow(/^phase-1: no luck$/);
    writeFileSync(worker, "process.exit(3);");
    await expect(observePhase("phase-1", worker)).rejects.toThrow(/^phase-1: the worker ended with exit code 3$/);
    rmSync(folder, { recursive: true });
  });
});

describe("the command", { timeout: 60_000 }, () => {
  const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ariax-story-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const call = (args: readonly string[], env: NodeJS.ProcessEnv = process.env) => {
    const all = { ...env, ARIAX_BENCH_RESULTS: folder };
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8", env: all });
    return { status, stdout, stderr };
  };
  const positive = { allocate: expect.any(Number), free: expect.any(Number) };
  const summary = { median: expect.any(Number), low: expect.any(Number), high: expect.any(Number), count: 1 };

  test("measures, and writes what it shows", () => {
    const [json, page] = [join(folder, "out.json"), join(folder, "out.html")];
    const { status, stdout, stderr } = call(["story", "--processes", "1", "--json", json, "--html", page]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^(\d of at most 3 .*\n)*$/) });
    const text = readFileSync(json, "utf8");
    const story = JSON.parse(text) as Story;
    expect(stdout).toBe(renderStory(story));
    expect(readFileSync(page, "utf8")).toBe(renderStoryPage(story));
    expect(readFileSync(join(folder, "story.json"), "utf8")).toBe(text);
    expect(readFileSync(join(folder, "story.html"), "utf8")).toBe(renderStoryPage(story));

    expect(story).toMatchObject({ schema: 1, partial: false, allocations: 6685, processes: 1 });
    expect(Object.keys(story.machine)).toEqual(["cpu", "cores", "memoryGiB", "system", "node", "v8", "commit"]);
    const names = ["phase-1", "phase-2", "phase-2.1"];
    expect(story.chapters.map(({ phase }) => phase)).toEqual(names);
    expect(story.observations.map(({ phase }) => phase)).toEqual(names);
    for (const [i, { phase, observation }] of story.observations.entries()) {
      if (phase === "phase-2" && mapped.reason !== undefined) continue;
      const perBlock = phase === "phase-2" ? { allocate: 1, free: 1 } : { allocate: 0, free: 0 };
      expect(observation).toEqual({
        ...{ first: positive, steady: positive, systemCalls: perBlock, runs: expect.any(Number) },
      } satisfies PhaseObservation);
      expect(observation.runs).toBeGreaterThanOrEqual(9);
      expect(story.chapters[i]).toMatchObject({
        ...{ allocate: summary, pair: summary, firstPair: summary, systemCalls: perBlock },
      });
    }
  });

  test("gives the JSON alone where that is asked for", () => {
    const { status, stdout } = call(["story", "--processes", "1", "--json", "-"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, allocations: 6685 });
  });

  test("goes without phase 2 where there is no compiler, and says so once, by name", () => {
    const { status, stdout } = call(["story", "--processes", "1"], { ...process.env, PATH: folder, CC: "" });
    expect(status).toBe(0);
    expect(stdout.split("\n").filter((line) => line.includes("unavailable"))).toEqual([`phase-2: unavailable, ${WHY}`]);
  });

  test("stopped by Ctrl-C shows what was measured until then, and ends with 130", async () => {
    vi.stubEnv("ARIAX_BENCH_RESULTS", folder);
    vi.resetModules();
    const { main } = await import("../src/cli.ts");
    let out = "";
    const stream = { write: (text: string) => (out += text), isTTY: false } as unknown as NodeJS.WriteStream;
    const code = main(["story", "--processes", "100", "--json", "-"], { out: stream, err: stream });
    await setTimeout(1000);
    // As if the signal had come: its newest listener is the command's.
    process.listeners("SIGINT").at(-1)!("SIGINT");
    expect(await code).toBe(130);
    vi.unstubAllEnvs();
    const { partial, observations } = JSON.parse(out) as Story;
    expect(partial).toBe(true);
    expect(observations.length).toBeLessThan(300);
    expect(JSON.parse(readFileSync(join(folder, "story.json"), "utf8"))).toMatchObject({ partial: true });
  });

  const HINT = "\n  pnpm bench story --help says what is possible\n";
  test.each([
    [
      ["story", "--processes", "0"],
      "option '--processes <n>' argument '0' is invalid. It is a whole number from 1 to 100.",
    ],
    [["story", "--processes"], "option '--processes <n>' argument missing"],
    [["story", "--proceses", "3"], "unknown option '--proceses'\n(Did you mean --processes?)"],
    [["story", "--quick"], "unknown option '--quick'"],
    [["--quick", "story"], "story has no option --quick"],
    [["--json", "x", "story"], "story has no option --json"],
    [["story", "phase-2"], "too many arguments for 'story'. Expected 0 arguments but got 1: phase-2."],
  ])("%j ends with 2", (args, message) => {
    expect(call(args)).toEqual({ status: 2, stdout: "", stderr: message + HINT });
  });
});
