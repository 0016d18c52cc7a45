/** A gigabyte of blocks is freed, and by itself the process is as small as before. */
import { freemem } from "node:os";
import { expect, test } from "vitest";
import { whyUnavailable } from "../src/index.ts";
import { ENGINES, MiB } from "./heaps.ts";
import { describeUnless, runChild } from "./native.ts";

// One process at a time, and some room for everything else.
const NEEDED = 2048;
const available = Math.floor((process.availableMemory?.() ?? freemem()) / MiB);
const short = available < NEEDED ? `${available} MiB of RAM are available, ${NEEDED} needed` : undefined;

interface Report {
  readonly blocks: number;
  readonly called: number;
  readonly start: number;
  readonly peak: number;
  readonly end: number;
  readonly reserved: number;
}

function run(engine: string, kept: number): Report {
  const { status, stdout, stderr } = runChild("rss", [engine, String(kept)]);
  expect([status, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

describeUnless(whyUnavailable()?.split(";")[0] ?? short, "RAM after a peak of 1 GiB", () => {
  test.each(ENGINES)("is at most 5 % of it, once all is freed: %s", (engine) => {
    const { blocks, called, start, peak, end } = run(engine, 0);
    expect(blocks).toBeGreaterThan(100_000);
    expect(peak - start).toBeGreaterThan(1000 * MiB);
    expect(called).toBe(0); // freeing itself asked nothing of the system
    expect((end - start) / (peak - start)).toBeLessThanOrEqual(0.05);
  });

  test("is that of the pages in use, and 5 % of it at most, in a heap full of holes", () => {
    // One block in 20 stays: most of what is free lies in short runs between them.
    const { start, peak, end, reserved } = run("typescript", 20);
    expect(peak - start).toBeGreaterThan(1000 * MiB);
    expect(reserved).toBeGreaterThan(100 * MiB);
    expect((end - start - reserved) / (peak - start)).toBeLessThanOrEqual(0.05);
  });
});
