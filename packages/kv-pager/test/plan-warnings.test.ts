/** What the command warns of stands in all that it writes: standard error, the tables, JSON and the page. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generateTrace, Planner } from "../src/plan/index.ts";
import { escapeHtml } from "../src/plan/show/escape.ts";
import { lines, run, traceFolder } from "./plan-command.ts";
import { TRACES } from "./traces.ts";

const { file, folder } = traceFolder();

async function warningsOf(args: readonly string[], name: string): Promise<string[]> {
  const page = join(folder, `${name}.html`);
  const full = await run(["plan", ...args, "--blocks", "9", "--policy", "vllm", "--json", "--full", "--page", page]);
  expect(full.code).toBe(0);
  const { warnings } = JSON.parse(full.out) as { warnings: string[] };
  const tables = await run(["plan", ...args, "--blocks", "9", "--policy", "vllm"]);
  const html = readFileSync(page, "utf8");
  for (const warning of warnings) {
    expect(full.err).toContain(`kv-pager: ${warning}\n`);
    expect(tables.out).toContain(`warning: ${warning}\n`);
    expect(html).toContain(`<p class="warning">${escapeHtml(warning)}.</p>`);
  }
  expect(html.split('<p class="warning">').length - 1).toBe(warnings.length);
  expect(tables.out.split("\nwarning: ").length - 1).toBe(warnings.length);
  return warnings;
}

test("lines that were left out", async () => {
  const path = file(`${lines([1, 2])}oops\n${lines([1, 2])}`);
  expect(await warningsOf([path, "--skip-malformed"], "malformed")).toEqual([`${path}: 1 malformed line left out`]);
});

test("what a reader notes", async () => {
  const path = file('[1,[["BlockStored",[1,2],null,[],16]]]\n');
  expect(await warningsOf([path], "vllm")).toEqual([
    `${path}: the engine stored 2 blocks, 0 of them again, and removed 0; requests that it found whole are not in its events`,
  ]);
});

test("blocks of a size that the trace does not say", async () => {
  const path = file('{"hash_ids":[1,2],"input_length":32}\n{"hash_ids":[1,2,3],"input_length":33}\n');
  expect(await warningsOf([path], "size")).toEqual([
    "blocks of 16 tokens are planned with: the requests' lengths say blocks of 16 tokens",
  ]);
});

test("a name that commands a terminal is no command in the tables", async () => {
  const { out } = await run(["plan", file("hash_ids,\u202egone\n1,2\n"), "--blocks", "9"]);
  expect(out).toContain("warning: ");
  expect(out).not.toContain("\u202e");
});

test("a hash behind two others is said once, with its line", async () => {
  const path = file(lines([1, 2], [1, 2, 5], [3, 2], [2], [5, 1]));
  expect(await warningsOf([path], "branch")).toEqual([
    `${path}:3: hash 2 comes behind 3, and came behind 1 before: a hash must stand for its block and all before it, in all traces alike, else hits are too many`,
  ]);
});

test.each([
  [[["a", "b"], ["b"]], { request: 2, hash: "b", behind: undefined, before: "a" }],
  [[["a"], ["b", "a"]], { request: 2, hash: "a", behind: "b", before: undefined }],
  [[["a", "a"]], { request: 1, hash: "a", behind: "a", before: undefined }],
  [[[1, 2, 3], [], [1, 2, 4], [1], [1, 2, 3]], undefined],
])("of %j", (prompts, branch) => {
  const planner = new Planner({ capacities: [] });
  for (const hashes of prompts) planner.add({ hashes });
  expect(planner.branch).toEqual(branch);
});

test("times that run backwards are said once, with their line, also from one trace to the next", async () => {
  const at = (...times: number[]) =>
    file(times.map((timestamp) => `{"hash_ids":[1],"timestamp":${timestamp}}\n`).join(""));
  const path = at(5, 9, 9, 7, 1);
  expect(await warningsOf([path], "backwards")).toEqual([
    `${path}:4: timestamps run backwards, from 9 to 7 ms: working sets and reuse in time are off`,
  ]);
  const next = at(0);
  expect(await warningsOf([at(0, 5), next], "next")).toEqual([
    `${next}:1: timestamps run backwards, from 5 to 0 ms: working sets and reuse in time are off`,
  ]);
});

test("events in order are, whatever request ends first", async () => {
  const path = file(
    [
      '[1,[["BlockStored",[1],null,[],16]]]',
      '[1.1,[["BlockStored",[7],null,[],16]]]',
      '[1.2,[["BlockStored",[2],1,[],16]]]',
    ].join("\n"),
  );
  expect((await warningsOf([path], "order")).length).toBe(1);
});

test("a trace that is as it should be has none: generated, and real ones", async () => {
  const path = file([...generateTrace({ requests: 2000 })].map((one) => JSON.stringify(one)).join("\n"));
  const real = ["conversation", "synthetic"].map((name) => join(TRACES ?? "", `mooncake-${name}.jsonl.gz`));
  for (const one of [path, ...(TRACES === undefined ? [] : real)]) {
    expect(await run(["plan", one, "--blocks", "1000", "--policy", "vllm", "--json"])).toMatchObject({
      code: 0,
      err: "",
    });
  }
});
