/** Tokens of a block, where the user has not said how many: what the requests' lengths say. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { chooseBlockTokens, misfit, sizesOf } from "../src/plan/block-tokens.ts";
import { run } from "./plan-command.ts";

const folder = mkdtempSync(join(tmpdir(), "ariax-tokens-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Requests of so many tokens in blocks of `size`, each twice. */
function requests(size: number, tokens: readonly number[]): { hash_ids: number[]; input_length: number }[] {
  const hashes = (input_length: number, i: number): number[] =>
    Array.from({ length: Math.ceil(input_length / size) }, (_, block) => 1000 * i + block);
  const once = tokens.map((input_length, i) => ({ hash_ids: hashes(input_length, i), input_length }));
  return [...once, ...once];
}
const mooncake = (all: ReturnType<typeof requests>): string => all.map((one) => JSON.stringify(one)).join("\n");
const csv = (all: ReturnType<typeof requests>): string =>
  ["input_length,hash_ids", ...all.map((one) => `${one.input_length},${one.hash_ids.join(" ")}`)].join("\n");

async function plan(trace: string, ...options: string[]) {
  const page = join(folder, "tokens.html");
  const args = ["plan", "-", "--blocks", "500", "--policy", "vllm", "--tiers", "gpu=100,host=400", ...options];
  const { code, out, err } = await run([...args, "--json", "--full", "--page", page], { stdin: [trace] });
  return { code, err, figures: out === "" ? undefined : JSON.parse(out), page };
}

test.each([
  ["mooncake", 16, mooncake(requests(16, [1000, 999, 161]))],
  ["csv", 512, csv(requests(512, [5130, 5120, 700]))],
])("a trace of %s with blocks of %i tokens", async (_name, size, trace) => {
  const { code, err, figures } = await plan(trace);
  expect(code).toBe(0);
  expect(err).toMatch(
    new RegExp(`^kv-pager: blocks of ${size} tokens are planned with: the requests' lengths say blocks of \\d+`),
  );
  expect(figures.units.blockTokens).toBe(size);
  expect(figures.warnings.map((warning: string) => `kv-pager: ${warning}\n`).join("")).toBe(err);
  expect(figures.unlimited.saved).toBe(0.5);
  for (const { saved } of figures.capacities) expect(saved).toBeLessThanOrEqual(1);
});

test("where no size fits all, it says so, and what to pass", async () => {
  const full = requests(16, [1000, 999, 161]).map(({ hash_ids, input_length }) => ({
    hash_ids: hash_ids.slice(0, Math.floor(input_length / 16)), // only full blocks have a hash
    input_length,
  }));
  expect(await plan(mooncake(full))).toMatchObject({
    code: 1,
    err: "kv-pager: blocks of 512 tokens do not fit the requests' lengths, which say blocks of no one size: pass --block-tokens\n",
    figures: undefined,
  });
  const { code, err, figures, page } = await plan(mooncake(full), "--block-tokens", "16");
  const warning =
    "blocks of 16 tokens do not fit the requests' lengths, which say blocks of no one size: see --block-tokens";
  expect({ code, err }).toEqual({ code: 0, err: `kv-pager: ${warning}\n` });
  expect(figures.warnings).toEqual([warning]);
  expect(readFileSync(page, "utf8")).toContain(`<p class="warning">${warning.replace("'", "&#39;")}.</p>`);
});

test("labels of bars are on the page as a whole", async () => {
  const { page } = await plan(mooncake(requests(512, [51_300, 5120])), "--block-tokens", "1");
  const html = readFileSync(page, "utf8");
  const labels = [...html.matchAll(/<text x="([\d.]+)" y="[\d.]+" text-anchor="start">([^<]+)</g)];
  expect(labels.length).toBeGreaterThan(4);
  for (const [, x, label] of labels) expect(Number(x) + 7 * label.length).toBeLessThanOrEqual(720);
});

test("what fits", () => {
  expect(chooseBlockTokens(512, [0, Number.POSITIVE_INFINITY])).toBe(512);
  expect(chooseBlockTokens(512, [512, 512])).toBe(512);
  expect(chooseBlockTokens(512, [15.2, 17.9])).toBe(16);
  expect(chooseBlockTokens(512, [15.2, 31.9])).toBe(16);
  expect(chooseBlockTokens(512, [15.2, 32])).toBe(undefined); // 16 and 32
  expect(chooseBlockTokens(512, [47.5, 48.5])).toBe(48);
  expect(chooseBlockTokens(512, [47.5, 49])).toBe(undefined);
  expect(chooseBlockTokens(16, [900, Number.POSITIVE_INFINITY])).toBe(undefined);
  expect(chooseBlockTokens(16, [0, 1.5])).toBe(1);
  expect(misfit(512, [400, 512])).toBe(undefined);
  expect(misfit(512, [600, 700.5])).toBe(
    "blocks of 512 tokens do not fit the requests' lengths, which say blocks of 600 to 700 tokens",
  );
  expect(sizesOf([899.5, Number.POSITIVE_INFINITY])).toBe("of 900 tokens or more");
  expect(sizesOf([47.5, 48.5])).toBe("of 48 tokens");
  expect(sizesOf([48.5, 47.5])).toBe("of no one size");
});
