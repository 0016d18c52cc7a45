import { expect, test } from "vitest";
import { build } from "../../packages/native/scripts/build.ts";
import { isAvailable } from "../../packages/native/src/index.ts";
import { featureTable } from "../lib/features.ts";
import { gpuTables } from "../lib/gpu-results.ts";
import { between } from "../lib/markers.ts";
import { kvTables, resultTables, storyTable, threadsTable } from "../lib/results.ts";
import { published, readText } from "../lib/workspace.ts";

build();
const reason = isAvailable() ? "" : " (skipped: there is no native addon here)";
test.skipIf(!isAvailable())(`the README's feature table is that of the traits (else: pnpm readme)${reason}`, () => {
  const readme = readText("README.md");
  expect(between(readme, "features", featureTable())).toBe(readme);
});

test("the table of packages has each, with all of ours that it needs", () => {
  const rows = readText("README.md").matchAll(
    /^\| .* \| \[`@ariax\/([\w-]+)`\]\(packages\/\1\/README\.md\) \| (.*?) ?\|$/gm,
  );
  const said = [...rows].map(([, id, needs]) => [id, [...needs!.matchAll(/`([\w-]+)`/g)].map(([, name]) => name)]);
  const needed = published.map(({ id, manifest: { dependencies, peerDependencies } }) => [
    id,
    Object.keys({ ...dependencies, ...peerDependencies })
      .filter((name) => name.startsWith("@ariax/"))
      .map((name) => name.slice("@ariax/".length)),
  ]);
  // Not in the table but in a section of its own: what carries AriaX's names.
  expect(said.sort()).toEqual(needed.filter(([id]) => id !== "consciousness").sort());
});

test("between replaces what stands between the markers, and nothing else", () => {
  const text = "a\n<!-- x:begin, by hand -->\nold\n<!-- x:end -->\nb\n";
  expect(between(text, "x", "$1\n")).toBe("a\n<!-- x:begin, by hand -->\n$1\n<!-- x:end -->\nb\n");
  expect(() => between(text, "y", "")).toThrow('no markers "y:begin" and "y:end"');
});

test("a bench run becomes four tables, each below its heading", () => {
  const row = { workload: "git", subject: "slab", status: "ok", gross: 12.34 };
  const stopped = { workload: "redis", subject: "thi.ng", status: "stopped", gross: 2000.4 };
  const text = resultTables({
    date: "2026-01-02T03:04:05Z",
    machine: { cpu: "A CPU", cores: 2, node: "24.0.0", commit: "abc1234" },
    rows: [row, stopped],
    targets: [
      { what: "speed", value: "1×", wanted: "≥ 2×", ok: false },
      { what: "ratio", value: "1.5×", interval: "1.40–1.60", wanted: "≤ 2×", ok: true },
    ],
    replacement: {
      traces: ["replace-256x64", "replace-8192x8-64"],
      times: [{ name: "slab", values: [20, 30], mean: 24.5 }],
      ratios: [{ name: "slab ÷ assemblyscript", values: [0.5, 1], mean: 0.707 }],
    },
    againstC: {
      traces: ["git", "jq"],
      times: [{ name: "mimalloc", values: [6.81, null], mean: null }],
      ratios: [{ name: "slab ÷ mimalloc", values: [1.6, 2], mean: 1.789 }],
    },
  });
  expect(text).toContain("\n| mimalloc | 6.8 |  |  |\n| slab ÷ mimalloc | 1.60 | 2.00 | 1.79 |\n");
  expect(text).toContain("\n| slab | 12.3 |  |  |  |  |  |  |\n");
  expect(text).toContain("\n| thi.ng |  |  |  |  |  | > 2000 |  |\n");
  expect(text).toContain("\n| speed | 1× |  | ≥ 2× | missed |\n| ratio | 1.5× | 1.40–1.60 | ≤ 2× | met |\n");
  expect(text).toContain("\n|  | 256 × 64 | 8192 × 8-64 | geometric mean |\n");
  expect(text).toContain("\n| slab | 20.0 | 30.0 | 24.5 |\n| slab ÷ assemblyscript | 0.50 | 1.00 | 0.71 |\n");
  expect(text).toMatch(/^A CPU, 2 cores, Node 24\.0\.0, 2026-01-02, commit abc1234\.\n/);
  expect(text.match(/^## .*$/gm)).toEqual([
    "## Seven recorded programs",
    "## Beside allocators in C",
    "## Replacement",
    "## Goals",
  ]);
});

test("a run of the story becomes one", () => {
  const machine = { cpu: "A CPU", cores: 2, node: "24.0.0", commit: "abc1234" };
  const phase = { title: "Phase 2", what: "slow", original: 6457 };
  const measured = { allocate: { median: 3881.2 }, pair: { median: 7683 }, systemCalls: { allocate: 1, free: 1 } };
  const chapters = [
    { ...phase, ...measured },
    { ...phase, unavailable: "no C compiler" },
  ];
  const text = storyTable({ date: "2026-01-02T03:04:05Z", machine, chapters });
  expect(text).toContain("\n| Phase 2: slow | 6,457 | 3,880 | 7,680 | 2 |\n");
  expect(text).toContain("\n| Phase 2: slow | 6,457 | unavailable: no C compiler |  |  |\n");
});

test("the threads' table has the targets, and who was not measured at a number of threads", () => {
  const text = threadsTable({
    ...{ date: "2026-01-02T03:04:05Z", machine: { cpu: "A CPU", cores: 2, node: "24.0.0", commit: "abc" } },
    targets: [
      { what: "two threads ÷ one", value: "1.95×", interval: "1.92–1.96", wanted: "≥ 1.9×", ok: true },
      { what: "cache-scratch", value: "1.20×", wanted: "≤ 1.1×", ok: false },
    ],
    throughput: [
      {
        subject: "lanes",
        perMicrosecond: [
          [1, 100.4],
          [2, 199.6],
        ],
      },
      { subject: "spin", perMicrosecond: [[1, 33.33]] },
    ],
  });
  expect(text.split("\n")).toEqual([
    "A CPU, 2 cores, Node 24.0.0, 2026-01-02, commit abc; nothing is claimed above 2 threads.",
    "",
    "|  | reached | in matches | wanted |  |",
    "| --- | ---: | ---: | ---: | --- |",
    "| two threads ÷ one | 1.95× | 1.92–1.96 | ≥ 1.9× |  |",
    "| cache-scratch | 1.20× |  | ≤ 1.1× | missed |",
    "",
    "Events a µs of so many threads together, each on a recorded program of its own, the loop (`nothing`) included:",
    "",
    "| threads | 1 | 2 |",
    "| --- | ---: | ---: |",
    "| lanes | 100 | 200 |",
    "| spin | 33.3 |  |",
    "",
  ]);
});

test("a run of GPU memory's streams becomes a table for each, and who has no room of its own has no figures of it", () => {
  const text = gpuTables(
    {
      date: "2026-01-02T03:04:05Z",
      machine: { cpu: "A CPU", cores: 2, node: "24.0.0", commit: "abc1234" },
      rows: [
        { workload: "small", subject: "nothing", ns: 2, refused: 0, moved: 0 },
        {
          workload: "small",
          subject: "ours",
          ns: 102.4,
          net: 100.4,
          refused: 1234,
          peak: 1.02,
          largest: 0.3,
          moved: 0,
        },
        { workload: "large", subject: "moves", ns: 50, net: 48, refused: 0, peak: 1, largest: 0.5, moved: 0.125 },
      ],
    },
    new Map([
      ["small", "few meshes"],
      ["large", "many"],
    ]),
  );
  const head = ["|  | ns | net | refused | peak | largest free | moved |", `| ---${" | ---:".repeat(6)} |`];
  expect(text.startsWith("## Parts of GPU memory\n\n")).toBe(true);
  expect(text.slice(text.indexOf("A CPU")).split("\n")).toEqual([
    ...["A CPU, 2 cores, Node 24.0.0, 2026-01-02, commit abc1234.", "", "*small*: few meshes.", "", ...head],
    "| nothing | 2.0 |  |  |  |  |  |",
    "| ours | 102 | 100 | 1,234 | 102.0 % | 30.0 % |  |",
    ...["", "*large*: many.", "", ...head, "| moves | 50.0 | 48.0 | 0 | 100.0 % | 50.0 % | 0.13× |", ""],
  ]);
});

test("a run of the key/value cache's books becomes three", () => {
  const text = kvTables({
    date: "2026-01-02T03:04:05Z",
    machine: { cpu: "A CPU", cores: 2, node: "24.0.0", commit: "abc1234" },
    ...{ blocks: 24_576, traceBlocks: 10_000 },
    targets: [{ what: "find, hit, a block", value: "20.1 ns", wanted: "≤ 30 ns", ok: true }],
    operations: [
      {
        name: "find, hit",
        times: [
          { subject: "pool", net: 20.06 },
          { subject: "map", net: 400 },
        ],
        vllm: { low: 384, high: 384 },
      },
      { name: "find, miss", times: [{ subject: "pool", net: 9 }] },
    ],
    calls: [{ name: "a token", subject: "KvPager", ns: 12, vllm: { low: 3260, high: 3260 } }],
    traces: [{ name: "conversation", times: [{ subject: "pool", net: 100 }], vllm: { low: 1300, high: 2700 } }],
    scale: [
      {
        name: "find, hit",
        subject: "pool",
        points: [
          [1000, 10],
          [1_000_000, 20],
        ],
      },
      { name: "find, hit", subject: "map", points: [[1000, 99]] },
    ],
  });
  expect(text).toContain("commit abc1234;\n24,576 blocks, of traces 10,000.\n");
  expect(text).toContain("\n| find, hit | 20.1 |  | 400 | 384 | 19× |\n| find, miss | 9.0 |  |  |  |  |\n");
  expect(text).toContain("\n| a token, `KvPager` | 12.0 |  |  | 3,260 | 271× |\n");
  expect(text).toContain("\n| conversation trace | 100 |  |  | 1,300–2,700 | 13× |\n");
  expect(text).toContain("\n|  | 1,000 | 1,000,000 |\n| --- | ---: | ---: |\n| find, hit | 10.0 | 20.0 |\n\n");
  expect(text).toContain("\n| find, hit, a block | 20.1 ns | ≤ 30 ns |  |\n");
});
