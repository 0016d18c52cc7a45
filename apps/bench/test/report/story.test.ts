import { describe, expect, test } from "vitest";
import { renderPage } from "../../src/report/html/page.ts";
import { makeStory, perBlock, type Story } from "../../src/report/story/report.ts";
import { showStory } from "../../src/report/story/sections.ts";
import { renderText } from "../../src/report/text.ts";
import type { Observed } from "../../src/worker/protocol.ts";
import type { PhaseObservation } from "../../src/workloads/story/observe.ts";

const AT = { date: new Date("2030-01-02T03:04:05Z"), seconds: 9, partial: false };

const of = (subject: string, observation: Observed<PhaseObservation>["observation"]): Observed => ({
  ...{ kind: "story", workload: "story", subject, round: 0, observation },
});
/** An observation of made-up times: of allocating, of freeing, and the calls of each. */
const observed = (
  phase: "phase-1" | "phase-2" | "phase-2.1",
  allocate: number,
  free: number,
  calls: readonly [number, number] = [0, 0],
): Observed =>
  of(phase, {
    first: { allocate: 10 * allocate, free: 10 * free },
    steady: { allocate, free },
    systemCalls: { allocate: calls[0], free: calls[1] },
    runs: 9,
  });
const missing = (unavailable: string): Observed => of("phase-2", { unavailable });
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
const storyOf = (...all: readonly Observed[][]): Story => ({
  ...makeStory(all.flat(), AT),
  machine: MACHINE,
});
/** Its lines, with single spaces. */
const linesOf = (story: Story): string[] =>
  renderText(showStory(story))
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
    expect(story).toMatchObject({ schema: 2, partial: false, allocations: 6685, processes: 3 });
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
      ({ what, value, wanted, ok }) => `${what}: ${value}, ${wanted}, ${ok ? "met" : "missed"}`,
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
    const alone = { ...makeStory([ONE[0]!], { ...AT, partial: true }), machine: MACHINE };
    expect(linesOf(alone)[1]).toBe("2030-01-02, 6,685 allocations a run, 1 process a phase, stopped before its end");
  });

  test("show AriaX's figures, ours, and the calls", () => {
    expect(lines).toContain("│ phase-1 │ 0.12 µs │ 60.0 │ 100 │ 90.0–200 │ 1,000 │ 0 + 0 │");
    expect(lines).toContain("│ phase-2 │ 6.457 µs │ 4,250 │ 10,050 │ 10,000–10,100 │ 100,500 │ 1 + 1 │");
    expect(lines).toContain("│ phase-2.1 │ 0.05 µs │ 10.0 │ 18.0 │ 15.0–20.0 │ 180 │ 0 + 0 │");
    expect(lines).toContain("│ phase-2 ÷ phase-1 │ 54× │ 70× │ 100× │");
    expect(lines).toContain("│ phase-2 ÷ phase-2.1 │ 129× │ 425× │ 558× │");
    expect(lines).toContain("│ phase-1 ÷ phase-2.1 │ 2.4× │ 6.0× │ 5.6× │");
    expect(lines).toContain("│ Phase 2.1 faster than Phase 2, allocate + free │ 558× │ ≥ 500× │ met │");
  });

  test("name a phase that is not here, once, and leave its numbers empty", () => {
    const without = linesOf(storyOf(ONE, [missing(WHY), missing(WHY)], TWO_ONE));
    expect(without).toContain("│ phase-2 │ 6.457 µs │ │ │ │ │ │");
    expect(without.filter((line) => line.includes("unavailable"))).toEqual([`phase-2: unavailable, ${WHY}`]);
    expect(without).toContain("│ phase-2 ÷ phase-2.1 │ 129× │ │ │");
    expect(without.join("\n")).not.toContain("faster than");
  });
});

describe("the page", () => {
  const story = storyOf(ONE, [missing("it needs <this>")], TWO_ONE);
  const page = renderPage(showStory(story));

  test("fetches nothing", () => {
    expect(page).not.toMatch(/<(script|link|img|iframe)[^>]*(src|href)=/);
    expect(page).not.toMatch(/@import|url\(/);
  });

  test("has its scripts whole: the library, the data, the drawing", () => {
    const scripts = page.match(/<script[\s\S]*?<\/script>/g)!;
    expect(scripts).toHaveLength(3);
    expect(scripts[0]).toContain("Chart.js v4");
    const data = JSON.parse(scripts[1]!.replace(/^<script[^>]*>|<\/script>$/g, ""));
    expect(data).toEqual(JSON.parse(JSON.stringify(showStory(story).charts)));
    expect(scripts[2]).toContain("prefers-color-scheme");
  });

  test("shows text as text, and the numbers of the tables", () => {
    expect(page).not.toMatch(/<CPU>|<this>/);
    expect(page).toContain("A &lt;CPU&gt;, 2 cores, Node 24.0.0");
    expect(page).toContain("<span>not measured: it needs &lt;this&gt;</span>");
    expect(page).toContain("<strong>18.0 ns</strong>");
    expect(page).toContain("<td>phase-1</td><td>0.12 µs</td><td>60.0</td><td>100</td><td>90.0–200</td><td>1,000</td>");
    expect(page).toContain("<td>phase-2 ÷ phase-2.1</td><td>129×</td><td></td><td></td>");
    expect(page).toContain("target ≤ 50 ns: met");
  });
});

test("a phase that fails has no numbers, and is a fault", () => {
  const story = storyOf(ONE, [of("phase-2", { error: "it crashed" })], TWO_ONE);
  expect(story.chapters[1]).toMatchObject({ phase: "phase-2", unavailable: "it crashed", isFault: true });
  expect(story.chapters[0]).not.toHaveProperty("isFault");
});
