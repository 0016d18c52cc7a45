import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describe as describeTrace } from "../src/index.ts";
import { loadTrace, TRACE_NAMES, type TraceName, UNTUNED_TRACE_NAMES } from "../src/node.ts";

const readme = readFileSync(new URL("../../traces/README.md", import.meta.url), "utf8");
const rows = [...readme.matchAll(/^\|.*\|$/gm)]
  .map(([line]) => line.split("|").map((cell) => cell.trim()))
  .map(([, name, , ...cells]) => ({ name, cells: cells.slice(0, -1) }))
  .filter(({ cells }) => cells.length === 7 && /\d/.test(cells[0]));

test("the table has a row for each trace", () => {
  expect(rows.map((row) => row.name)).toEqual([...TRACE_NAMES, ...UNTUNED_TRACE_NAMES].sort());
});

test.each(rows)("$name is as the table says", async ({ name, cells }) => {
  const trace = await loadTrace(name as TraceName);
  const d = describeTrace(trace);
  const whole = (n: number): string => n.toLocaleString("en-US");
  expect([
    whole(trace.events),
    whole(trace.allocations),
    whole(trace.reallocations),
    (trace.peakBytes / 1e6).toFixed(1),
    whole(trace.slots),
    `${(100 * d.shareToKiB).toFixed(1).replace("100.0", "100")} %`,
    whole(d.above16KiB),
  ]).toEqual(cells);
  expect(d.peakBytes.bytes).toBe(trace.peakBytes);
  expect(d.peakBlocks.blocks).toBe(trace.slots);
});

test("a trace that does not exist", async () => {
  await expect(loadTrace("emacs" as TraceName)).rejects.toThrow(
    'invalid name: "emacs" is not one of git, jq, lua, nginx, python, redis, sqlite, cc1, perl, vim',
  );
});
