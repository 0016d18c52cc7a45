import { describe, expect, test } from "vitest";
import { renderPage } from "../../src/report/html/page.ts";
import { renderText } from "../../src/report/text.ts";
import { figuresIn, nsOf } from "../../src/report/threads/figures.ts";
import type { ThreadsReport } from "../../src/report/threads/parts.ts";
import { makeThreads } from "../../src/report/threads/report.ts";
import { showThreads } from "../../src/report/threads/sections.ts";
import { THREAD_MODES, THREAD_NAMES } from "../../src/run/plans/threads.ts";
import type { Observed } from "../../src/worker/protocol.ts";

const AT = { date: new Date("2030-01-02T03:04:05Z"), seconds: 9, partial: false };
const CHOSEN = { mode: THREAD_MODES.default, workloads: THREAD_NAMES };
const MACHINE = {
  ...{ cpu: "A CPU", cores: 2, memoryGiB: 8, system: "Linux 6 x64", node: "24.0.0", v8: "13.6", commit: "abc" },
};

const of = (workload: string, subject: string, observation: object, round = 0): Observed => ({
  ...{ kind: "threads", workload, subject, round, observation },
});
type Windows = Record<string, number[][]>;
const windows = (workload: string, subject: string, found: Windows, round = 0): Observed =>
  of(workload, subject, { windows: found }, round);
const trace = (subject: string, best: number): Observed => ({
  ...{ kind: "heap", workload: "jq", subject, round: 0, observation: { time: { stopped: false, best } } },
});
const report = (...observed: readonly Observed[]): ThreadsReport => ({
  ...makeThreads(CHOSEN, observed, AT),
  machine: MACHINE,
});
const targets = (...observed: readonly Observed[]): string[] =>
  report(...observed).targets.map(
    ({ what, value, interval, wanted, ok }) =>
      `${what}: ${value}${interval === undefined ? "" : ` (${interval})`}, ${wanted}, ${ok ? "met" : "missed"}`,
  );

describe("a window's time", () => {
  test("is one thread's for a unit", () => {
    expect(nsOf([10])).toBe(10);
    expect(nsOf([10, 10])).toBe(10);
    // 0.1 + 0.05 a ns are done by two.
    expect(nsOf([10, 20])).toBeCloseTo(40 / 3, 9);
    expect(nsOf([10, 1e12])).toBeCloseTo(20, 6);
  });

  test("counts where it is the least, of all matches or of one", () => {
    const figures = figuresIn([
      windows("xmalloc", "lanes", { 1: [[9], [8], [7]] }),
      windows("xmalloc", "lanes", { 1: [[6], [9]] }, 1),
    ]);
    expect(figures.least("xmalloc", "lanes", "1")).toBe(6);
    expect(figures.least("xmalloc", "lanes", "1", 0)).toBe(7);
    expect(figures.least("xmalloc", "lanes", "2")).toBeUndefined();
    expect(figures.least("xmalloc", "spin", "1")).toBeUndefined();
  });
});

test("two threads are compared with each alone, not with their mean", () => {
  const figures = figuresIn([
    windows("own", "lanes", {
      "alone 0": [[10], [12]],
      "alone 1": [[40]],
      2: [
        [20, 80],
        [10, 50],
      ],
    }),
    windows("own", "lanes", { "alone 0": [[10]], "alone 1": [[40]], 2: [[20, 40]] }, 1),
  ]);
  expect(figures.speedup("own", "lanes")).toEqual({ value: 1.8, matches: [1.8, 1.5] });
});

describe("a ratio", () => {
  const both = [
    windows("xmalloc", "lanes", { 1: [[10]], 2: [[34, 34]] }),
    windows("xmalloc", "nothing", { 1: [[4]], 2: [[4, 4]] }),
    windows("xmalloc", "lanes", { 1: [[9]], 2: [[40, 40]] }, 1),
  ];
  const [above, below] = [
    { subject: "lanes", mode: "2" },
    { subject: "lanes", mode: "1" },
  ];

  test("is of least windows, and of those of each match", () => {
    expect(figuresIn(both).ratio("xmalloc", above, below)).toEqual({ value: 34 / 9, matches: [3.4, 40 / 9] });
  });

  test("less the loop is of the matches in which that was", () => {
    const loop = "nothing";
    const net = figuresIn(both).ratio("xmalloc", { ...above, loop }, { ...below, loop });
    expect(net).toEqual({ value: 5, matches: [5] });
  });

  test("is none where a side is missing, or not above its loop", () => {
    const figures = figuresIn(both);
    expect(figures.ratio("xmalloc", above, { subject: "spin", mode: "2" })).toBeUndefined();
    const noise = figuresIn([both[0]!, windows("xmalloc", "nothing", { 1: [[10]], 2: [[4, 4]] })]);
    expect(noise.ratio("xmalloc", { ...above, loop: "nothing" }, { ...below, loop: "nothing" })).toBeUndefined();
  });
});

describe("the targets", () => {
  test("that were not measured are absent", () => {
    expect(targets()).toEqual([]);
    expect(targets(of("xmalloc-c", "mimalloc", { unavailable: "no C compiler" }))).toEqual([]);
  });

  test("are rounded to the side that is worse", () => {
    const scratch = (two: number) => windows("cache-scratch", "lanes", { 1: [[1]], 2: [[two, two]] });
    const what = "cache-scratch, two threads ÷ one";
    expect(targets(scratch(1.1))).toEqual([`${what}: 1.10×, ≤ 1.1×, met`]);
    expect(targets(scratch(1.1001))).toEqual([`${what}: 1.11×, ≤ 1.1×, missed`]);
    const handed = (bare: number) => [
      of("hand-over-1", "offset", { windows: { bare: [[100]], written: [[1]] }, latency: [] }),
      of("hand-over-1", "copies", { windows: { bare: [[bare]], written: [[1]] }, latency: [] }),
    ];
    const ratio = "a record of 1 KiB handed over: a copy's time ÷ an offset's";
    expect(targets(...handed(500))).toEqual([`${ratio}: 5.00×, ≥ 5×, met`]);
    expect(targets(...handed(499.9))).toEqual([`${ratio}: 4.99×, ≥ 5×, missed`]);
  });

  test("of a heap used by one thread are over the traces", () => {
    expect(targets(trace("nothing", 2), trace("slab-shared", 10), trace("slab-lanes", 11))).toEqual([
      "lanes ÷ private heap, one thread, seven traces: 1.10×, ≤ 1.1×, met",
    ]);
  });

  test("of contended threads are times by ours, with those of each match", () => {
    const own = (subject: string, ns: number, round = 0) =>
      windows("own", subject, { "alone 0": [[ns]], "alone 1": [[ns]], 2: [[ns, ns]] }, round);
    expect(
      targets(own("lanes", 10), own("spin", 60), own("wait", 99), own("lanes", 10, 1), own("spin", 70, 1)),
    ).toEqual([
      "throughput of two threads ÷ one, a trace each: 2.00× (2.00–2.00), ≥ 1.9×, met",
      "two threads: a spin lock's time ÷ ours: 6.00× (6.00–7.00), ≥ 5×, met",
      "two threads: a wait/notify lock's time ÷ ours: 9.90×, ≥ 10×, missed",
    ]);
  });

  test("of bytes held are of the last quarter, by the second one", () => {
    const held = (subject: string, bytes: readonly number[]) =>
      of("held", subject, { samples: bytes.map((one, i) => [i, one]), by: "system", blocks: 7 });
    const ours = held("lanes", [1, 5, 100, 100, 110, 120, 130, 130]);
    expect(report(ours).held[0]).toMatchObject({ end: 130, growth: 1.3 });
    expect(targets(ours, held("mimalloc", [100, 100, 100, 100, 100, 100, 100, 100]))).toEqual([
      "bytes held by producer and consumer ÷ mimalloc's: 1.30×, ≤ 1.3×, met",
      "the same at the end ÷ after a quarter of the time: 1.30×, ≤ 1.05×, missed",
    ]);
  });

  test("of a thread that is stopped go both ways", () => {
    const stopped = (rates: Record<"running" | "stopped" | "killed", number[]>) =>
      of("stopped", "lanes", { victims: [{ call: "free", ...rates }] });
    const all = targets(stopped({ running: [90, 100, 400], stopped: [95], killed: [105.1] }));
    expect(all).toEqual([
      "another thread's throughput while one is stopped in a call: −5.0 %, ± 5 %, met",
      "another thread's throughput after one was killed in a call: +5.1 %, ± 5 %, missed",
    ]);
  });
});

describe("what is shown", () => {
  const observed = [
    ...[trace("nothing", 2), trace("slab-shared", 10), trace("slab-lanes", 11)],
    windows("own", "lanes", { "alone 0": [[10]], "alone 1": [[12]], 2: [[11, 11]], 4: [[44, 44, 44, 44]] }),
    windows("own", "spin", { "alone 0": [[50]], "alone 1": [[50]], 2: [[100, 100]], 4: [[200, 200, 200, 200]] }),
    windows("xmalloc", "nothing", { 1: [[4]], 2: [[4, 4]] }),
    windows("xmalloc", "lanes", { 1: [[14]], 2: [[24, 24]] }),
    of("xmalloc-c", "mimalloc", { windows: { 1: [[8]], 2: [[20, 20]] }, version: "mimalloc 9.9" }),
    of("xmalloc-c", "jemalloc", { unavailable: "not installed (libjemalloc.so)" }),
    windows("cache-scratch", "lanes", { 1: [[1]], 2: [[1, 1]] }),
    of("hand-over-1", "offset", {
      ...{ windows: { bare: [[100]], written: [[900]] } },
      latency: [{ name: "polled", p50: 0.5, p99: 2, count: 200 }],
    }),
    of("held", "lanes", { samples: [1, 2, 3, 4].map((i) => [1000 * i, 2 ** 20]), by: "heap", blocks: 1234567 }),
    of("stopped", "lanes", { victims: [{ call: "free", running: [100], stopped: [100], killed: [99], blocks: 3 }] }),
    of("stopped", "spin", { victims: [{ call: "allocate", running: [50], stopped: [0], killed: [0] }] }),
    of("stopped", "wait", { error: "it <hangs>" }),
  ];
  const shown = showThreads(report(...observed));
  const lines = renderText(shown)
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim());

  test("has a line for each", () => {
    expect(lines[1]).toBe("2030-01-02, default run; nothing is claimed above 2 threads, as there are so many cores");
    expect(lines).toContain("│ jq │ 2.00 │ 10.0 │ 11.0 │ 1.10× │ 1.13× │");
    expect(lines).toContain("│ lanes │ 90.9 │ 182 │ 90.9 │ 2.00× │");
    expect(lines).toContain("│ spin │ 20.0 │ 20.0 │ 20.0 │ 1.00× │");
    expect(lines).toContain("│ lanes │ 14.0 │ 24.0 │ 10.0 │ 20.0 │ 2.00× │");
    expect(lines).toContain("│ mimalloc │ 8.00 │ 20.0 │ │ │ │");
    expect(lines).toContain("mimalloc 9.9");
    expect(lines).toContain("│ offset, 1 KiB │ 100 │ 900 │ polled 0.500 (p99 2.00) │".replace("0.500", "0.50"));
    expect(lines).toContain("│ lanes │ 1.0 MiB │ 1.00× │ 1.0 MiB │ 1,234,567 │ the heap │");
    expect(lines).toContain("│ lanes │ 100 │ 100 │ +0.0 % │ 99.0 │ −1.0 % │ free │");
    expect(lines).toContain("│ spin │ 50.0 │ 0.00 │ −100.0 % │ 0.00 │ −100.0 % │ allocate │");
    expect(lines).toContain("jemalloc: unavailable, not installed (libjemalloc.so)");
    expect(lines).toContain("wait on stopped: it <hangs>");
  });

  test("has its charts on the page", () => {
    const titles = shown.charts.map(({ title }) => title);
    expect(titles).toEqual([
      "Throughput by threads",
      "A thread is stopped in a call, and killed",
      "Bytes held by a producer and a consumer",
      "A record handed to another thread",
    ]);
    const [throughput, killed] = shown.charts as [(typeof shown.charts)[0], (typeof shown.charts)[0]];
    expect(throughput.x!.values).toEqual([1, 2, 4]);
    expect(killed.series.map(({ values }) => values)).toEqual([
      [100, 100],
      [100, 0],
      [99, 0],
    ]);
    const page = renderPage(shown);
    expect(page).not.toContain("<hangs>");
    expect(page).toContain("it &lt;hangs&gt;");
  });

  test("is nothing but its head where nothing was measured", () => {
    expect(showThreads(report()).sections).toEqual([]);
    expect(showThreads(report()).charts).toEqual([]);
  });
});
