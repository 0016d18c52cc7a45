import { readFileSync } from "node:fs";
import { CLASS_SIZES } from "@ariax/slab";
import { loadTrace, TRACE_NAMES } from "@ariax/trace/node";
import { describe, expect, test } from "vitest";
import { LONG } from "../../../scripts/lib/long.ts";
import { reserveFor } from "../src/index.ts";
import { bytesFor, childReserves, fullSlack } from "../src/reserve.ts";
import { child, fillUp, root, verifyAll } from "./helpers.ts";
import { classesTable, part, quotaOf, README, replay, sharesTable } from "./reserve.ts";

const readme = readFileSync(README, "utf8").replaceAll("\r\n", "\n");

test("the table of shares is up to date: node packages/memory-context/test/reserve.ts", () => {
  expect(part(readme, "shares")[2]).toBe(sharesTable());
});

test("the table of classes is up to date: node packages/memory-context/test/reserve.ts", () => {
  expect(part(readme, "classes")[2]).toBe(classesTable());
});

describe("a real program finds room for everything with the slack that there is by default, and needs what README.md says:", () => {
  test.each(TRACE_NAMES.filter((name) => LONG || !["python", "redis"].includes(name)))("%s", async (name) => {
    const trace = await loadTrace(name);
    const quota = quotaOf(trace);
    const [, said, needed] = new RegExp(`\\| ${name} \\| ([\\d,]+) \\| ([\\d,]+) \\|`).exec(part(readme, "traces")[2])!;
    const slack = 1024 * Number(needed.replaceAll(",", ""));
    expect(Math.round(quota / 1024)).toBe(Number(said.replaceAll(",", "")));
    expect(replay(trace, quota, fullSlack(quota))).toEqual({ peak: quota, failures: 0 });
    expect(replay(trace, quota, slack).failures).toBe(0);
    expect(replay(trace, quota, slack - 4096).failures).toBeGreaterThan(0);
  });
});

test("what is reserved has room for the quota and its slack, beside the control block", () => {
  for (const quota of [1, 1000, 65_536, 1 << 20, 100 << 20, 2 ** 31]) {
    const reserve = reserveFor(quota);
    expect(reserve % 4096).toBe(0);
    expect(bytesFor(quota, fullSlack(quota))).toBe(reserve);
    const context = root({ quota, reserve });
    const { free } = context.stats();
    expect(free).toBeGreaterThanOrEqual(quota + fullSlack(quota));
    expect(free).toBeLessThan(quota + fullSlack(quota) + 8192);
  }
  expect(reserveFor(0xffff0000)).toBe(0xffff0000);
});

test("blocks of one size, whichever it is, can use the whole quota with the slack that README.md says", () => {
  for (const quota of [1 << 16, 1 << 20, 1 << 22]) {
    for (const size of CLASS_SIZES) {
      for (const reserve of [bytesFor(quota, Math.ceil(quota / 15) + 32_768), Math.ceil(1.09 * quota) + 65_536]) {
        const context = root({ quota, reserve });
        while (context.tryAllocate(size) !== 0);
        if (context.usage().refused === 0) expect.fail(`${context.used} of ${quota} bytes in blocks of ${size}`);
      }
    }
  }
});

test("a child gets the share of its parent's bytes that its quota has of the parent's, within limits", () => {
  const [first] = childReserves(100_000, 1_000_000, 3_000_000);
  expect(first).toBe(Math.floor(300_000 / 4096) * 4096);
  expect(childReserves(500_000, 1_000_000, 3_000_000)[0]).toBe(reserveFor(500_000));
  expect(childReserves(1000, 1_000_000, 3_000_000)[0]).toBe(bytesFor(1000, 65_536));
  // … down to what is there.
  const all = childReserves(100_000, 100_000, 300_000);
  expect(all).toEqual([...all].sort((a, b) => b - a));
  expect(all.at(-1)).toBe(bytesFor(100_000, 32_768));
});

test("a root with memory of its own has room for many children, each of which can use its quota", () => {
  for (const [count, quota] of [
    [32, 1 << 16],
    [16, 1 << 18],
    [4, 1 << 20],
  ]) {
    const top = root({ quota: count * quota });
    const children = Array.from({ length: count }, (_, i) => child(top, `${i}`, quota));
    for (const one of children) expect(fillUp(one, 48)).toHaveLength(Math.floor(quota / 48));
    expect(top.usage().available).toBe(0);
    verifyAll(top);
  }
});
